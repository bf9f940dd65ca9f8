"""Whether the catalogue and the folder agree: each disagreement found, named in a sentence and, if asked, mended."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from packaging.metadata import parse_email
from packaging.utils import canonicalize_name
from packaging.version import Version
from sqlalchemy import Connection

from private_index import catalogue
from private_index.blobs import Leftover, disk_faults, flush_folder
from private_index.distributions import read_distribution
from private_index.errors import BadFilename, IndexFault
from private_index.rows import Actor, File
from private_index.settings import Settings
from private_index.store import Store, digests_of, moment_of

Kind = Literal["lost", "rotten", "returned", "leftover", "metadata", "stray", "odd", "part"]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One disagreement.

    Args:
        kind: lost (a row without its file), rotten (other bytes than were published), returned (a missing file is
            back), leftover (the bytes of a deleted file), metadata (not what the file says), stray (a good file
            without a row), odd (a bad file without a row), part (left by an upload that was cut short or refused).
        name: the file's.
        sentence: what is wrong.

    """

    kind: Kind
    name: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A problem, and what was done about it; None for nothing."""

    problem: Problem
    mended: str | None


class Check:
    """One look at everything, while others may go on publishing and reading.

    Whatever looks wrong is looked at again while nothing can change, so that a running upload is no finding.

    Args:
        settings: which folder.
        store: its catalogue and its blobs.
        actor: who asks, for the log.
        repair: whether to mend what can be mended; nothing that could be the only copy is ever removed.

    """

    def __init__(self, settings: Settings, store: Store, actor: Actor, *, repair: bool) -> None:
        self._settings = settings
        self._store = store
        self._actor = actor
        self._repair = repair

    def row(self, file: File) -> Finding | None:
        """Look at one row of the catalogue and its file."""
        if self._diagnose(file) is None:
            return None
        with self._store.catalogue.writing() as connection:
            now = catalogue.held(connection, file.filename)
            problem = None if now is None else self._diagnose(now)
            if now is None or problem is None:
                return None
            mended = self._mend(connection, now, problem) if self._repair else None
        return Finding(problem=problem, mended=mended)

    def parts(self) -> list[Finding]:
        """Look for what uploads left that were cut short, or whose disk failed."""
        with self._store.blobs.leftovers() as found:
            return [*self._staged(), *(finding for leftover in found for finding in self._leftover(leftover))]

    def strangers(self) -> Iterator[Finding]:
        """Look for files that the catalogue does not know, other than those that `parts` tells of."""
        with self._store.blobs.leftovers() as found:
            told = {filename for leftover in found for filename in leftover.filenames}.union(
                self._store.staged.linked()
            )
        known = self._store.catalogue.filenames().keys() | told
        for entry in sorted(os.scandir(self._settings.root), key=lambda entry: entry.name):
            if entry.name in known or entry.name.startswith(".") or not entry.is_file():
                continue
            if self._is_stranger(entry.name):
                yield from self._stranger(entry.name)

    def _staged(self) -> Iterator[Finding]:
        if not any(self._store.staged.linked()):
            return
        with self._store.catalogue.writing() as connection:
            names = self._store.unfinished_of_sessions(connection)
            if self._repair:
                self._store.staged.withdraw(names)
        for name in names:
            sentence = "was left by a session whose publication was cut short; it is staged still"
            problem = Problem(kind="part", name=name, sentence=sentence)
            yield Finding(problem=problem, mended="removed" if self._repair else None)

    def _leftover(self, leftover: Leftover) -> Iterator[Finding]:
        with self._store.catalogue.writing() as connection:
            unfinished = self._store.unfinished(connection, leftover)
            if self._repair:
                with disk_faults():
                    self._store.remove(connection, leftover)
        mended = "removed" if self._repair else None
        for name in unfinished:
            sentence = "was left by an upload that was never told to have succeeded"
            yield Finding(problem=Problem(kind="part", name=name, sentence=sentence), mended=mended)
        sentence = "was left by an upload that was cut short"
        yield Finding(problem=Problem(kind="part", name=leftover.path.name, sentence=sentence), mended=mended)

    def _diagnose(self, file: File) -> Problem | None:
        there = self._path(file).exists()
        if file.state == "deleted":
            return _problem(file, "leftover", "was deleted, but its bytes are still there") if there else None
        if not there:
            gone = file.state == "published"
            return _problem(file, "lost", "is published, but its bytes are gone") if gone else None
        reason = self._rot(file)
        if reason is not None:
            return _problem(file, "rotten", f"has other bytes than were published: {reason}")
        if file.state == "missing":
            return _problem(file, "returned", "was missing, but its bytes are back")
        reason = metadata_disagreement(file, self._store.catalogue.core_metadata(file.filename))
        return None if reason is None else _problem(file, "metadata", f"has wrong metadata in the catalogue: {reason}")

    def _rot(self, file: File) -> str | None:
        try:
            digests = digests_of(self._path(file))
        except IndexFault as fault:
            return f"they can't be read ({fault.__cause__})"
        if digests.size != file.size:
            return f"{digests.size:,} bytes instead of {file.size:,}"
        if digests.hexdigest("sha256") != file.sha256:
            return f"sha256 {digests.hexdigest('sha256')} instead of {file.sha256}"
        return None

    def _mend(self, connection: Connection, file: File, problem: Problem) -> str | None:
        match problem.kind:
            case "lost":
                return self._mark(connection, file, "missing")
            case "rotten":
                kept = self._move_aside(file)
                return f"moved to {kept}; {self._mark(connection, file, 'missing')}"
            case "returned":
                self._mark(connection, file, "restore", state="published")
                return "served again"
            case "leftover" if self._rot(file) is None:
                self._path(file).unlink()
                return "removed"
            case "leftover":
                return f"other bytes than were deleted, so moved to {self._move_aside(file)}"
            case _:
                return self._read_metadata_again(connection, file)

    def _mark(self, connection: Connection, file: File, action: str, *, state: str = "missing") -> str:
        catalogue.change_files(connection, [file.filename], state=state)
        catalogue.note(connection, self._actor, action, file, None)
        return "marked as missing; upload the same file again, or delete it"

    def _move_aside(self, file: File) -> Path:
        damaged = self._settings.state / "damaged"
        with disk_faults():
            damaged.mkdir(exist_ok=True)
            target = damaged / file.filename
            number = 1
            while target.exists():
                number += 1
                target = damaged / f"{file.filename}.{number}"
            self._path(file).rename(target)
            flush_folder(damaged)
            flush_folder(self._settings.root)
        return target

    def _read_metadata_again(self, connection: Connection, file: File) -> str | None:
        try:
            distribution = read_distribution(self._path(file), file.filename)
        except IndexFault:
            # It was published under older rules; what it says of itself is not known.
            return None
        digest = hashlib.sha256(distribution.metadata).hexdigest() if file.metadata_sha256 is not None else None
        catalogue.set_metadata(connection, file.filename, distribution.metadata)
        changed = {"metadata_sha256": digest, "requires_python": distribution.requires_python}
        catalogue.change_files(connection, [file.filename], **changed)
        catalogue.note(connection, self._actor, "metadata", file, None)
        return "read again from the file"

    def _is_stranger(self, name: str) -> bool:
        # An upload puts its file there and commits its row while it holds the lock.
        with self._store.catalogue.writing() as connection:
            return catalogue.held(connection, name) is None and self._store.blobs.path(name).is_file()

    def _stranger(self, name: str) -> Iterator[Finding]:
        path = self._store.blobs.path(name)
        try:
            read_distribution(path, name)
            if self._repair:
                self._store.adopt(path, self._actor, came=moment_of(path))
        except BadFilename:
            # Whatever else lies in the folder is none of the index's business.
            return
        except IndexFault as fault:
            sentence = f"was never published, and can't be: {fault.sentence}"
            yield Finding(problem=Problem(kind="odd", name=name, sentence=sentence), mended=None)
        else:
            problem = Problem(kind="stray", name=name, sentence="lies in the folder, but was never published")
            yield Finding(problem=problem, mended="published" if self._repair else None)

    def _path(self, file: File) -> Path:
        return self._store.blobs.path(file.filename)


def metadata_disagreement(file: File, content: bytes | None) -> str | None:
    """Return how the core metadata that is kept disagrees with a file's row, or None when it does not."""
    if content is None:
        return "there is none"
    if file.metadata_sha256 not in {None, hashlib.sha256(content).hexdigest()}:
        return "it is not what its digest says"
    raw, _ = parse_email(content)
    if canonicalize_name(raw.get("name", "")) != file.project:
        return f"its name is {raw.get('name')!r}"
    try:
        agrees = Version(raw.get("version", "")) == Version(file.version)
    except ValueError:
        agrees = False
    if not agrees:
        return f"its version is {raw.get('version')!r}"
    if raw.get("requires_python") != file.requires_python:
        return f"its Requires-Python is {raw.get('requires_python')!r}, not {file.requires_python!r}"
    return None


def _problem(file: File, kind: Kind, sentence: str) -> Problem:
    return Problem(kind=kind, name=file.filename, sentence=sentence)
