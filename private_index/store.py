"""The index's files: a checked upload is published once and for ever, or not at all."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from private_index import catalogue
from private_index.blobs import CHUNK, Blobs, Digests, Leftover, Part, disk_faults, flush_folder
from private_index.catalogue import Catalogue
from private_index.distributions import Distribution, read_distribution
from private_index.errors import (
    AlreadyPublished,
    BadFilename,
    BadRoot,
    ClosedProject,
    DiskFailed,
    IndexFault,
    SpelledOtherwise,
    Uncertain,
    WasDeleted,
)
from private_index.filenames import parse_filename
from private_index.rows import Actor, File, timestamp
from private_index.settings import Settings
from private_index.staged_blobs import StagedBlobs

# An archived or quarantined project takes no uploads (PEP 792).
CLOSED = frozenset({"archived", "quarantined"})
FOUND = Actor(name=None, origin="the folder")


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A file that could not be taken in, and why."""

    path: Path
    sentence: str


class Store:
    """The catalogue and the blobs of one index.

    Args:
        settings: which folder.

    Raises:
        BadRoot: the folder can't be made or written.

    """

    def __init__(self, settings: Settings) -> None:
        self._root = settings.root
        try:
            settings.parts.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise BadRoot(str(settings.root), fault.strerror or str(fault)) from None
        if not os.access(settings.root, os.W_OK | os.X_OK):
            raise BadRoot(str(settings.root), "it is not writable")
        self.blobs = Blobs(settings.root, settings.parts)
        self.staged = StagedBlobs(settings.root, settings.staged)
        self.catalogue = Catalogue(settings.catalogue)

    def close(self) -> None:
        """Close the catalogue."""
        self.catalogue.close()

    def publish(self, part: Part, distribution: Distribution, actor: Actor, *, came: datetime | None = None) -> bool:
        """Publish a sealed, checked part; False when these very bytes are there already.

        Args:
            part: the bytes.
            distribution: what they say of themselves.
            actor: who publishes.
            came: when the file came into the world, if that was not just now.

        Raises:
            AlreadyPublished: the name is bound to other bytes.
            WasDeleted: the file was published once and taken back.
            SpelledOtherwise: the same project, version and tags are published under another spelling.
            ClosedProject: the project takes no files any more.
            DiskFull, DiskFailed: the disk would not keep it; nothing is published.
            Uncertain: the disk failed while the row was committed; only the next start shows whether it was.

        """
        file = describe(distribution, part, came or datetime.now(UTC), actor.name)
        placed = committing = False
        try:
            # The write lock is held from the look to the link, so of many at once exactly one is first.
            with self.catalogue.writing() as connection:
                # Told yes, a client must find it: its bytes may have been removed from the folder by hand.
                if is_published(connection, file) and self.blobs.holds(file.filename):
                    return False
                check_open(connection, file.project)
                placed = self._place(part, file)
                catalogue.publish(connection, file, distribution.metadata, actor)
                committing = True
        except BaseException as fault:
            if placed:
                # What went wrong first is what the client must know; what can't be taken back now is taken back later.
                with suppress(IndexFault):
                    self._take_back(part, file.filename)
            if committing and isinstance(fault, DiskFailed):
                raise Uncertain(file.filename, fault.reason) from fault
            raise
        part.settle()
        return True

    def _take_back(self, part: Part, filename: str) -> None:
        # The lock was given back with the fault: the same bytes, sent by another, may have been published since then.
        with self.catalogue.writing() as connection:
            if stands(connection, filename):
                part.settle()
            else:
                self.blobs.take_back(part, filename)

    def sweep(self) -> None:
        """Remove what uploads left whose process was killed, or whose disk failed: their parts, and their names.

        Raises:
            DiskFull, DiskFailed: the disk still fails.

        """
        self._withdraw_staged()
        # Nobody waits for the lock where there is nothing to remove, which is nearly always.
        with disk_faults(), self.blobs.leftovers() as found:
            if not found:
                return
            with self.catalogue.writing() as connection:
                for leftover in found:
                    self.remove(connection, leftover)

    def _withdraw_staged(self) -> None:
        """Take back what a publication of a session had placed when it was cut short; its staged files stay."""
        if not any(self.staged.linked()):
            return
        with self.catalogue.writing() as connection:
            self.staged.withdraw(self.unfinished_of_sessions(connection))

    def unfinished_of_sessions(self, connection: Connection) -> list[str]:
        """Return the names that a publication of a session placed, whose files nobody was told of."""
        return sorted({name for name in self.staged.linked() if not stands(connection, name)})

    def unfinished(self, connection: Connection, leftover: Leftover) -> list[str]:
        """Return the names that a part got of whose file nobody was told yes."""
        return [filename for filename in leftover.filenames if not stands(connection, filename)]

    def remove(self, connection: Connection, leftover: Leftover) -> None:
        """Remove what an upload left; the part last, since it alone tells that the name is not a file of somebody's."""
        unfinished = self.unfinished(connection, leftover)
        for filename in unfinished:
            self.blobs.path(filename).unlink(missing_ok=True)
        if unfinished:
            flush_folder(self._root)
        leftover.path.unlink(missing_ok=True)

    def _place(self, part: Part, file: File) -> bool:
        if self.blobs.place(part, file.filename):
            return True
        if self.staged.is_leftover(file.filename):
            self.staged.withdraw([file.filename])
            return self._place(part, file)
        # Somebody put a file of this name into the folder by hand, past the index.
        if not self.blobs.holds(file.filename):
            raise DiskFailed(f"what lies there as {file.filename} is no file")
        there = digests_of(self.blobs.path(file.filename)).hexdigest("sha256")
        if there != file.sha256:
            raise AlreadyPublished(file.filename, there, file.sha256)
        return False

    def adopt(self, path: Path, actor: Actor, *, came: datetime | None = None) -> bool:
        """Publish a file from the disk as if it had been uploaded; False when it is there already.

        Args:
            path: the file.
            actor: who publishes.
            came: when the file came into the world, if that was not just now.

        Raises:
            IndexFault: it is no valid distribution, or its name is bound to other bytes.

        """
        with disk_faults():
            distribution = read_distribution(path, path.name)
            part = self.blobs.part_of(path)
        try:
            return self.publish(part, distribution, actor, came=came)
        finally:
            part.discard()

    def reconcile(self) -> list[Refused]:
        """Make the catalogue agree with the folder, which other programs may have changed in the meantime.

        Files that the catalogue does not know are taken in, with their own time; files that are gone are no
        longer served, though their names stay taken.

        Returns:
            the files that look like distributions but could not be taken in, with the reason.

        """
        self.sweep()
        known = self.catalogue.filenames()
        present = {entry.name for entry in os.scandir(self._root) if entry.is_file() and not entry.name.startswith(".")}
        published = {name for name, state in known.items() if state == "published"}
        self._mark_missing(sorted(published - present))
        return [refused for name in sorted(present - published) for refused in self._take_in(name)]

    def _take_in(self, name: str) -> list[Refused]:
        path = self.blobs.path(name)
        try:
            distribution = read_distribution(path, name)
            file = describe(distribution, digests_of(path), moment_of(path), None)
            with self.catalogue.writing() as connection:
                # Another process may have taken back meanwhile what it was just about to publish.
                if not is_published(connection, file) and self.blobs.holds(name):
                    catalogue.publish(connection, file, distribution.metadata, FOUND)
        except BadFilename:
            # Whatever else lies in the folder is none of the index's business.
            return []
        except WasDeleted:
            # A deletion that a kill cut short: these are the very bytes that were taken back.
            self.blobs.withdraw(name)
            return []
        except IndexFault as fault:
            return [Refused(path=path, sentence=fault.sentence)]
        return []

    def _mark_missing(self, names: list[str]) -> None:
        if not names:
            return
        with self.catalogue.writing() as connection:
            for file in filter(None, (catalogue.held(connection, name) for name in names)):
                # Since the folder was listed it may have been deleted, or uploaded again.
                if file.state != "published" or self.blobs.holds(file.filename):
                    continue
                catalogue.change_files(connection, [file.filename], state="missing")
                catalogue.note(connection, FOUND, "missing", file, None)


