"""The commands that keep a module and its template together. Only they need the template's tools."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modpress.exits import Exit

if TYPE_CHECKING:
    from modpress.fleets import Outcome
    from modpress.origins import Origin
    from modpress.updating import Plan, Updater

__all__ = ["adopt", "new", "update"]

LINES_SHOWN = 15
LOCKS = "locked/"
LOCKED_ANEW = (
    "What is in locked/ is made of pyproject.toml: settle that first, take either side of a lock "
    "(`git checkout --theirs locked`), and `nox -s lock` writes it anew."
)
UPDATE_HELP = """\b
Examples:
  modpress update                  the module in this folder
  modpress update libs/colour      another one
  modpress update --all            every made module of the repository, each tested
  modpress update --from 0.1.0     merge from that version, whatever the module says
  modpress update --from old.whl   merge from the template in that wheel

\b
Afterwards, without a conflict:
  git diff --cached                what the update changed; it is staged
  nox                              does the module still pass?
  git commit -m "Update the template"
or, to have all as it was before:
  git reset --hard

\b
With a conflict each file has both sides in it, as after `git merge`:
  git status                       which files
  git add FILE                     when you have settled one

\b
Exit codes:
  0  the module is current, or was updated; with --all: every one
  1  something is in the way, and nothing was changed
  2  the command is not understood
  3  files have conflicts; with --all: some module was not updated
"""

NEW_HELP = """\b
Examples:
  modpress new                                         asks what it needs to know
  modpress new project_name=acme-tool kind=cli         asks the rest
  modpress new --no-input project_name=acme-tool       asks nothing
  modpress new --git                                   with a repository and a first commit, so that it can be tagged

\b
Exit codes:
  0  the module is made
  1  an answer makes no module, or the folder is there already; nothing was made
  2  the command is not understood
"""
ADOPT_HELP = """\b
Examples:
  modpress adopt ../old-project                  what would be different?
  modpress adopt ../old-project kind=cli         the same, with an answer of your own
  modpress adopt . > template.patch              to look at, and to `git apply` in parts
  modpress adopt . --write                       mark it; later `modpress update` works

\b
Exit codes:
  0  the difference is shown; with --write: the project is marked
  1  something is in the way, and nothing was changed
  2  the command is not understood
