"""The publication of a session: all that it stages is published in one transaction, or nothing is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from private_index import catalogue, staged
from private_index.blobs import disk_faults, flush_folder
from private_index.errors import AlreadyPublished, EmptySession, IndexFault, StagedLost, together
from private_index.rows import Actor, File, timestamp
from private_index.staged import Session
from private_index.staging import owned_session, rights
from private_index.store import Store, digests_of, is_published, stands


def publish(store: Store, owners: Mapping[str, frozenset[str]], session: str, actor: Actor) -> Session:
    """Publish all files of a session in one transaction, or none of them; again for what was published before.

    Args:
        store: the index's files.
        owners: whose names are whose.
        session: the session's id.
        actor: who publishes.

    Raises:
        NoSession, OthersSession: it can't be published.
        EmptySession: it has no files.
        StagedLost: the bytes of one are gone, or are not those that were uploaded.
        AlreadyPublished, WasDeleted, SpelledOtherwise, ClosedProject, NotOwner: one can't be published any more.
        SeveralFaults: more than one of these.
        DiskFull, DiskFailed: the disk would not keep them.

    """
    publication = _Publication(store, owners, session, actor)
    publication.prove()
    try:
        known = publication.commit()
    except BaseException:
        publication.withdraw()
        raise
    store.staged.remove(session)
    return known


class _Publication:
    """One attempt to publish one session, with what it has seen and placed so far."""

    def __init__(self, store: Store, owners: Mapping[str, frozenset[str]], session: str, actor: Actor) -> None:
        self._store = store
        self._owners = owners
        self._session = session
        self._user = str(actor.name)
        self._by = replace(actor, origin=f"{actor.origin}, session {session[:8]}")
        self._sound: set[str] = set()
        self._placed: list[str] = []

    def prove(self) -> None:
        """Read all staged bytes again, since a disk may have lost some of them; nobody waits meanwhile."""
        with self._store.catalogue.reading() as connection:
            known = owned_session(connection, self._session, self._user)
            files = staged.files_of(connection, self._session) if known.status == "open" else []
        self._sound = {file.filename for file in files if self._holds(file)}

    def commit(self) -> Session:
        """Write the rows and place the names; that the transaction ends is what publishes them."""
        lost: list[File] = []
        with self._store.catalogue.writing() as connection:
            known = owned_session(connection, self._session, self._user)
            if known.status == "open":
                files = staged.files_of(connection, self._session)
                # What was staged since then is not proved yet.
                lost = [file for file in files if file.filename not in self._sound and not self._holds(file)]
                if lost:
                    self._forget(connection, lost)
                else:
                    self._publish(connection, files)
        if lost:
            raise together([StagedLost(file.filename) for file in lost])
        return replace(known, status="published")

    def withdraw(self) -> None:
        """Take back the names that were placed, except those that others have published since then."""
        if not self._placed:
            return
        # The lock was given back with the fault.
        with self._store.catalogue.writing() as connection:
            self._store.staged.withdraw(name for name in self._placed if not stands(connection, name))

    def _holds(self, file: File) -> bool:
        return self._store.staged.holds(self._session, file.filename, file.sha256)

    def _forget(self, connection: Connection, lost: Sequence[File]) -> None:
        # The session tells no longer that it has them, so who goes on with it uploads them again.
        for file in lost:
            staged.remove_file(connection, self._session, file.filename)

    def _publish(self, connection: Connection, files: Sequence[File]) -> None:
        if not files:
            raise EmptySession
        new = self._announce(connection, files)
        # The rows are seen by nobody before the transaction ends; the names must stand by then.
        self._place(new)
        staged.change_session(connection, self._session, status="published")

    def _announce(self, connection: Connection, files: Sequence[File]) -> list[File]:
        """Write the rows of all files that are not published yet, each judged again: much may have happened since."""
        came = timestamp(datetime.now(UTC))
        faults: list[IndexFault] = []
        new = []
        for one in files:
            file = replace(one, state="published", uploaded_at=came)
            faults += rights(connection, self._owners, self._user, file.project)
            try:
                if is_published(connection, file) and self._store.blobs.holds(file.filename):
                    continue
            except IndexFault as fault:
                faults.append(fault)
                continue
            metadata = staged.metadata_of(connection, self._session, file.filename)
            catalogue.publish(connection, file, metadata, self._by)
            new.append(file)
        if faults:
            raise together(list({fault.sentence: fault for fault in faults}.values()))
        return new

    def _place(self, files: Sequence[File]) -> None:
        for file in files:
            self._place_one(file)
        with disk_faults():
            flush_folder(self._store.blobs.path("."))

    def _place_one(self, file: File) -> None:
        blobs, session, name = self._store.staged, self._session, file.filename
        if blobs.is_linked(session, name):
            return
        if not blobs.publish(session, name) and blobs.is_leftover(name):
            # Another session's, which was cut short.
            blobs.withdraw([name])
            blobs.publish(session, name)
        if blobs.is_linked(session, name):
            self._placed.append(name)
        else:
            self._compare(file)

    def _compare(self, file: File) -> None:
        # Somebody put a file of this name into the folder by hand, past the index.
        there = digests_of(self._store.blobs.path(file.filename)).hexdigest("sha256")
        if there != file.sha256:
            raise AlreadyPublished(file.filename, there, file.sha256)