def stands(connection: Connection, filename: str) -> bool:
    """Return whether a file of that name is published."""
    file = catalogue.held(connection, filename)
    return file is not None and file.state == "published"


def is_published(connection: Connection, file: File) -> bool:
    """Return whether a file is published already, with these very bytes.

    Raises:
        AlreadyPublished, WasDeleted, SpelledOtherwise: its name is bound to others.

    """
    known = catalogue.held(connection, file.filename)
    if known is None:
        _check_spelling(connection, file)
        return False
    if known.sha256 != file.sha256:
        raise AlreadyPublished(file.filename, known.sha256, file.sha256)
    if known.state == "deleted":
        raise WasDeleted(file.filename)
    return known.state == "published"


def moment_of(path: Path) -> datetime:
    """Return when a file was last written, which is when it came; never a moment to come, which would hide it."""
    written = min(max(path.stat().st_mtime, 0), time.time())
    return datetime.fromtimestamp(written, UTC)


def _check_spelling(connection: Connection, file: File) -> None:
    identity = parse_filename(file.filename).identity
    for other in catalogue.release_by_any_spelling(connection, file.project, file.version):
        if parse_filename(other.filename).identity == identity:
            raise SpelledOtherwise(file.filename, other.filename)


def check_open(connection: Connection, name: str) -> None:
    """Make sure that a project takes files.

    Raises:
        ClosedProject: it does not any more.

    """
    project = catalogue.known_project(connection, name)
    if project is not None and project.status in CLOSED:
        raise ClosedProject(name, project.status, project.status_reason)


def digests_of(path: Path) -> Digests:
    """Return the digests and the size of a file's bytes.

    Raises:
        IndexFault: it can't be read.

    """
    digests = Digests()
    with disk_faults(), path.open("rb") as stream:
        while content := stream.read(CHUNK):
            digests.update(content)
    return digests


def describe(distribution: Distribution, bytes_: Digests | Part, came: datetime, user: str | None) -> File:
    """Return the row of a distribution with these bytes."""
    is_wheel = distribution.kind == "wheel"
    return File(
        filename=distribution.filename,
        project=distribution.name,
        version=distribution.version,
        kind=distribution.kind,
        sha256=bytes_.hexdigest("sha256"),
        blake2_256=bytes_.hexdigest("blake2_256"),
        size=bytes_.size,
        requires_python=distribution.requires_python,
        metadata_sha256=hashlib.sha256(distribution.metadata).hexdigest() if is_wheel else None,
        uploaded_at=timestamp(came),
        uploaded_by=user,
    )
