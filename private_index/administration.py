"""The commands for the life of what is published: yank, unyank, delete, status, log, and who may publish."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import click
from packaging.utils import canonicalize_name

from private_index.accounts import Accounts
from private_index.commands import counted, opened, operator
from private_index.options import root_option, users_option
from private_index.releases import Releases, Status
from private_index.rows import Change, File, timestamp
from private_index.settings import default_users


class _Moment(click.ParamType[datetime]):
    """A moment as people write it: 2026-11-24, or 2026-11-24T13:00, in UTC unless it says otherwise."""

    name = "moment"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no moment; write 2026-11-24 or 2026-11-24T13:00", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command()
@click.argument("name")
@click.argument("version")
@click.option("--reason", required=True, help="Why; pip and uv show it to whoever asks for this very version.")
@root_option
def yank(name: str, version: str, reason: str, root: Path) -> None:
    """Let installers pass a release over, unless somebody asks for exactly it.

    Nothing breaks for those who have locked to it. Take it back with `unyank`.

    \b
    private-index yank acme-greet 1.2.0 --reason 'loses the last line; use 1.2.1'
    """  # noqa: D301 - \b is click's mark for text to leave as it is
    with opened(root) as store:
        changed = Releases(store, operator()).yank(name, version, reason)
    _tell(changed, "Yanked", f"{name} {version} is yanked for this reason already.")


@click.command()
@click.argument("name")
@click.argument("version")
@click.option("--reason", help="Why, for the log.")
@root_option
def unyank(name: str, version: str, reason: str | None, root: Path) -> None:
    """Let installers choose a yanked release again.

    \b
    private-index unyank acme-greet 1.2.0
    """  # noqa: D301 - \b is click's mark for text to leave as it is
    with opened(root) as store:
        changed = Releases(store, operator()).unyank(name, version, reason)
    _tell(changed, "Unyanked", f"{name} {version} is not yanked.")


@click.command()
@click.argument("name")
@click.argument("version")
@click.argument("filename", required=False)
@click.option("--yes", is_flag=True, help="Really do it; without this, only say what would go.")
@root_option
def delete(name: str, version: str, filename: str | None, root: Path, *, yes: bool) -> None:
    """Take a release, or one file of it, back for ever.

    Whoever has locked to it can't install it any more, and its file names can never be used again. To keep people
    from choosing a release, `yank` it.

    \b
    private-index delete acme-greet 1.2.0
    private-index delete acme-greet 1.2.0 acme_greet-1.2.0.tar.gz --yes
    """  # noqa: D301 - \b is click's mark for text to leave as it is
    with opened(root) as store:
        releases = Releases(store, operator())
        if not yes:
            listed = ", ".join(file.filename for file in releases.files(name, version, filename))
            raise click.UsageError(f"this would take back for ever: {listed}; say --yes to do it")
        gone = releases.delete(name, version, filename)
    _tell(gone, "Deleted", "")


@click.command()
@click.argument("name")
@click.argument("status", type=click.Choice(get_args(Status)), required=False)
@click.option("--reason", help="Why; clients that show a status show it too.")
@root_option
def status(name: str, status: Status | None, reason: str | None, root: Path) -> None:
    """Show or change a project's status.

    \b
    active        as usual
    archived      no new files are taken; what is there installs
    deprecated    everything works; tools that audit tell that there is something better
    quarantined   no files are shown and none are taken, as while a leak is looked into

    \b
    private-index status acme-greet deprecated --reason 'use acme-hello'
    private-index status acme-greet
    """  # noqa: D301 - \b is click's mark for text to leave as it is
    if status is None and reason is not None:
        raise click.UsageError("--reason says why a status changes; name the status too")
    with opened(root) as store:
        releases = Releases(store, operator())
        before = releases.project(name) if status is None else releases.set_status(name, status, reason)
        now = releases.project(name)
    why = f": {now.status_reason}" if now.status_reason else ""
    changed = f" (was {before.status})" if before.status != now.status else ""
    click.echo(f"{now.name} is {now.status}{changed}{why}")


@click.command()
@click.argument("name", required=False)
@click.option("--since", type=_Moment(), help="Only what came since 2026-11-24, or 2026-11-24T13:00 (UTC).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with everything that is known.")
@root_option
def log(name: str | None, since: datetime | None, root: Path, *, as_json: bool) -> None:
    """Show every change to the index, or to one project: when, what, by whom, from where. The newest comes last.

    \b
    private-index log acme-greet --since 2026-11-01
    private-index log --json | jq -r 'select(.action == "delete") | .filename'
    """  # noqa: D301 - \b is click's mark for text to leave as it is
    with opened(root) as store:
        project = None if name is None else Releases(store, operator()).project(canonicalize_name(name)).name
        changes = store.catalogue.changes(project=project)
    if since is not None:
        # What a catalogue writes sorts as it reads, whatever the clock did: the order stays that of the serial.
        changes = [change for change in changes if change.at >= timestamp(since)]
    for line in [json.dumps(asdict(change)) for change in changes] if as_json else _table(changes):
        click.echo(line)


@click.command("list")
@root_option
@users_option
def list_users(root: Path, users: Path | None) -> None:
    """List who may publish, one name a line."""
    for name in Accounts(users or default_users(root)).names():
        click.echo(name)


@click.command("remove")
@click.argument("name")
@root_option
@users_option
def remove_user(name: str, root: Path, users: Path | None) -> None:
    """Remove the user NAME; what they published stays.

    \b
    private-index user remove alice
    """  # noqa: D301 - \b is click's mark for text to leave as it is
    Accounts(users or default_users(root)).remove(name)
    click.echo(f"{name} may not publish any more")


def _tell(files: Sequence[File], done: str, otherwise: str) -> None:
    if not files:
        click.echo(otherwise)
        return
    click.echo(f"{done} {files[0].project} {files[0].version}, {counted(len(files), 'file')}:")
    for file in files:
        click.echo(f"  {file.filename}")


def _table(changes: Sequence[Change]) -> list[str]:
    rows = [_columns(change) for change in changes]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _columns(change: Change) -> tuple[str, ...]:
    by = f"{change.who} from {change.origin}" if change.who else change.origin or ""
    when = f"{change.at[:10]} {change.at[11:19]}"
    return when, change.action, change.filename or change.project, by, _printable(change.detail or "")


def _printable(text: str) -> str:
    # A reason may hold anything; a line of the log is one line.
    return "".join(character if character.isprintable() else " " for character in text)
