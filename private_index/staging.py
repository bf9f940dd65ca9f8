"""Sessions: files are uploaded to one, tried out from its stage, and published all at once or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from private_index import staged
from private_index.blobs import Part
from private_index.distributions import Distribution
from private_index.errors import (
    AlreadyOpen,
    IndexFault,
    ManyFiles,
    ManySessions,
    NoSession,
    NotOwner,
    OthersSession,
    OutsideSession,
    SessionPublished,
    StagedOtherwise,
    StagedTwice,
    together,
)
from private_index.filenames import parse_filename
from private_index.policy import may_publish
from private_index.rows import Actor, File, timestamp
from private_index.staged import Pair, Session
from private_index.store import Store, check_open, describe, is_published, stands

# Long enough to have a release tried out by others (PEP 694 asks for a week at least).
KEPT = timedelta(days=7)
MOST_KEPT = timedelta(days=30)
ID_BYTES = 20
# A session that broke off stays for days; no team has so many of these.
MOST_OPEN = 500
# All are published in one transaction, and nobody else writes meanwhile.
MOST_FILES = 5000


class Staging:
    """All sessions of one index.

    Args:
        store: the index's files.
        owners: whose names are whose.

    """

    def __init__(self, store: Store, owners: Mapping[str, frozenset[str]]) -> None:
        self._store = store
        self._owners = owners

    def open(self, user: str, releases: Sequence[Pair]) -> Session:
        """Open a session for these releases.

        Raises:
            NotOwner: a name is reserved for others.
            ClosedProject: a project takes no files any more.
            AlreadyOpen: a session of this user is open for one of them.
            ManySessions: this user has too many.

        """
        self.sweep()
        now = datetime.now(UTC)
        session = Session(
            id=secrets.token_hex(ID_BYTES),
            owner=user,
            status="open",
            created_at=timestamp(now),
            expires_at=timestamp(now + KEPT),
            releases=tuple(sorted(set(releases))),
        )
        with self._store.catalogue.writing() as connection:
            faults = [fault for name, _ in session.releases for fault in rights(connection, self._owners, user, name)]
            if faults:
                raise together(faults)
            rival = staged.find_rival(connection, user, session.releases, timestamp(now))
            if rival is not None:
                raise AlreadyOpen(rival.id)
            if staged.count_open(connection, user, timestamp(now)) >= MOST_OPEN:
                raise ManySessions(MOST_OPEN)
            staged.add_session(connection, session)
        return session

    def find(self, session: str) -> Session:
        """Return a session that is open or was published.

        Raises:
            NoSession: there is none, or not any more.

        """
        with self._store.catalogue.reading() as connection:
            return _known(connection, session)

    def owned(self, session: str, user: str) -> tuple[Session, list[File]]:
        """Return a user's session and its files.

        Raises:
            NoSession: there is none, or not any more.
            OthersSession: it is another user's.

        """
        with self._store.catalogue.reading() as connection:
            return owned_session(connection, session, user), staged.files_of(connection, session)

    def every(self) -> list[tuple[Session, list[File]]]:
        """Return all sessions, the oldest first, each with its files."""
        with self._store.catalogue.reading() as connection:
            return [(one, staged.files_of(connection, one.id)) for one in staged.every_session(connection)]

    def files(self, session: str) -> list[File]:
        """Return the files that a session has staged; none once it is published.

        Raises:
            NoSession: there is none, or not any more.

        """
        with self._store.catalogue.reading() as connection:
            known = _known(connection, session)
            return staged.files_of(connection, session) if known.status == "open" else []

    def metadata(self, session: str, filename: str) -> bytes:
        """Return the core metadata of a staged file."""
        with self._store.catalogue.reading() as connection:
            return staged.metadata_of(connection, session, filename)

    def add(self, session: str, part: Part, distribution: Distribution, actor: Actor) -> bool:
        """Stage a sealed, checked part; False when these very bytes are staged already.

        Raises:
            NoSession, OthersSession, SessionPublished: nothing can be uploaded to it.
            OutsideSession: the file belongs to no release of the session.
            StagedOtherwise, StagedTwice: the name is staged with other bytes, or in another spelling.
            ManyFiles: it has too many.
            AlreadyPublished, WasDeleted, SpelledOtherwise, ClosedProject: it could not be published.
            DiskFull, DiskFailed: the disk would not keep it.

        """
        file = describe(distribution, part, datetime.now(UTC), actor.name)
        # What was staged before may have been damaged since then; while it is read nobody waits.
        is_sound = self._store.staged.holds(session, file.filename, file.sha256)
        with self._store.catalogue.writing() as connection:
            known = _open(connection, session, str(actor.name))
            if not _is_of(known, file):
                raise OutsideSession(file.filename, _listed(known))
            # What is published with these very bytes is staged all the same: the session tells what it was given.
            is_published(connection, file)
            check_open(connection, file.project)
            there = staged.file_of(connection, session, file.filename)
            check_staged(file, there, staged.files_of(connection, session))
            if there is not None and is_sound:
                return False
            self._store.staged.place(part, session, file.filename)
            if there is None:
                staged.add_file(connection, session, file, distribution.metadata)
        return True

    def cancel(self, session: str, user: str | None) -> None:
        """Forget a session and its files; of any user, for None.

        Raises:
            NoSession, OthersSession: it can't be canceled.
            SessionPublished: it is too late.

        """
        with self._store.catalogue.writing() as connection:
            known = _known(connection, session) if user is None else owned_session(connection, session, user)
            if known.status == "published":
                raise SessionPublished
            self._forget(connection, session)
        self._store.staged.remove(session)

    def extend(self, session: str, user: str, period: timedelta) -> Session:
        """Keep a session for so long from now; never for less than before.

        Raises:
            NoSession, OthersSession, SessionPublished: it can't be kept longer.

        """
        until = timestamp(datetime.now(UTC) + min(period, MOST_KEPT))
        with self._store.catalogue.writing() as connection:
            known = _open(connection, session, user)
            longer = replace(known, expires_at=max(known.expires_at, until))
            staged.change_session(connection, session, expires_at=longer.expires_at)
        return longer

    def sweep(self) -> list[str]:
        """Remove the sessions whose time is over, and files of sessions that are no more; return their ids."""
        now = timestamp(datetime.now(UTC))
        with self._store.catalogue.reading() as connection:
            is_due = bool(staged.expired(connection, now)) or bool(self._orphans(connection))
        if not is_due:
            return []
        with self._store.catalogue.writing() as connection:
            gone = staged.expired(connection, now)
            for session in gone:
                self._forget(connection, session)
            orphans = self._orphans(connection)
        for session in orphans:
            self._store.staged.remove(session)
        return gone

    def _orphans(self, connection: Connection) -> list[str]:
        folders = self._store.staged.sessions()
        kept = staged.open_ids(connection) if folders else set()
        return [session for session in folders if session not in kept]

    def _forget(self, connection: Connection, session: str) -> None:
        # A publication that was cut short may have left names; without the staged files nobody could tell whose.
        linked = self._store.staged.linked_of(session)
        self._store.staged.withdraw(name for name in linked if not stands(connection, name))
        staged.remove_session(connection, session)


def rights(connection: Connection, owners: Mapping[str, frozenset[str]], user: str, project: str) -> list[IndexFault]:
    """Return why a user may not publish files of a project now; nothing if they may."""
    if not may_publish(project, user, owners):
        return [NotOwner(user, project)]
    try:
        check_open(connection, project)
    except IndexFault as fault:
        return [fault]
    return []


def check_staged(file: File, there: File | None, others: Sequence[File]) -> None:
    """Judge a file that comes to a session.

    Args:
        file: the file.
        there: what is staged under its name.
        others: all that is staged.

    Raises:
        StagedOtherwise, StagedTwice: the name is staged with other bytes, or in another spelling.
        ManyFiles: there are too many.

    """
    if there is not None:
        if there.sha256 != file.sha256:
            raise StagedOtherwise(file.filename, there.sha256, file.sha256)
        return
    identity = parse_filename(file.filename).identity
    for other in others:
        if parse_filename(other.filename).identity == identity:
            raise StagedTwice(file.filename, other.filename)
    if len(others) >= MOST_FILES:
        raise ManyFiles(MOST_FILES)


def _known(connection: Connection, session: str) -> Session:
    known = staged.find_session(connection, session)
    if known is None or known.expires_at <= timestamp(datetime.now(UTC)):
        raise NoSession
    return known


def owned_session(connection: Connection, session: str, user: str) -> Session:
    """Return a user's session.

    Raises:
        NoSession: there is none, or not any more.
        OthersSession: it is another user's.

    """
    known = _known(connection, session)
    if known.owner != user:
        raise OthersSession(user)
    return known


def _open(connection: Connection, session: str, user: str) -> Session:
    known = owned_session(connection, session, user)
    if known.status != "open":
        raise SessionPublished
    return known


def _is_of(session: Session, file: File) -> bool:
    return staged.canonical((file.project, file.version)) in map(staged.canonical, session.releases)


def _listed(session: Session) -> str:
    return ", ".join(f"{name} {version}" for name, version in session.releases)
