"""What the index knows of every file: SQLAlchemy Core over SQLite. A file is public once its row is committed."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_version
from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError, OperationalError

from private_index.database import ask, open_engine, upgrade
from private_index.errors import CatalogueFailed, DiskFailed, DiskFull, NotReady
from private_index.rows import Actor, Change, File, Project, timestamp
from private_index.schema import changes, core_metadata, files, projects
from private_index.watch import Watch

BATCH = 1000
# More names than this in one question cost more than reading them all.
MOST_ASKED = 500
# The epoch and the numbers of a version.
_RELEASE = re.compile(r"(\d+!)?\d+(\.\d+)*")
# Made once: an upload waits for these under the write lock, and to make a statement takes longer than to run it.
_ADD_PROJECT = sqlite.insert(projects).on_conflict_do_nothing()
_ADD_FILE = sqlite.insert(files).on_conflict_do_update(index_elements=["filename"], set_={"state": "published"})
_ADD_METADATA = sqlite.insert(core_metadata).on_conflict_do_nothing()
_ADD_CHANGE = insert(changes)


class Catalogue:
    """The rows of one index.

    Args:
        path: the SQLite file; its folder must exist.

    Raises:
        NewerCatalogue: a newer version of this program wrote it.
        DiskFull, DiskFailed: it can't be made or brought up to date.
        CatalogueFailed: it is damaged.

    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = open_engine(path)
        # The threads of one process queue here: SQLite's own wait is a sleep that grows to a tenth of a second.
        self._queue = threading.Lock()
        with self.writing() as connection:
            upgrade(connection)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Hold the one write lock; what was written is committed at the end, and nothing of it on a fault.

        Raises:
            DiskFull: there is no room for the row.
            DiskFailed: the row could not be written for another reason.
            CatalogueFailed: it is damaged.

        """
        try:
            with self._queue, self._engine.execution_options(writes=True).begin() as connection:
                yield connection
        except OperationalError as fault:
            reason = str(fault.orig)
            raise (DiskFull() if "full" in reason else DiskFailed(reason)) from fault
        except DBAPIError as fault:
            raise CatalogueFailed(str(fault.orig)) from fault

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See one state of the catalogue; writers are not waited for, nor do they wait.

        Raises:
            CatalogueFailed: it does not answer, or is damaged.

        """
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as fault:
            raise CatalogueFailed(str(fault.orig)) from fault

    def file(self, filename: str) -> File | None:
        """Return the published file of that name, unless its project is quarantined."""
        return next(iter(self._read(_served().where(files.c.filename == filename))), None)

    def project_files(self, name: str) -> list[File]:
        """Return a project's published files in the order in which they came; none of a quarantined project."""
        return self._read(_served().where(files.c.project == name).order_by(files.c.serial))

    def project(self, name: str) -> Project | None:
        """Return the project of that name, if the index has ever held it."""
        with self.reading() as connection:
            row = connection.execute(select(projects).where(projects.c.name == name)).mappings().first()
        return None if row is None else Project(**row)

    def project_page(self, name: str) -> tuple[Project, list[File]] | None:
        """Return a project and what of it is served, as they stood at one moment; None if it was never held."""
        query = _served().where(files.c.project == name).order_by(files.c.serial)
        with self.reading() as connection:
            project = known_project(connection, name)
            rows = connection.execute(query).mappings().all()
        return None if project is None else (project, [_file(row) for row in rows])

    def watch(self) -> Watch:
        """Return a new watch over this catalogue, to be closed by whoever asked for it."""
        return Watch(self._path)

    def project_names(self) -> list[str]:
        """Return the names of all projects with a published file, sorted."""
        query = select(files.c.project).where(files.c.state == "published").distinct().order_by(files.c.project)
        with self.reading() as connection:
            return list(connection.scalars(query))

    def filenames(self) -> dict[str, str]:
        """Return filename -> state of every file that the index has ever held."""
        with self.reading() as connection:
            return {row.filename: row.state for row in connection.execute(select(files.c.filename, files.c.state))}

    def held_among(self, filenames: set[str]) -> set[str]:
        """Return those of the names that the index has ever held."""
        if len(filenames) > MOST_ASKED:
            return filenames & self.filenames().keys()
        query = select(files.c.filename).where(files.c.filename.in_(filenames))
        with self.reading() as connection:
            return set(connection.scalars(query))

    def count(self) -> int:
        """Return how many files are published."""
        query = select(func.count()).select_from(files).where(files.c.state == "published")
        with self.reading() as connection:
            return connection.scalar(query) or 0

    def prove(self) -> None:
        """Ask a real question, and take any answer.

        Raises:
            NotReady: there is none.

        """
        try:
            ask(self._path)
        except CatalogueFailed as fault:
            raise NotReady(f"the catalogue does not answer ({fault.reason})") from fault

    def core_metadata(self, filename: str) -> bytes | None:
        """Return a file's core metadata as it stands in the archive."""
        with self.reading() as connection:
            return connection.scalar(select(core_metadata.c.content).where(core_metadata.c.filename == filename))

    def changes(self, *, after: int = 0, project: str | None = None) -> list[Change]:
        """Return the changes after a serial, oldest first; of one project, if one is given."""
        query = select(changes).where(changes.c.serial > after).order_by(changes.c.serial)
        if project is not None:
            query = query.where(changes.c.project == project)
        with self.reading() as connection:
            return [Change(**row) for row in connection.execute(query).mappings()]

    def held_count(self) -> int:
        """Return how many files the index has ever held."""
        with self.reading() as connection:
            return connection.scalar(select(func.count()).select_from(files)) or 0

    def every_file(self) -> Iterator[File]:
        """Yield every file that the index has ever held, whatever its state, in the order in which they came.

        Read in portions: a transaction that is open for minutes would let the log of SQLite grow.
        """
        last = 0
        while True:
            query = select(files).where(files.c.serial > last).order_by(files.c.serial).limit(BATCH)
            with self.reading() as connection:
                rows = connection.execute(query).mappings().all()
            yield from map(_file, rows)
            if len(rows) < BATCH:
                return
            last = rows[-1]["serial"]

    def every_project(self) -> list[str]:
        """Return the names of all projects that the index has ever held, sorted."""
        with self.reading() as connection:
            return list(connection.scalars(select(projects.c.name).order_by(projects.c.name)))

    def last_change(self) -> Change | None:
        """Return the newest line of the log."""
        with self.reading() as connection:
            row = connection.execute(select(changes).order_by(changes.c.serial.desc()).limit(1)).mappings().first()
        return None if row is None else Change(**row)

    def _read(self, query: Select[Any]) -> list[File]:
        with self.reading() as connection:
            return [_file(row) for row in connection.execute(query).mappings()]


