"""A wheel's bytes, read once from end to end: what they say, and everything that is wrong with them."""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import zipfile
from collections.abc import Iterator
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Literal

from packaging.utils import canonicalize_name
from packaging.version import Version

from private_index.errors import IndexFault, LyingRecord, UnreadableArchive, WheelTooNew, shown
from private_index.filenames import Filename
from private_index.members import LONGEST_PATH, MOST_MEMBERS, Contents, Gathered, Member, member_faults
from private_index.records import ALGORITHMS, Entry, Seen, parse_record, record_faults

CHUNK = 1024 * 1024
LARGEST_TEXT = 8 * 1024 * 1024
LARGEST_RECORD = 32 * 1024 * 1024
LARGEST_DIRECTORY = 32 * 1024 * 1024
# Wheel-Version 2 would unpack by other rules (PEP 777); what knows only 1 must not try.
KNOWN_MAJOR = 1

_ENTRY = b"PK\x01\x02"
_END = b"PK\x05\x06"
_END_SIZE = 22
_LOCAL_HEADER_SIZE = 30
_IS_ENCRYPTED = 0x1
_HAS_DESCRIPTOR = 0x08
_DESCRIPTOR_SIZES = frozenset({12, 16, 20, 24})
_COMPRESSIONS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DEVICES = frozenset({stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK})


