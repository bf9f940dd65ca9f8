"""The options that commands share which speak to an index: where it is, and how long to wait for it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypedDict, TypeVar

import click

from modpress.destination import Wish
from modpress.order import Manners, Order

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["WHERE_HELP", "Where", "is_terminal", "make_order", "paths_argument", "where_options"]

Command = TypeVar("Command", bound="Callable[..., Any]")
WHERE_HELP = """\b
Where to, the first that is said:
  -r NAME or --repository-url URL         as in twine
  TWINE_REPOSITORY_URL, TWINE_REPOSITORY  as in twine
  --index-url URL, MODPRESS_INDEX_URL     the index's simple URL, …/simple/
  [tool.modpress] index = "…"             in the module's pyproject.toml
The public index is used only if it is named: -r pypi.

\b
As whom: as twine finds it, in TWINE_USERNAME and TWINE_PASSWORD, ~/.pypirc,
the keyring, or by asking.
"""

paths_argument = click.argument(
    "paths", metavar="[PATH]…", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path)
)


class Where(TypedDict):
    """What the options of `where_options` said."""

    repository: str | None
    repository_url: str | None
    index_url: str | None
    cert: str | None
    wait: float


def where_options(command: Command) -> Command:
    """Give a command the options that say which index is meant."""
    options = [
        click.option("-r", "--repository", metavar="NAME", help="A section of ~/.pypirc to publish to."),
        click.option("--repository-url", metavar="URL", help="The upload URL of the index to publish to."),
        click.option(
            "--index-url", metavar="URL", help="The simple URL of the index, to publish to and to install from."
        ),
        click.option(
            "--cert",
            metavar="FILE",
            envvar="TWINE_CERT",
            type=click.Path(exists=True),
            help="The certificates of the authorities to trust. [env: TWINE_CERT]",
        ),
        click.option(
            "--wait",
            metavar="SECONDS",
            type=click.FloatRange(min=0, min_open=True),
            default=60,
            show_default=True,
            help="How long to wait for an answer, and for a new release to appear.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def make_order(paths: Sequence[Path], where: Where) -> Order:
    """Return what was asked for, with what the environment says."""
    return Order(
        paths=paths or (Path(),),
        asked=Wish(
            repository=where["repository"], repository_url=where["repository_url"], index_url=where["index_url"]
        ),
        environment=Wish(
            repository=os.environ.get("TWINE_REPOSITORY"),
            repository_url=os.environ.get("TWINE_REPOSITORY_URL"),
            index_url=os.environ.get("MODPRESS_INDEX_URL"),
        ),
        manners=Manners(
            wait=where["wait"],
            is_interactive=is_terminal(sys.stdin),
            shows_progress=is_terminal(sys.stdout),
            certificates=where["cert"],
        ),
        environ=dict(os.environ),
    )


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody sits at a stream; one that the caller has closed is None."""
    return stream is not None and stream.isatty()
