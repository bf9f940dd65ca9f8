"""A second copy of an index, taken while it serves, and an index made of it again.

A backup is a folder of packages like the one it copies: it can be checked, and served, as it is. First comes the
catalogue as it is at one moment, then every file that it names, and only then the catalogue takes its place: a backup
that is cut short leaves the one before it whole.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from private_index import catalogue, staged
from private_index.blobs import Blobs, disk_faults, flush_folder
from private_index.catalogue import Catalogue
from private_index.database import copy_catalogue, is_in_use
from private_index.errors import CannotMove, DiskFailed, InUse, NoBackup, NotEmpty, OtherBackup
from private_index.rows import File, timestamp
from private_index.settings import Settings, default_users
from private_index.store import Store, digests_of

# It tells a backup from an index that somebody works with.
MARK = "backup.json"


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a copy of an index holds.

    Args:
        serial: its last change; every file that was acknowledged until then is in it.
        changed_at: when that change was made, UTC; empty where there was none.
        files: how many published files it holds.
        size: how many bytes they have.

    """

    serial: int
    changed_at: str
    files: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Absent:
    """A published file that could not be copied, and why."""

    filename: str
    sentence: str


class Copying:
    """A copy of an index on its way: a catalogue that nobody uses yet, and the files that it names.

    Args:
        draft: the copy of the catalogue.
        source: the files of the index that is copied.
        target: where they go.
        live: the catalogue that was copied, where others may go on changing it.
        may_link: whether two names of one file are as good as two files.

    """

    def __init__(
        self, draft: Path, source: Blobs, target: Blobs, *, live: Catalogue | None = None, may_link: bool = False
    ) -> None:
        self._catalogue = Catalogue(draft)
        # What is staged is nobody's yet: a copy holds what was published.
        with self._catalogue.writing() as connection:
            staged.remove_every_session(connection)
        self._source = source
        self._target = target
        self._live = live
        self._may_link = may_link
        self._files = 0
        self._size = 0

    def close(self) -> None:
        """Close the draft."""
        self._catalogue.close()

    def rows(self) -> Iterator[File]:
        """Yield every row of the draft."""
        return self._catalogue.every_file()

    def count(self) -> int:
        """Return how many rows there are."""
        return self._catalogue.held_count()

    def summary(self) -> Summary:
        """Return what was copied so far."""
        last = self._catalogue.last_change()
        serial, changed_at = (0, "") if last is None else (last.serial, last.at)
        return Summary(serial=serial, changed_at=changed_at, files=self._files, size=self._size)

    def copy(self, file: File) -> Absent | None:
        """Copy the file of a row; a row without a good file is marked, so that the copy never names what it lacks."""
        if file.state != "published":
            return None
        reason = None if self._is_kept(file) else self._fetch(file)
        if reason is None:
            self._files += 1
            self._size += file.size
            return None
        state = self._state_now(file)
        with self._catalogue.writing() as connection:
            catalogue.change_files(connection, [file.filename], state=state)
        return None if state == "deleted" else Absent(filename=file.filename, sentence=reason)

    def deleted(self) -> list[str]:
        """Return the names of the files whose bytes belong in no copy any more."""
        return [filename for filename, state in self._catalogue.filenames().items() if state == "deleted"]

    def _is_kept(self, file: File) -> bool:
        path = self._target.path(file.filename)
        return path.is_file() and path.stat().st_size == file.size

    def _fetch(self, file: File) -> str | None:
        source = self._source.path(file.filename)
        try:
            found = digests_of(source).hexdigest("sha256")
        except DiskFailed as fault:
            return f"it can't be read ({fault.__cause__})"
        if found != file.sha256:
            return f"it has other bytes than were published (sha256 {found} instead of {file.sha256})"
        with disk_faults():
            # What has another size than it should have is no copy.
            self._target.path(file.filename).unlink(missing_ok=True)
        if not self._link(source, file):
            self._copy(source, file)
        return None

    def _link(self, source: Path, file: File) -> bool:
        if not self._may_link:
            return False
        try:
            os.link(source, self._target.path(file.filename))
        except OSError:
            # Another file system, or one that knows no links.
            return False
        return True

    def _copy(self, source: Path, file: File) -> None:
        with disk_faults():
            part = self._target.part_of(source)
        try:
            if part.hexdigest("sha256") != file.sha256:
                raise DiskFailed(f"{source} changed while it was read")
            self._target.place(part, file.filename)
            part.settle()
        finally:
            part.discard()
        # Whoever must do without the catalogue one day still knows when each file came.
        times = source.stat()
        os.utime(self._target.path(file.filename), ns=(times.st_atime_ns, times.st_mtime_ns))

    def _state_now(self, file: File) -> str:
        if self._live is None:
            return "missing"
        with self._live.reading() as connection:
            now = catalogue.held(connection, file.filename)
        return "deleted" if now is not None and now.state == "deleted" else "missing"