class _SparingReader(io.BufferedReader):
    """A file that refuses to be read into more memory than an honest wheel's directory needs."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LARGEST_DIRECTORY:
            raise zipfile.BadZipFile("its directory of members is far too large")
        content = super().read(size)
        if content.count(_ENTRY) > MOST_MEMBERS:
            raise zipfile.BadZipFile(f"it has more than {MOST_MEMBERS:,} members")
        return content


def read_wheel(path: Path, filename: Filename, largest: int) -> Contents:
    """Read every member of a wheel.

    Args:
        path: where the bytes lie.
        filename: its name.
        largest: the most bytes that it may unpack to.

    Raises:
        UnreadableArchive: it is built so that reading on makes no sense or is dangerous.
        OSError, RuntimeError, zipfile.BadZipFile, zlib.error, EOFError: it can't be read.

    """
    # zipfile goes back and forth in small steps; within the buffer these cost no call of the system.
    with _SparingReader(io.FileIO(path), CHUNK) as stream, zipfile.ZipFile(stream) as archive:
        return _Reader(archive, stream, filename, largest).read()


class _Reader:
    def __init__(self, archive: zipfile.ZipFile, stream: io.BufferedReader, filename: Filename, largest: int) -> None:
        self._archive = archive
        self._stream = stream
        self._filename = filename
        self._largest = largest
        self._contents = Contents()
        self._files = {member.filename: member for member in archive.infolist() if not member.is_dir()}

    def read(self) -> Contents:
        self._check_layout()
        faults = self._contents.faults
        faults.extend(member_faults(self._filename.text, self._members()))
        folder = self._info_folder()
        entries = self._record(folder)
        seen = {name: self._see(info, (entries or {}).get(name)) for name, info in self._files.items()}
        if entries is not None:
            faults.extend(record_faults(self._filename.text, folder, entries, seen))
        if folder:
            self._contents.metadata = self._text(f"{folder}/METADATA", LARGEST_TEXT)
            faults.extend(self._wheel_faults(folder))
        return self._contents

    def _fault(self, reason: str) -> UnreadableArchive:
        return UnreadableArchive(self._filename.text, reason)

    def _check_layout(self) -> None:
        # Some installers go by the directory at the end and some by the members as they come; each byte must belong
        # to a member that both of them see, once.
        members = sorted(self._archive.infolist(), key=lambda member: member.header_offset)
        if sum(member.file_size for member in members) > self._largest:
            raise self._fault("it unpacks to far more than its size")
        starts = [member.header_offset for member in members] + [self._archive.start_dir]
        if not {member.compress_type for member in members} <= _COMPRESSIONS:
            raise self._fault("it is compressed in a way that not every installer reads; deflate is")
        if any(member.flag_bits & _IS_ENCRYPTED for member in members):
            raise self._fault("it is encrypted")
        if starts[0] != 0 or not self._ends_properly():
            raise self._fault("something stands before or after the archive")
        for member, start, following in zip(members, starts, starts[1:], strict=False):
            gap = following - start - self._length(member)
            if gap and not (member.flag_bits & _HAS_DESCRIPTOR and gap in _DESCRIPTOR_SIZES):
                raise self._fault(f"its members overlap, or something is hidden between them, at {member.filename!r}")

    def _ends_properly(self) -> bool:
        self._stream.seek(-_END_SIZE - len(self._archive.comment), os.SEEK_END)
        return self._stream.read(len(_END)) == _END

    def _length(self, member: zipfile.ZipInfo) -> int:
        self._stream.seek(member.header_offset)
        header = self._stream.read(_LOCAL_HEADER_SIZE)
        name, extra = (int.from_bytes(header[start : start + 2], "little") for start in (26, 28))
        return _LOCAL_HEADER_SIZE + name + extra + member.compress_size

    def _members(self) -> Gathered:
        members = Gathered(self._filename.text)
        for info in self._archive.infolist():
            members.add(self._member(info))
        return members

    def _member(self, info: zipfile.ZipInfo) -> Member:
        kind = _kind_of(info)
        if kind != "symlink":
            return Member(name=info.filename, kind=kind)
        with self._archive.open(info) as stream:
            return Member(
                name=info.filename, kind=kind, target=stream.read(LONGEST_PATH + 1).decode("utf-8", "replace")
            )

    def _info_folder(self) -> str:
        found = [name for name in self._archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
        if len(found) != 1:
            self._contents.faults.append(self._fault(f"it holds {len(found)} files .dist-info/METADATA instead of one"))
            return ""
        folder = found[0].removesuffix("/METADATA")
        if not _belongs(folder, self._filename):
            reason = f"its folder {folder!r} is not called after the project and the version in the file's name"
            self._contents.faults.append(self._fault(reason))
        return folder

    def _record(self, folder: str) -> dict[str, Entry] | None:
        content = self._text(f"{folder}/RECORD", LARGEST_RECORD) if folder else None
        try:
            if content is not None:
                return parse_record(self._filename.text, content)
            if folder:
                self._contents.faults.append(LyingRecord(self._filename.text, "is not there"))
        except LyingRecord as fault:
            self._contents.faults.append(fault)
        return None

    def _see(self, info: zipfile.ZipInfo, entry: Entry | None) -> Seen:
        # Reading a member to its end is what proves its checksum, whether RECORD speaks of it or not.
        digest = hashlib.new(entry.algorithm if entry and entry.algorithm in ALGORITHMS else "sha256")
        size = 0
        with self._archive.open(info) as stream:
            while content := stream.read(CHUNK):
                digest.update(content)
                size += len(content)
        return Seen(digest=digest.digest(), size=size)

    def _text(self, name: str, largest: int) -> bytes | None:
        info = self._files.get(name)
        if info is None:
            return None
        if info.file_size > largest:
            raise self._fault(f"its {name.rpartition('/')[2]} is larger than {largest:,} bytes")
        return self._archive.read(info)

    def _wheel_faults(self, folder: str) -> Iterator[IndexFault]:
        content = self._text(f"{folder}/WHEEL", LARGEST_TEXT)
        if content is None:
            yield self._fault("it holds no .dist-info/WHEEL")
            return
        said = str(BytesHeaderParser().parsebytes(content).get("Wheel-Version", ""))
        try:
            version = Version(said)
        except ValueError:
            # It is no version, or has more digits than Python reads as one number.
            yield self._fault(f"its .dist-info/WHEEL says Wheel-Version {shown(said)}")
            return
        if version.major > KNOWN_MAJOR:
            yield WheelTooNew(self._filename.text, said)


def _kind_of(info: zipfile.ZipInfo) -> Literal["file", "folder", "symlink", "device"]:
    if info.is_dir():
        return "folder"
    mode = stat.S_IFMT(info.external_attr >> 16)
    if mode == stat.S_IFLNK:
        return "symlink"
    return "device" if mode in _DEVICES else "file"


def _belongs(folder: str, filename: Filename) -> bool:
    name, _, version = folder.removesuffix(".dist-info").partition("-")
    return canonicalize_name(name) == filename.name and filename.is_of_version(version)
