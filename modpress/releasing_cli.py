"""The command `modpress release`."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Unpack

import click

from modpress.options import WHERE_HELP, Where, make_order, paths_argument, where_options
from modpress.waiving import PublishCommand, waive_option

if TYPE_CHECKING:
    from pathlib import Path

    from modpress.release_plan import Follow

__all__ = ["release"]

HELP = f"""\b
Examples:
  modpress release minor                     the module in this folder: 1.2.0 -> 1.3.0
  modpress release 2.0.0rc1 libs/colour      this very version of one module, and its followers
  modpress release patch libs -m 'Faster.'   every module in a folder, with a line for their changelogs
  modpress release major libs/colour --dry-run

{WHERE_HELP}"""


@click.command(cls=PublishCommand, epilog=HELP)
@click.argument("step", metavar="patch|minor|major|VERSION")
@paths_argument
@click.option("-m", "--message", metavar="TEXT", help="What is new, for the changelog of each module that is named.")
@click.option(
    "--follow",
    type=click.Choice(["all", "needed", "none"]),
    default="all",
    show_default=True,
    help="Which modules of the repository that need a released one are released too, as a patch with raised bounds: "
    "all of them, only those whose bounds exclude the new version, or none.",
)
@click.option("--no-lock", is_flag=True, help="Leave lock files as they are.")
@click.option("-n", "--dry-run", is_flag=True, help="Show every change, and change nothing.")
@waive_option
@where_options
def release(  # noqa: PLR0913 - each is one option
    *,
    step: str,
    paths: tuple[Path, ...],
    message: str | None,
    follow: Follow,
    no_lock: bool,
    dry_run: bool,
    waived: tuple[str, ...],
    **where: Unpack[Where],
) -> None:
    """Raise versions, commit, publish and tag.

    \b
    In this order, for each PATH (this folder by default) and the modules of its repository that follow:
      the version in pyproject.toml        the bounds on sibling modules
      the changelog's unreleased section   the lock file, where there is one
      one commit                           modpress publish
      one tag a module
    Until the commit a fault leaves everything as it was. If publishing fails the commit stays, nothing is
    tagged, and the same modules are published on with `modpress publish`.
    """  # noqa: D301 - \b is click's mark for text to leave as it is
    # Here and not above: `modpress --help` need not wait for twine and its kin.
    from modpress.release_plan import Wanted  # noqa: PLC0415
    from modpress.releasing import ReleaseOrder, release_modules  # noqa: PLC0415
    from modpress.report import Report  # noqa: PLC0415

    today = datetime.now(tz=UTC).astimezone().date().isoformat()
    asked = ReleaseOrder(
        order=replace(make_order(paths, where), waived=frozenset(waived)),
        wanted=Wanted(step=step, follow=follow, news=message, date=today),
        renews_locks=not no_lock,
        is_rehearsal=dry_run,
    )
    report = Report(sys.stdout, sys.stderr)
    try:
        release_modules(asked, report)
    finally:
        report.end_line()
