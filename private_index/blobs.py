"""The bytes of files in a local folder: written aside, flushed to disk, then made visible in one step."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from private_index.claims import CLAIMED, abandoned, claim
from private_index.errors import DiskFailed, DiskFull, IndexFault

CHUNK = 1024 * 1024
FILE_MODE = 0o644

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def disk_faults() -> Iterator[None]:
    """Turn the operating system's faults of writing into sentences.

    Raises:
        DiskFull: there is no room, or a quota is used up.
        DiskFailed: anything else that the disk says.

    """
    try:
        yield
    except OSError as fault:
        raise as_index_fault(fault) from fault


def as_index_fault(fault: OSError) -> IndexFault:
    """Return the sentence for a fault of writing."""
    if fault.errno in _FULL:
        return DiskFull()
    return DiskFailed(fault.strerror or str(fault))


class Digests:
    """Every digest that publishing tools send, counted while the bytes pass, so that no file is read again."""

    def __init__(self) -> None:
        self.size = 0
        self._digests: dict[str, hashlib._Hash | hashlib.blake2b] = {
            "md5": hashlib.md5(usedforsecurity=False),
            "sha256": hashlib.sha256(),
            "blake2_256": hashlib.blake2b(digest_size=32),
        }

    def update(self, content: bytes) -> None:
        """Count further bytes."""
        for digest in self._digests.values():
            digest.update(content)
        self.size += len(content)

    def hexdigest(self, algorithm: str) -> str:
        """Return the digest by "md5", "sha256" or "blake2_256", in hex."""
        return self._digests[algorithm].hexdigest()


class Part(Digests):
    """A file on its way in: nobody sees it until it is placed, and nobody removes it while its process lives."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        with disk_faults():
            descriptor, self.path = _claimed(folder)
        self._stream: BinaryIO = os.fdopen(descriptor, "wb", buffering=0)
        self._is_witness = False

    def write(self, content: bytes) -> None:
        """Append bytes.

        Raises:
            DiskFull, DiskFailed: they could not be written.

        """
        self.update(content)
        rest = memoryview(content)
        with disk_faults():
            while rest:
                rest = rest[self._stream.write(rest) :]

    def seal(self) -> None:
        """Flush the bytes to the disk; nothing is to be appended any more.

        Raises:
            DiskFull, DiskFailed: the disk would not keep them.

        """
        with disk_faults():
            self.path.chmod(FILE_MODE)
            os.fsync(self._stream.fileno())

    def testify(self) -> None:
        """Keep the part whatever comes: while it is there, the name that shares its bytes is known to be unfinished."""
        self._is_witness = True

    def settle(self) -> None:
        """Let the part be forgotten: its bytes have their name for good, or have none."""
        self._is_witness = False

    def discard(self) -> None:
        """Forget the part; harmless once it is placed."""
        with suppress(OSError):
            self._stream.close()
        # A failing disk may keep it until it is swept; the upload has been answered, and the answer must stand.
        with suppress(OSError):
            if not self._is_witness:
                self.path.unlink(missing_ok=True)


def _claimed(folder: Path) -> tuple[int, Path]:
    while True:
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=CLAIMED)
        if claim(descriptor):
            return descriptor, Path(name)
        os.close(descriptor)


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """A part whose writer is gone.

    Args:
        path: the part.
        filenames: the names in the folder that share its bytes: it was placed, and nobody said that it shall stay.

    """

    path: Path
    filenames: tuple[str, ...]


class Blobs:
    """The folder of files and, hidden in it and so in the same file system, the folder of parts.

    Args:
        root: where the files lie, flat.
        parts: where the parts lie.

    """

    def __init__(self, root: Path, parts: Path) -> None:
        self._root = root
        self._parts = parts

    def path(self, filename: str) -> Path:
        """Return where the file of that name lies, or would."""
        return self._root / filename

    def part(self) -> Part:
        """Return a new, empty part."""
        return Part(self._parts)

    def part_of(self, path: Path) -> Part:
        """Return a sealed part with a copy of a file's bytes."""
        part = self.part()
        try:
            with path.open("rb") as stream:
                while content := stream.read(CHUNK):
                    part.write(content)
            part.seal()
        except BaseException:
            part.discard()
            raise
        return part

    def place(self, part: Part, filename: str) -> bool:
        """Give a sealed part its name, in one step and durably; False when the name is taken already.

        Until the part is settled it stays, so that the name is taken back even if this process can't do it any more.

        Raises:
            DiskFull, DiskFailed: the disk would not keep the name.

        """
        with disk_faults():
            try:
                os.link(part.path, self.path(filename))
            except FileExistsError:
                return False
            part.testify()
            try:
                flush_folder(self._root)
            except OSError:
                # Who is told no must not find the file published after the next start.
                self.take_back(part, filename)
                raise
        return True

    def take_back(self, part: Part, filename: str) -> None:
        """Take back a name that was given to a part but whose row could not be committed."""
        with suppress(OSError):
            self.path(filename).unlink(missing_ok=True)
            flush_folder(self._root)
            part.settle()

    def holds(self, filename: str) -> bool:
        """Return whether a file of that name lies there."""
        return self.path(filename).is_file()

    def withdraw(self, filename: str) -> None:
        """Remove a file that shall not be there; a disk that fails may keep it."""
        with suppress(OSError):
            self.path(filename).unlink(missing_ok=True)

    @contextmanager
    def leftovers(self) -> Iterator[list[Leftover]]:
        """Find the parts whose writers are gone; nobody else finds them inside the block."""
        with ExitStack() as held:
            paths = [path for path in sorted(self._parts.iterdir()) if held.enter_context(abandoned(path))]
            names = self._names_of({_shared_inode(path) for path in paths} - {0})
            yield [Leftover(path=path, filenames=tuple(names.get(_shared_inode(path), ()))) for path in paths]

    def _names_of(self, inodes: set[int]) -> dict[int, list[str]]:
        names: dict[int, list[str]] = {}
        # A folder of a hundred thousand files is not read for nothing.
        for entry in os.scandir(self._root) if inodes else ():
            if entry.inode() in inodes:
                names.setdefault(entry.inode(), []).append(entry.name)
        return names

    def sweep(self) -> None:
        """Remove the parts that killed writers left; whatever they placed stays."""
        with self.leftovers() as found:
            for leftover in found:
                leftover.path.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Flush the names in a folder: a power cut can lose them where the file system does not journal them."""
    if os.name == "nt":
        # Windows opens no folders, and NTFS journals names by itself.
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _shared_inode(path: Path) -> int:
    """Return the number of a file that has several names; 0 for any other."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return 0
    return status.st_ino if status.st_nlink > 1 else 0
