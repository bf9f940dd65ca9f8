"""The commands for the folder as a whole: import, check, backup, restore."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from private_index.backups import Absent, Copying, backing_up, restoring
from private_index.checking import Check, Finding
from private_index.commands import counted, opened, operator, settings_at, watched
from private_index.importing import Outcome, find_packages, import_packages
from private_index.options import FOLDER, root_option
from private_index.store import Store

FOLDER_THERE = click.Path(path_type=Path, exists=True, file_okay=False)
PATH_THERE = click.Path(path_type=Path, exists=True)


@click.command("import")
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=PATH_THERE)
@root_option
def import_(paths: tuple[Path, ...], root: Path) -> None:
    """Take copies of wheels and sdists into the index, from pypiserver's folder or any tree.

    Folders are searched through, except hidden ones. A file keeps the time at which it was written as its upload
    time. The index may be serving: each file is public at once, and importing again takes what was left out.
    Exit code 1 when a file was refused.

    \b
    private-index import /srv/pypiserver/packages
    private-index import dist/ acme_greet-1.0-py3-none-any.whl
    """  # noqa: D301 - \b is click's mark for text to leave as it is
    with opened(root, new=True) as store:
        found = find_packages(paths)
        counts: Counter[str] = Counter()
        refused: list[Outcome] = []
        try:
            for outcome in import_packages(store, watched(found, len(found), "Importing"), operator()):
                counts[outcome.verdict] += 1
                refused += [outcome] if outcome.verdict == "refused" else []
        finally:
            for outcome in refused:
                click.echo(f"Refused: {outcome.path}: {outcome.sentence}", err=True)
            click.echo(
                f"{counted(len(found), 'file')} found: {counts['taken']:,} taken, {counts['there']:,} already there, "
                f"{counts['refused']:,} refused"
            )
    if refused:
        raise click.exceptions.Exit(1)


@click.command()
@click.option("--repair", is_flag=True, help="Mend what can be mended.")
@root_option
def check(root: Path, *, repair: bool) -> None:
    """Prove that every published file is there with the bytes that were published, and that nothing else is.

    The index may be serving. Exit code 1 when anything was found, mended or not; what is known to be missing is only
    noted.

    \b
    --repair marks lost files as missing, so that the same bytes may be uploaded again;
             moves wrong bytes to ROOT/.private-index/damaged/, and marks their files as missing;
             publishes good files that the catalogue does not know;
             reads wrong metadata again; removes deleted bytes and what cut-short uploads left.
    It never removes what could be the only copy of something.

    \b
    private-index check
    private-index check --root /backups/index
    """  # noqa: D301 - \b is click's mark for text to leave as it is
    with opened(root) as store:
        look = Check(settings_at(root), store, operator(), repair=repair)
        findings = list(_look(store, look))
        states = Counter(store.catalogue.filenames().values())
    mended = sum(finding.mended is not None for finding in findings)
    click.echo(
        f"{counted(states['published'], 'file')} published, {states['missing']:,} missing, {states['deleted']:,} "
        f"deleted: {counted(len(findings), 'problem')} found, {mended:,} mended"
    )
    if findings:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("folder", type=FOLDER)
@root_option
def backup(folder: Path, root: Path) -> None:
    """Copy the whole index into FOLDER while it serves: files, history, statuses, and the users that lie in its root.

    FOLDER is empty, or an earlier backup, of which every file of the right size is kept unread. In the same file
    system the files are linked, which takes no room. A backup is a folder of packages itself: prove one with
    `private-index check --root BACKUP`.
    Exit code 1 when a published file could not be copied; all others are.

    \b
    private-index backup /backups/index
    """  # noqa: D301 - \b is click's mark for text to leave as it is
    with opened(root) as store, backing_up(store, root.absolute(), folder.absolute()) as copying:
        absent = _copy(copying, "Backing up")
        summary = copying.summary()
    click.echo(
        f"{folder} holds {counted(summary.files, 'file')}, {summary.size:,} bytes, of the index up to change "
        f"{summary.serial:,}"
    )
    _exit_if(absent)


@click.command()
@click.argument("folder", type=FOLDER_THERE)
@click.option("--force", is_flag=True, help="Move what is at the root aside first; it stays there.")
@root_option
def restore(folder: Path, root: Path, *, force: bool) -> None:
    """Make an index at the root of the backup in FOLDER, each file proved by its digest.

    The root is empty or not there, and no index serves it. Exit code 1 when a file of the backup is damaged; it is
    then marked as missing, and all others are there.

    \b
    private-index restore /backups/index --root packages
    """  # noqa: D301 - \b is click's mark for text to leave as it is
    with restoring(folder.absolute(), root.absolute(), force=force) as copying:
        absent = _copy(copying, "Restoring")
        summary = copying.summary()
    click.echo(
        f"{root} holds {counted(summary.files, 'file')}, {summary.size:,} bytes, up to change {summary.serial:,}"
    )
    _exit_if(absent)


def _look(store: Store, look: Check) -> Iterator[Finding]:
    for file in watched(store.catalogue.every_file(), store.catalogue.held_count(), "Checking"):
        finding = look.row(file)
        if finding is not None:
            yield _tell(finding)
        elif file.state == "missing":
            click.echo(f"{file.filename} is missing; upload the same file again, or delete it")
    for finding in (*look.parts(), *look.strangers()):
        yield _tell(finding)


def _tell(finding: Finding) -> Finding:
    done = "" if finding.mended is None else f"; {finding.mended}"
    click.echo(f"{finding.problem.name} {finding.problem.sentence}{done}")
    return finding


def _copy(copying: Copying, doing: str) -> list[Absent]:
    return [
        absent for file in watched(copying.rows(), copying.count(), doing) if (absent := copying.copy(file)) is not None
    ]


def _exit_if(absent: list[Absent]) -> None:
    for one in absent:
        click.echo(f"Not copied: {one.filename}: {one.sentence}", err=True)
    if absent:
        raise click.exceptions.Exit(1)
