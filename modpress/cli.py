"""The command line: with the options it shares, the only place that reads the environment and prints a fault."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

import click

from modpress.demo import demo
from modpress.errors import Fault
from modpress.exits import Exit
from modpress.graph_cli import graph
from modpress.image_cli import image
from modpress.interruption import unwind_when_stopped
from modpress.options import WHERE_HELP, Where, make_order, paths_argument, where_options
from modpress.releasing_cli import release
from modpress.template_cli import adopt, new, update
from modpress.waiving import PublishCommand, guards, waive_option
from modpress.yanking_cli import yank

__all__ = ["main"]

PUBLISH_HELP = f"""\b
Examples:
  modpress publish                        the module in this folder, to its own index
  modpress publish libs/colour libs/cli   two modules, whichever is needed first
  modpress publish examples               every module in a folder
  modpress publish -r team                to the index of section [team] in ~/.pypirc
  modpress publish --index-url https://packages.example.com/simple/

{WHERE_HELP}
\b
What a pyproject.toml may say under [tool.modpress]:
  index = "URL"            the simple URL of the index that the module belongs to
  indexes = ["URL"]        the only indexes that it may go to
  waive = ["GUARD"]        guards that it does without
  generated = ["PATTERN"]  packed files that a build makes, and git does not know
  max-megabytes = 100      the most that one of its files may have
  modules = ["FOLDER"]     at the top of a repository: the modules that its folder stands for

\b
SOURCE_DATE_EPOCH, where it is set, dates what is built.
"""


class Commands(click.Group):
    """A group of commands in which every fault ends as one sentence."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as it is in click
        """Run a command; turn a fault into a sentence and an interruption into its exit code."""
        unwind_when_stopped()
        try:
            return super().invoke(ctx)
        except Fault as fault:
            raise click.ClickException(str(fault)) from None
        except KeyboardInterrupt:
            click.echo("\nInterrupted.", err=True)
            sys.exit(Exit.INTERRUPTED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="modpress", message="%(prog)s %(version)s")
def main() -> None:
    """Publish Python modules to your own package index, and prove from there that they install."""


@main.command(cls=PublishCommand, epilog=PUBLISH_HELP)
@paths_argument
@click.option("--dry-run", is_flag=True, help="Do all but send anything: build, and ask every guard, the index's too.")
@waive_option
@where_options
def publish(*, paths: tuple[Path, ...], dry_run: bool, waived: tuple[str, ...], **where: Unpack[Where]) -> None:
    """Build, check, upload and prove modules.

    A PATH is a module's folder, or a folder of modules; without one it is this folder. None goes up before
    all are built and checked. Where the index has sessions, all are tried out together from a stage and then
    published in one step; elsewhere each goes after what it needs. What is on the index already is not sent
    again, so a publication that broke off is resumed by the same command. Afterwards each release is fetched
    back, compared, installed into an empty environment and imported; in a git repository it is then tagged.
    """
    # Here and not above: `modpress --help` need not wait for twine and its kin.
    from modpress.publishing import publish_modules  # noqa: PLC0415
    from modpress.report import Report  # noqa: PLC0415

    order = replace(make_order(paths, where), waived=frozenset(waived), is_rehearsal=dry_run)
    report = Report(sys.stdout, sys.stderr)
    try:
        publish_modules(order, report)
    finally:
        report.end_line()


main.add_command(demo)
main.add_command(guards)
main.add_command(graph)
main.add_command(image)
main.add_command(release)
main.add_command(adopt)
main.add_command(new)
main.add_command(update)
main.add_command(yank)
