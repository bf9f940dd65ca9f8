"""The commands for sessions: which are open, by whom, with what; and the end of one whose owner is gone."""

from __future__ import annotations

from pathlib import Path

import click

from private_index.commands import counted, opened
from private_index.errors import UnknownSession
from private_index.options import root_option
from private_index.rows import File
from private_index.staged import Session
from private_index.staging import Staging


@click.group()
def session() -> None:
    """Look after sessions: releases that are uploaded, and not published yet."""


@session.command("list")
@root_option
def list_sessions(root: Path) -> None:
    """List the sessions that are open, the oldest first: the beginning of the id, who, until when, which releases.

    A session that is neither published nor canceled ends by itself when its time is over.
    """
    with opened(root) as store:
        sessions = [one for one in Staging(store, {}).every() if one[0].status == "open"]
    if not sessions:
        click.echo("No session is open.")
    for one, files in sessions:
        click.echo(_line(one, files))


@session.command("cancel")
@click.argument("id", metavar="ID")
@root_option
def cancel_session(id: str, root: Path) -> None:  # noqa: A002 - click names the argument after it
    """Forget the open session whose id begins with ID, and the files in it; what is published stays.

    \b
    private-index session cancel 3f9c02ab
    """  # noqa: D301 - \b is click's mark for text to leave as it is
    with opened(root) as store:
        staging = Staging(store, {})
        meant = [one for one, _ in staging.every() if one.id.startswith(id) and one.status == "open"]
        if len(meant) != 1:
            raise UnknownSession(id, len(meant))
        staging.cancel(meant[0].id, None)
    click.echo(f"Canceled the session {meant[0].nickname} of {meant[0].owner}")


def _line(one: Session, files: list[File]) -> str:
    releases = ", ".join(f"{name} {version}" for name, version in one.releases)
    until = f"{one.expires_at[:10]} {one.expires_at[11:16]}"
    return f"{one.nickname}  {one.owner}  until {until}  {counted(len(files), 'file')}  {releases}"
