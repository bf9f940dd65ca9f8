"""The command private-index: reads the world (arguments, terminal), makes values of it, prints what went wrong."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from private_index import administration, upkeep
from private_index.accounts import Accounts
from private_index.configuration import as_example, as_toml, settings_of
from private_index.errors import AlreadyPublished, BadPassword, IndexFault
from private_index.groups import FaultGroup
from private_index.login_cli import login, logout
from private_index.options import (
    ANYTHING,
    configured,
    given,
    root_option,
    setting_options,
    users_option,
)
from private_index.rows import Actor
from private_index.session_cli import session
from private_index.settings import Settings, default_users
from private_index.store import Refused, Store

SEED = Actor(name=None, origin="--seed")
EXITS = """\b
Exit codes:
  0  it is done; of `serve`: Ctrl-C or SIGTERM has ended it
  1  a sentence says what is wrong, or what was found
  2  the command was typed wrong; nothing was begun
  3  of `probe`: the index can't be reached, or lets nobody in
"""
KEPT = "another file was published under this name, and is kept; give what has changed a new version"


class Commands(FaultGroup):
    """All commands; the probe is loaded when it is asked for, since its HTTP client would take 0.3 s of every start."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted([*super().list_commands(ctx), "probe"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name."""
        if cmd_name != "probe":
            return super().get_command(ctx, cmd_name)
        from private_index.probe_cli import probe_command  # noqa: PLC0415 - see above

        return probe_command


@click.group(cls=Commands, epilog=EXITS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="modpress", message="%(prog)s %(version)s")
def main() -> None:
    """Your team's own package index: pypiserver, strengthened.

    \b
    private-index user add me            add somebody who may publish
    private-index serve                  serve the folder packages/
    """  # noqa: D301 - \b is click's mark for text to leave as it is


@main.command()
@setting_options
@click.option("--no-fallback", is_flag=True, help="Unknown projects are found nowhere.")
@click.option("--seed", multiple=True, type=ANYTHING, help="Publish this file or folder first; repeat it.")
@click.pass_context
def serve(context: click.Context, /, config: Path | None, seed: tuple[Path, ...], **_: Any) -> None:  # noqa: ANN401 - click's own
    """Serve a folder of packages until Ctrl-C.

    Reading is open on a loopback address; uploading always needs a user. Projects that the folder does not hold are
    redirected to the public index, except names that match --reserved and names that the index has ever held.

    Every option may stand in a TOML file under its name (largest-file = "500MB") and in the environment
    (PRIVATE_INDEX_LARGEST_FILE=500MB). The command line goes before the environment, and that before the file:
    --config FILE, or the one that PRIVATE_INDEX_CONFIG names, or private-index.toml in the current folder.
    `private-index settings` shows what came of it.
    """
    # Here and not above: the server's parts are a fifth of the start of every other command.
    from private_index import serving  # noqa: PLC0415

    settings = settings_of(configured(given(context), config))
    settings = replace(settings, port=serving.free_port(settings.host, settings.port))
    store = Store(settings)
    _report(store.reconcile())
    _report(_seed(store, seed))
    store.close()
    accounts = Accounts(settings.users)
    if not accounts.names() and sys.stdin.isatty():
        _add_first_user(accounts)
    names = accounts.names()
    # All this may have taken minutes, in which another could have come to listen there.
    serving.free_port(settings.host, settings.port)
    serving.serve(settings, announce=lambda: _announce(settings, names))


@main.command("settings")
@setting_options
@click.option("--no-fallback", is_flag=True, help="Unknown projects are found nowhere.")
@click.option("--example", is_flag=True, help="Print a file of all settings with their meaning and default instead.")
@click.pass_context
def show_settings(context: click.Context, /, config: Path | None, *, example: bool, **_: Any) -> None:  # noqa: ANN401 - click's own
    """Print every setting as `serve` would take it, with who said it, as TOML."""
    if example:
        click.echo(as_example(), nl=False)
        return
    found = configured(given(context), config)
    settings_of(found)
    click.echo(as_toml(found), nl=False)


@main.group()
def user() -> None:
    """Say who may publish."""


@user.command("add")
@click.argument("name")
@root_option
@users_option
def add_user(name: str, root: Path, users: Path | None) -> None:
    """Add the user NAME, or give it a new password.

    The password is asked for, or read as one line from standard input when that is no terminal.
    """
    path = users or default_users(root)
    Accounts(path).add(name, _password())
    click.echo(f"{name} may publish; the hash of the password is in {path}")


def _add_first_user(accounts: Accounts) -> None:
    click.echo("Nobody can publish to this index yet: add its first user.")
    name = str(click.prompt("User name", default=getpass.getuser()))
    accounts.add(name, _password())


def _password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt="The same again"))
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        raise BadPassword("it is not in the terminal's encoding") from None


def _seed(store: Store, paths: Iterable[Path]) -> list[Refused]:
    refused = []
    for path in paths:
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            try:
                store.adopt(file, SEED)
            except AlreadyPublished:
                refused.append(Refused(path=file, sentence=KEPT))
            except IndexFault as fault:
                refused.append(Refused(path=file, sentence=fault.sentence))
    return refused


def _report(refused: Iterable[Refused]) -> None:
    for one in refused:
        click.echo(f"Not served: {one.path}: {one.sentence}", err=True)


def _announce(settings: Settings, names: list[str]) -> None:
    url = settings.public_url
    click.echo(f"Serving {settings.root} at {url}")
    click.echo(f"Install:  pip install --index-url {url}simple/ NAME")
    click.echo(f"Publish:  twine upload --repository-url {url} dist/*")
    if not names:
        click.echo(f"Nobody can publish yet:  private-index user add NAME --users {settings.users}")
    sys.stdout.flush()


main.add_command(login)
main.add_command(logout)
main.add_command(administration.yank)
main.add_command(administration.unyank)
main.add_command(administration.delete)
main.add_command(administration.status)
main.add_command(administration.log)
main.add_command(upkeep.import_)
main.add_command(upkeep.check)
main.add_command(upkeep.backup)
main.add_command(upkeep.restore)
main.add_command(session)
user.add_command(administration.list_users)
user.add_command(administration.remove_user)
