"""Where the command private-index begins: a sentence, where what only the index needs is not installed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click


def main() -> None:
    """Run private-index."""
    try:
        # The author's tool installs without the server, the database and the rest of the extra.
        from private_index.cli import main as command  # noqa: PLC0415 - importing it is what may fail
    except ModuleNotFoundError as missing:
        package = str(missing.name).partition(".")[0]
        # A module of our own that is missing is our fault; the traceback says where.
        if package == "private_index":
            raise
        _without(package)(prog_name="private-index")
    else:
        command(prog_name="private-index")


def _without(package: str) -> click.Group:
    """Return what there is without the index: who only uses one has no server to install."""
    if sys.argv[1:2] not in (["login"], ["logout"]):
        sys.exit(f"Error: {package} is not installed, which the index needs: install modpress[index]")
    from private_index.login_cli import login_commands  # noqa: PLC0415 - it is seldom needed

    return login_commands