def held(connection: Connection, filename: str) -> File | None:
    """Return the file that has ever had this name, whatever its state."""
    row = connection.execute(select(files).where(files.c.filename == filename)).mappings().first()
    return None if row is None else _file(row)


def known_project(connection: Connection, name: str) -> Project | None:
    """Return the project of that name, if the index has ever held it, as a transaction sees it."""
    row = connection.execute(select(projects).where(projects.c.name == name)).mappings().first()
    return None if row is None else Project(**row)


def release_by_any_spelling(connection: Connection, project: str, version: str) -> list[File]:
    """Return the files, whatever their state, of a release and of what may be the same one: 1.0 and 1.0.0 (PEP 440)."""
    canonical = canonicalize_version(version)
    end = _RELEASE.match(canonical).end()  # type: ignore[union-attr]  # a version begins with its numbers
    padded = files.c.version.op("GLOB")(f"{canonical[:end]}.0*{canonical[end:]}")
    same = or_(files.c.version == canonical, padded)
    query = select(files).where(files.c.project == project, same).order_by(files.c.serial)
    return [_file(row) for row in connection.execute(query).mappings()]


def publish(connection: Connection, file: File, metadata: bytes, actor: Actor) -> None:
    """Make a file public inside a transaction: a new one, or one that was missing and has come back."""
    connection.execute(_ADD_PROJECT, {"name": file.project})
    # A release that is yanked stays so as a whole: a late wheel must not make it attractive again.
    siblings = _standing_siblings(connection, file)
    if siblings and all(sibling.yanked for sibling in siblings):
        file = replace(file, yanked=True, yanked_reason=siblings[0].yanked_reason)
    connection.execute(_ADD_FILE, vars(file))
    connection.execute(_ADD_METADATA, {"filename": file.filename, "content": metadata})
    note(connection, actor, "publish", file, f"sha256 {file.sha256}")


def _standing_siblings(connection: Connection, file: File) -> list[File]:
    near = release_by_any_spelling(connection, file.project, file.version)
    canonical = canonicalize_version(file.version)
    return [one for one in near if one.state != "deleted" and canonicalize_version(one.version) == canonical]


def files_of(connection: Connection, project: str) -> list[File]:
    """Return every file that a project has ever held, whatever its state, in the order in which they came."""
    query = select(files).where(files.c.project == project).order_by(files.c.serial)
    return [_file(row) for row in connection.execute(query).mappings()]


def set_metadata(connection: Connection, filename: str, content: bytes) -> None:
    """Keep a file's core metadata, in place of what was kept, inside a transaction."""
    row = sqlite.insert(core_metadata).values(filename=filename, content=content)
    connection.execute(row.on_conflict_do_update(index_elements=["filename"], set_={"content": content}))


def drop_metadata(connection: Connection, filenames: list[str]) -> None:
    """Forget the core metadata of deleted files inside a transaction."""
    for filename in filenames:
        connection.execute(delete(core_metadata).where(core_metadata.c.filename == filename))


def change_files(connection: Connection, filenames: list[str], **columns: object) -> None:
    """Change columns of the rows of some files inside a transaction."""
    for filename in filenames:
        connection.execute(update(files).where(files.c.filename == filename).values(**columns))


def change_project(connection: Connection, name: str, **columns: object) -> None:
    """Change columns of a project's row inside a transaction."""
    connection.execute(update(projects).where(projects.c.name == name).values(**columns))


def note(connection: Connection, actor: Actor, action: str, subject: File | Project, detail: str | None) -> None:
    """Write a line of the log inside the transaction that makes the change."""
    about = (
        {"project": subject.project, "version": subject.version, "filename": subject.filename}
        if isinstance(subject, File)
        else {"project": subject.name, "version": None, "filename": None}
    )
    who = {"at": timestamp(datetime.now(UTC)), "who": actor.name, "origin": actor.origin}
    connection.execute(_ADD_CHANGE, {**who, **about, "action": action, "detail": detail})


def _served() -> Select[Any]:
    served = select(files).join(projects, files.c.project == projects.c.name)
    return served.where(files.c.state == "published", projects.c.status != "quarantined")


def _file(row: RowMapping) -> File:
    return File(**{name: row[name] for name in File.__dataclass_fields__})
