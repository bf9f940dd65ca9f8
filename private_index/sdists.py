"""An sdist's bytes, read once from end to end: what they say, and everything that is wrong with them."""

from __future__ import annotations

import gzip
import posixpath
import re
import tarfile
from pathlib import Path
from typing import Literal

from private_index.errors import UnreadableArchive
from private_index.filenames import Filename
from private_index.members import Contents, Gathered, Member, listed, member_faults

CHUNK = 1024 * 1024
LARGEST_METADATA = 8 * 1024 * 1024
# tarfile reads what describes a member (a long name, extended attributes) in one piece.
LARGEST_DESCRIPTION = 16 * 1024 * 1024


class _Tape:
    """Unpacked bytes that go by once, and no more of them than an honest archive has."""

    def __init__(self, stream: gzip.GzipFile, filename: Filename, largest: int) -> None:
        self._stream = stream
        self._filename = filename
        self._largest = largest
        self._position = 0

    def read(self, size: int) -> bytes:
        if size > LARGEST_DESCRIPTION:
            raise UnreadableArchive(self._filename.text, "the description of a member is far too large")
        content = self._stream.read(size)
        self._position += len(content)
        if self._position > self._largest:
            raise UnreadableArchive(self._filename.text, "it unpacks to far more than its size")
        return content

    def seek(self, position: int) -> int:
        if position < self._position:
            raise UnreadableArchive(self._filename.text, "its members overlap")
        while self._position < position and self.read(min(CHUNK, position - self._position)):
            pass
        return self._position

    def tell(self) -> int:
        return self._position

    def holds_only_zeros(self) -> bool:
        """Read to the end, where the checksum stands; padding is all that may be left."""
        verdict = True
        while content := self.read(CHUNK):
            verdict = verdict and not content.strip(b"\0")
        return verdict


def read_sdist(path: Path, filename: Filename, largest: int) -> Contents:
    """Read every member of an sdist.

    Args:
        path: where the bytes lie.
        filename: its name.
        largest: the most bytes that it may unpack to.

    Raises:
        UnreadableArchive: it is built so that reading on makes no sense or is dangerous.
        OSError, tarfile.TarError, zlib.error, EOFError: it can't be read.

    """
    contents = Contents()
    members = Gathered(filename.text)
    told: set[str] = set()
    wanted = f"{filename.text.removesuffix('.tar.gz')}/PKG-INFO"
    with gzip.open(path) as stream:
        tape = _Tape(stream, filename, largest)
        with tarfile.open(fileobj=tape, mode="r:") as archive:  # type: ignore[call-overload]  # a tape is enough
            while member := archive.next():
                # tarfile keeps every member it has seen; nothing here asks for an earlier one.
                archive.members.clear()
                members.add(Member(name=member.name, kind=_kind_of(member), target=member.linkname))
                if _is_pkg_info(member, wanted):
                    told.add(posixpath.normpath(member.name))
                    contents.metadata = _read_metadata(archive, member, filename)
        if not tape.holds_only_zeros():
            contents.faults.append(UnreadableArchive(filename.text, "something follows its last member"))
    contents.faults.extend(member_faults(filename.text, members))
    # Two spellings of the folder: who unpacks it may read the other one.
    if len(told) > 1:
        contents.faults.append(UnreadableArchive(filename.text, f"it holds several PKG-INFO: {listed(sorted(told))}"))
    if contents.metadata is None:
        contents.faults.append(UnreadableArchive(filename.text, f"it holds no {wanted}"))
    return contents


def _kind_of(member: tarfile.TarInfo) -> Literal["file", "folder", "symlink", "hardlink", "device"]:
    if member.isdir():
        return "folder"
    if member.issym():
        return "symlink"
    if member.islnk():
        return "hardlink"
    return "file" if member.isreg() else "device"


def _is_pkg_info(member: tarfile.TarInfo, wanted: str) -> bool:
    # Older backends keep the project's own spelling in the folder's name, so only its normal form counts.
    folder, _, name = member.name.removeprefix("./").partition("/")
    return member.isreg() and name == "PKG-INFO" and _loose(folder) == _loose(wanted.partition("/")[0])


def _loose(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def _read_metadata(archive: tarfile.TarFile, member: tarfile.TarInfo, filename: Filename) -> bytes:
    if member.size > LARGEST_METADATA:
        raise UnreadableArchive(filename.text, f"its metadata is larger than {LARGEST_METADATA:,} bytes")
    stream = archive.extractfile(member)
    return b"" if stream is None else stream.read()
