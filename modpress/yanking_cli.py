"""The command `modpress yank`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Unpack

import click

from modpress.options import WHERE_HELP, Where, make_order, where_options

__all__ = ["yank"]

HELP = f"""\b
Examples:
  modpress yank acme-greet==1.2.0 --reason 'loses the last line; use 1.2.1'
  modpress yank acme-greet-v1.2.0 --reason …   all that was released in the commit of this tag
  modpress yank acme-greet==1.2.0 --dry-run    only say who depends on it
  modpress yank acme-greet==1.2.0 --undo

{WHERE_HELP}"""


@click.command(epilog=HELP)
@click.argument("releases", metavar="RELEASE…", nargs=-1, required=True)
@click.option("--reason", metavar="TEXT", help="Why; pip and uv show it to whoever asks for this very version.")
@click.option("--undo", is_flag=True, help="Offer what was yanked again.")
@click.option("-n", "--dry-run", is_flag=True, help="Change nothing, and say who depends on it.")
@where_options
def yank(*, releases: tuple[str, ...], reason: str | None, undo: bool, dry_run: bool, **where: Unpack[Where]) -> None:
    """Let installers pass releases over, unless somebody asks for exactly them.

    A RELEASE is NAME==VERSION, or a tag of this repository: that stands for every module that was released in its
    commit. All are taken back at once or none is. Nothing breaks for those who have locked to one.
    """
    # Here and not above: `modpress --help` need not wait for twine and its kin.
    from modpress.report import Report  # noqa: PLC0415
    from modpress.yanking import Withdrawal, withdraw  # noqa: PLC0415

    if reason is None and not (undo or dry_run):
        raise click.UsageError("say why with --reason: whoever asks for this very version is shown it")
    order = make_order((Path(),), where)
    asked = Withdrawal(releases=releases, order=order, reason=reason, undo=undo, is_rehearsal=dry_run)
    withdraw(asked, Report(sys.stdout, sys.stderr))