"""


@click.command(epilog=UPDATE_HELP)
@click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--all", "is_all", is_flag=True, help="Every made module of the repository, or below PATH.")
@click.option("--from", "source", metavar="WHAT", help="The old template: a version, a wheel of modpress, a folder.")
@click.option("--index-url", metavar="URL", help="The simple URL of the index that keeps older versions of modpress.")
def update(*, path: Path | None, is_all: bool, source: str | None, index_url: str | None) -> None:
    """Bring a made module to the newest template.

    What the template has become since is merged, by git, with what the author has made: your edits stay, and
    follow a file that was moved. The answers of the module's making are used again; a new question gets its
    default. The old template comes out of the wheel of its version, from the module's own index.

    With --all every made module of the repository is updated and tested by its own nox; only those that pass
    are changed. A table at the end tells of each.
    """
    from modpress.origins import RECORD, Origin  # noqa: PLC0415 - `modpress --help` need not wait for these
    from modpress.repositories import Repository  # noqa: PLC0415
    from modpress.templates import own_template  # noqa: PLC0415
    from modpress.update_errors import NothingMade  # noqa: PLC0415
    from modpress.updating import Order, Updater  # noqa: PLC0415

    order = Order(environ=dict(os.environ), index_url=index_url, source=source)
    folder = (path or Path()).resolve()
    repository = Repository.around(folder, order.environ)
    repository.check_clean()
    with tempfile.TemporaryDirectory(prefix="modpress-") as scratch:
        updater = Updater(repository, own_template(), order, Path(scratch))
        if not is_all:
            sys.exit(_update_one(updater, Origin.read(folder)))
        from modpress.fleets import find_made  # noqa: PLC0415

        below = folder if path else repository.root
        made = find_made(repository, below)
        if not made:
            raise NothingMade(below, RECORD)
        sys.exit(_update_all(updater, made))


@click.command(epilog=NEW_HELP)
@click.argument("answers", nargs=-1, metavar="[QUESTION=ANSWER]…")
@click.option("-o", "--output-dir", default=".", help="The folder to make the module's folder in.")
@click.option("--no-input", is_flag=True, help="Ask nothing: what is not answered gets its default.")
@click.option("--git", "with_git", is_flag=True, help="Make it a git repository too, unless it comes to be in one.")
def new(*, answers: tuple[str, ...], output_dir: str, no_input: bool, with_git: bool) -> None:
    """Make a module from the template of this modpress.

    The questions: project_name, description, author_name, author_email, kind, license, index_url.
    """
    from modpress.beginning import begin  # noqa: PLC0415
    from modpress.origins import RECORD  # noqa: PLC0415
    from modpress.rendering import check_maker  # noqa: PLC0415
    from modpress.templates import own_template  # noqa: PLC0415

    check_maker()
    template = own_template()
    template.check_answers(answers)
    options = ("--output-dir", output_dir, *(["--no-input"] if no_input else []))
    command = [sys.executable, "-P", "-m", "cookiecutter", str(template.folder), *options, *answers]
    # The template is not ours to write to.
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    before = _modules_in(Path(output_dir))
    code = subprocess.run(command, env=environ, check=False).returncode
    if code == 0 and with_git:
        for folder in _modules_in(Path(output_dir)) - before:
            begin(folder, folder / RECORD, click.echo)
    sys.exit(code)


@click.command(epilog=ADOPT_HELP)
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("answers", nargs=-1, metavar="[QUESTION=ANSWER]…")
@click.option("--write", is_flag=True, help="Mark the project: write .modpress.json, and nothing else.")
def adopt(*, path: Path, answers: tuple[str, ...], write: bool) -> None:
    """Show how a project differs from the template; with --write mark it, so that it can be updated.

    What the template asks is answered from pyproject.toml, and from any QUESTION=ANSWER after the path. The
    difference is a patch from the project to what the template makes of it. Sources, tests, README and changelog
    are the author's own, and no part of it.
    """
    from modpress.adopting import answers_of, compare  # noqa: PLC0415
    from modpress.origins import RECORD  # noqa: PLC0415
    from modpress.templates import own_template  # noqa: PLC0415

    template = own_template()
    template.check_answers(answers)
    folder = path.resolve()
    given = answers_of(folder) | dict(answer.split("=", 1) for answer in answers)
    adoption = compare(folder, template, given, dict(os.environ))
    click.echo(adoption.patch, nl=False)
    if adoption.left:
        click.echo("The template would also make these, which are the author's own:", err=True)
        for name in adoption.left:
            click.echo(f"  {name}", err=True)
    if write:
        (folder / RECORD).write_text(adoption.record, encoding="utf-8")
        click.echo(f"Marked: {folder / RECORD} says that this is made from the template. Commit it.", err=True)
    else:
        click.echo(
            "Nothing was changed. With --write the project is marked, and can be updated from then on.", err=True
        )


def _modules_in(folder: Path) -> frozenset[Path]:
    from modpress.origins import RECORD  # noqa: PLC0415

    return frozenset(record.parent.resolve() for record in folder.glob(f"*/{RECORD}"))


def _update_one(updater: "Updater", origin: "Origin") -> int:
    plan = updater.plan(origin, updater.repository.staged())
    if plan is None:
        click.echo(f"{origin.folder.name} is current: modpress {updater.newest.version}")
        return 0
    updater.apply(plan)
    click.echo(f"{origin.folder.name}: modpress {plan.old} -> {plan.new}")
    _list(plan.changes)
    if plan.left_out:
        click.echo("Left out, since you have deleted them:")
        _list(plan.left_out)
    return _conclude(plan)


def _conclude(plan: "Plan") -> int:
    if not plan.conflicts:
        click.echo("Updated, and staged: see `git diff --cached`, run nox, then commit.")
        return 0
    click.echo("Not finished: these have conflicts, marked in the file:", err=True)
    for line in (*(f"  {path}" for path in plan.conflicts), *_advice(plan.conflicts)):
        click.echo(line, err=True)
    click.echo(
        "Settle each and `git add` it, run nox, then commit; or take all back with `git reset --hard`.", err=True
    )
    return Exit.CONFLICT


def _update_all(updater: "Updater", made: list[Path]) -> int:
    from modpress.fleets import update_all  # noqa: PLC0415

    outcomes = update_all(updater, made, lambda text: click.echo(text, nl=False))
    for outcome in outcomes:
        if outcome.why:
            click.echo(f"\n{outcome.name} ({outcome.state}):")
            _list(outcome.why.strip().splitlines()[-LINES_SHOWN:])
        if outcome.state == "conflict":
            for line in _advice(outcome.why.splitlines()):
                click.echo(line)
    click.echo(f"\n{_table(outcomes, updater.newest.version)}")
    return 0 if all(outcome.is_good for outcome in outcomes) else Exit.CONFLICT


def _table(outcomes: Iterable["Outcome"], newest: str) -> str:
    rows = [("MODULE", "FROM", "TO", "STATE"), *((each.name, each.old, newest, each.state) for each in outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines)


def _advice(conflicts: Iterable[str]) -> list[str]:
    return [LOCKED_ANEW] if any(path.startswith(LOCKS) for path in conflicts) else []


def _list(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(f"  {line}")