@contextmanager
def backing_up(store: Store, root: Path, folder: Path) -> Iterator[Copying]:
    """Copy an index into `folder` inside the block; at its end the copy takes the place of an earlier one.

    Args:
        store: the index, which may serve meanwhile.
        root: its folder.
        folder: empty, or an earlier backup, of which the files of the right size are kept.

    Raises:
        OtherBackup: the folder holds something else.
        InUse: somebody serves the earlier backup.
        DiskFull, DiskFailed: the copy can't be written.

    """
    _check_target(store.catalogue, folder)
    live, copy = _place(root), _place(folder)
    with disk_faults():
        copy.parts.mkdir(parents=True, exist_ok=True)
        if not (copy.state / MARK).exists():
            _write_mark(copy.state, Summary(serial=0, changed_at="", files=0, size=0))
    target = Blobs(folder, copy.parts)
    target.sweep()
    with _draft(live.catalogue, copy.parts) as draft:
        copying = Copying(draft, Blobs(root, root), target, live=store.catalogue, may_link=True)
        try:
            yield copying
            summary, deleted = copying.summary(), copying.deleted()
        finally:
            copying.close()
        with disk_faults():
            flush_folder(folder)
            _copy_users(live.users, copy.users)
            _write_mark(copy.state, summary)
            _put_in_place(draft, copy.catalogue, folder)
    for filename in deleted:
        # They may be here since an earlier copy.
        target.withdraw(filename)


@contextmanager
def restoring(folder: Path, root: Path, *, force: bool) -> Iterator[Copying]:
    """Make an index of a backup inside the block; at its end it stands at `root`, whole.

    Args:
        folder: the backup; it is only read.
        root: where the index is to be: no folder yet, or an empty one.
        force: whether to move away what is there.

    Raises:
        NoBackup: the folder holds none.
        NotEmpty: there is something at the root.
        InUse: somebody serves what is there.
        CannotMove: the root can't be replaced.
        DiskFull, DiskFailed: the index can't be written.

    """
    kept = _place(folder)
    if not (kept.state / MARK).is_file() or not kept.catalogue.is_file():
        raise NoBackup(str(folder))
    _check_root(root, force=force)
    # Beside the root, so that one renaming puts it in place. What a killed restore left there is only a copy.
    staging = root.with_name(f".{root.name}.restoring")
    made = _place(staging)
    with disk_faults():
        shutil.rmtree(staging, ignore_errors=True)
        made.parts.mkdir(parents=True)
    try:
        copy_catalogue(kept.catalogue, made.catalogue)
        copying = Copying(made.catalogue, Blobs(folder, kept.parts), Blobs(staging, made.parts))
        try:
            yield copying
        finally:
            copying.close()
        with disk_faults():
            _copy_users(kept.users, made.users)
            flush_folder(made.state)
            flush_folder(staging)
        _check_root(root, force=force)
        _exchange(staging, root)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _place(root: Path) -> Settings:
    return Settings(root=root, users=default_users(root))


def _check_target(live: Catalogue, folder: Path) -> None:
    state = _place(folder).state
    if not folder.exists() or not any(folder.iterdir()):
        return
    try:
        mark = Summary(**json.loads((state / MARK).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise OtherBackup(str(folder)) from None
    # The index must have lived through what the backup saw last, or the backup is another one's.
    if mark.serial and not any(
        change.serial == mark.serial and change.at == mark.changed_at for change in live.changes(after=mark.serial - 1)
    ):
        raise OtherBackup(str(folder))


def _check_root(root: Path, *, force: bool) -> None:
    if not root.exists() or not any(root.iterdir()):
        return
    if not force:
        raise NotEmpty(str(root))
    there = _place(root).catalogue
    if there.exists() and is_in_use(there):
        raise InUse(str(root))


@contextmanager
def _draft(live: Path, folder: Path) -> Iterator[Path]:
    with disk_faults():
        descriptor, name = tempfile.mkstemp(dir=folder)
    os.close(descriptor)
    draft = Path(name)
    try:
        copy_catalogue(live, draft)
        yield draft
    finally:
        draft.unlink(missing_ok=True)
        _drop_logs(draft)


def _put_in_place(draft: Path, target: Path, folder: Path) -> None:
    # Asking also merges what SQLite keeps beside each: a log of the old one must never meet the new one.
    if is_in_use(draft) or (target.exists() and is_in_use(target)):
        raise InUse(str(folder))
    with draft.open("rb") as stream:
        os.fsync(stream.fileno())
    # Of a damaged one nothing could be merged.
    _drop_logs(target)
    draft.replace(target)
    flush_folder(target.parent)


def _drop_logs(path: Path) -> None:
    for end in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _copy_users(source: Path, target: Path) -> None:
    if source.is_file():
        draft = target.with_name(f"{target.name}.new")
        # copy2 keeps its mode: only the index's owner may read it.
        shutil.copy2(source, draft)
        draft.replace(target)


def _write_mark(state: Path, summary: Summary) -> None:
    draft = state / f"{MARK}.new"
    draft.write_text(json.dumps(asdict(summary), indent=2) + "\n", encoding="utf-8")
    draft.replace(state / MARK)


def _exchange(staging: Path, root: Path) -> None:
    aside = root.with_name(f"{root.name}.before-{timestamp(datetime.now(UTC))[:19].replace(':', '')}")
    try:
        if root.exists():
            shutil.copymode(root, staging)
            root.rename(aside)
        try:
            staging.rename(root)
        except OSError:
            if aside.exists():
                aside.rename(root)
            raise
        if aside.exists() and not any(aside.iterdir()):
            aside.rmdir()
        flush_folder(root.parent)
    except OSError as fault:
        raise CannotMove(str(root), fault.strerror or str(fault)) from None
