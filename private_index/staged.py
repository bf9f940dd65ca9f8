"""What the catalogue knows of sessions: who opened them, for which releases, with which files. Rows and questions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from packaging.utils import canonicalize_version
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, delete, func, insert, select, update

from private_index.rows import File
from private_index.schema import session_releases, sessions, staged_files

# A project's normalised name (PEP 503) and a release's normalised version (PEP 440).
Pair = tuple[str, str]

_OF_FILE = [name for name in File.__dataclass_fields__ if name in staged_files.c]
# All but the metadata: of a large session that may be more than fits into memory.
_FILES = select(*(staged_files.c[name] for name in _OF_FILE))


@dataclass(frozen=True, kw_only=True)
class Session:
    """Releases on their way.

    Args:
        id: not to be guessed.
        owner: the user who opened it, who alone may change it.
        status: "open" or "published".
        created_at: when, UTC, as PEP 700 writes it.
        expires_at: until when it is kept.
        releases: what may be uploaded to it.

    """

    id: str
    owner: str
    status: str
    created_at: str
    expires_at: str
    releases: tuple[Pair, ...]

    @property
    def nickname(self) -> str:
        """What may be shown of the id."""
        return self.id[:8]


def add_session(connection: Connection, session: Session) -> None:
    """Open a session inside a transaction."""
    columns = {name: getattr(session, name) for name in sessions.c.keys()}  # noqa: SIM118 - columns are no mapping
    connection.execute(insert(sessions).values(**columns))
    rows = [{"session": session.id, "project": name, "version": version} for name, version in session.releases]
    connection.execute(insert(session_releases), rows)


def find_session(connection: Connection, session: str) -> Session | None:
    """Return the session of that id."""
    return next(iter(_sessions(connection, select(sessions).where(sessions.c.id == session))), None)


def every_session(connection: Connection) -> list[Session]:
    """Return all sessions, the oldest first."""
    return _sessions(connection, select(sessions).order_by(sessions.c.created_at))


def find_rival(connection: Connection, owner: str, releases: Collection[Pair], now: str) -> Session | None:
    """Return an open session of that user for any of these releases."""
    query = (
        select(sessions.c.id, session_releases.c.project, session_releases.c.version)
        .join(session_releases, session_releases.c.session == sessions.c.id)
        .where(*_open_of(owner, now), session_releases.c.project.in_({name for name, _ in releases}))
    )
    wanted = {canonical(one) for one in releases}
    rivals = (row.id for row in connection.execute(query) if canonical((row.project, row.version)) in wanted)
    return next((find_session(connection, rival) for rival in rivals), None)


def count_open(connection: Connection, owner: str, now: str) -> int:
    """Return how many open sessions a user has."""
    return connection.scalar(select(func.count()).select_from(sessions).where(*_open_of(owner, now))) or 0


def open_ids(connection: Connection) -> set[str]:
    """Return the ids of all open sessions."""
    return set(connection.scalars(select(sessions.c.id).where(sessions.c.status == "open")))


def canonical(release: Pair) -> Pair:
    """Return a release as it is compared: 1.0 and 1.0.0 are one version (PEP 440)."""
    name, version = release
    return name, canonicalize_version(version)


def expired(connection: Connection, now: str) -> list[str]:
    """Return the ids of the sessions that are not kept any longer."""
    return list(connection.scalars(select(sessions.c.id).where(sessions.c.expires_at <= now)))


def change_session(connection: Connection, session: str, **columns: str) -> None:
    """Change columns of a session's row inside a transaction."""
    connection.execute(update(sessions).where(sessions.c.id == session).values(**columns))


def remove_session(connection: Connection, session: str) -> None:
    """Forget a session and its files inside a transaction."""
    for table in (staged_files, session_releases):
        connection.execute(delete(table).where(table.c.session == session))
    connection.execute(delete(sessions).where(sessions.c.id == session))


def remove_file(connection: Connection, session: str, filename: str) -> None:
    """Forget a session's file inside a transaction."""
    of_file = staged_files.c.session == session, staged_files.c.filename == filename
    connection.execute(delete(staged_files).where(*of_file))


def remove_every_session(connection: Connection) -> None:
    """Forget all sessions and their files inside a transaction."""
    for table in (staged_files, session_releases, sessions):
        connection.execute(delete(table))


def add_file(connection: Connection, session: str, file: File, metadata: bytes) -> None:
    """Stage a file inside a transaction."""
    columns = {name: getattr(file, name) for name in _OF_FILE}
    connection.execute(insert(staged_files).values(session=session, core_metadata=metadata, **columns))


def files_of(connection: Connection, session: str) -> list[File]:
    """Return a session's files in the order in which they came."""
    query = _FILES.where(staged_files.c.session == session).order_by(staged_files.c.serial)
    return [_staged(row) for row in connection.execute(query).mappings()]


def file_of(connection: Connection, session: str, filename: str) -> File | None:
    """Return a session's file of that name."""
    query = _FILES.where(staged_files.c.session == session, staged_files.c.filename == filename)
    row = connection.execute(query).mappings().first()
    return None if row is None else _staged(row)


def metadata_of(connection: Connection, session: str, filename: str) -> bytes:
    """Return the core metadata of a session's file, as it stands in the archive."""
    query = select(staged_files.c.core_metadata).where(
        staged_files.c.session == session, staged_files.c.filename == filename
    )
    return connection.scalar(query) or b""


def _sessions(connection: Connection, query: Select[Any]) -> list[Session]:
    found = []
    for row in connection.execute(query).mappings():
        of_session = session_releases.c.session == row["id"]
        pairs = connection.execute(select(session_releases.c.project, session_releases.c.version).where(of_session))
        found.append(Session(**row, releases=tuple(sorted((pair.project, pair.version) for pair in pairs))))
    return found


def _open_of(owner: str, now: str) -> list[ColumnElement[bool]]:
    return [sessions.c.owner == owner, sessions.c.status == "open", sessions.c.expires_at > now]


def _staged(row: RowMapping) -> File:
    return File(**{name: row[name] for name in _OF_FILE}, state="staged")
