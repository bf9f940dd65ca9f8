"""The command `private-index probe`: arguments and environment in, a report and an exit code out."""

from __future__ import annotations

import os
import shutil
import sys

import click

from private_index.probe import Credentials, Plan, Report, Web, probe, split_credentials
from private_index.probe.faults import BadAddress, BadNetrc, Unreachable
from private_index.probe.findings import MUST, SHOULD
from private_index.probe.report import Paint, as_json, as_list, as_table, failed_checks

FAILED, USAGE, UNREACHABLE = 1, 2, 3


class NothingProbed(click.ClickException):
    """The probe could not begin."""

    exit_code = UNREACHABLE


def _list_checks(ctx: click.Context, _: click.Parameter, *, wanted: bool) -> None:
    if wanted:
        click.echo("\n".join(as_list()))
        ctx.exit()


@click.command("probe")
@click.argument("url")
@click.option("--project", "projects", multiple=True, metavar="NAME", help="Walk this project only; repeat it.")
@click.option("--most", type=click.IntRange(1), metavar="N", help="Walk the first N projects of a large index.")
@click.option("--no-download", is_flag=True, help="Fetch no whole files: digests and archives stay unproved.")
@click.option("--jobs", type=click.IntRange(1, 64), default=4, show_default=True, help="How many projects at once.")
@click.option("--strict", is_flag=True, help="Fail also where only a should is not kept.")
@click.option("--json", "wants_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, param, value: _list_checks(ctx, param, wanted=value),
    help="Print what is checked, as a table in Markdown, and end.",
)
def probe_command(  # noqa: PLR0913 - one for each option
    url: str,
    projects: tuple[str, ...],
    most: int | None,
    jobs: int,
    *,
    no_download: bool,
    strict: bool,
    wants_json: bool,
) -> None:
    """Prove that the index at URL, any index's simple API, keeps what the standards promise.

    It only reads. Each page is walked and each file fetched; --most, --project and --no-download make it less.
    A user is taken from the URL (https://NAME:PASSWORD@HOST/simple/) or from the netrc file, and is never printed.

    \b
    Exit codes:
      0  every must is kept
      1  something failed
      2  wrong usage
      3  the index can't be reached, or lets nobody in
    """  # noqa: D301 - \b is click's mark for text to leave as it is
    try:
        bare, login = split_credentials(url)
        credentials = Credentials.from_surroundings(bare, login, os.environ.get("NETRC"))
    except (BadAddress, BadNetrc) as fault:
        raise click.UsageError(fault.sentence) from None
    plan = Plan(projects=projects, most=most, download=not no_download, jobs=jobs)
    try:
        report = _probe(bare, credentials, plan)
    except Unreachable as fault:
        raise NothingProbed(fault.sentence) from None
    click.echo(as_json(report) if wants_json else "\n".join(as_table(report, _painter(), _columns())))
    if failed_checks(report, MUST) or (strict and failed_checks(report, SHOULD)):
        sys.exit(FAILED)


def _probe(url: str, credentials: Credentials, plan: Plan) -> Report:
    bar = click.progressbar(length=1, label="Probing", file=sys.stderr, hidden=not sys.stderr.isatty())
    with Web(credentials, plan.jobs) as web, bar:

        def advance(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        return probe(web, url, plan, advance)


def _columns() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _painter() -> Paint:
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return lambda text, _: text
    return lambda text, colour: click.style(text, fg=colour)
