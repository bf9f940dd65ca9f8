"""Reads the core metadata out of a wheel or an sdist that nobody has checked yet."""

from __future__ import annotations

import lzma
import re
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import IO

from packaging.metadata import RawMetadata, parse_email

LARGEST_METADATA = 16 * 1024 * 1024

_WHEELS = re.compile(r"[^/]+\.dist-info/METADATA")
_SDISTS = re.compile(r"[^/]+/PKG-INFO")
# What the readers of the standard library raise on archives that were cut, garbled or locked.
_UNREADABLE = (
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True)
class Metadata:
    """Core metadata as it stands in a file."""

    text: bytes

    @cached_property
    def fields(self) -> RawMetadata:
        """Its fields, unchecked."""
        return parse_email(self.text)[0]


def read_metadata(filename: str, content: IO[bytes]) -> Metadata | str | None:
    """Return the metadata in a wheel or an sdist, a sentence when it can't be read, or None for another kind of file.

    An sdist may lack it: it was not asked of the oldest.
    """
    content.seek(0)
    try:
        if filename.endswith((".whl", ".zip")):
            pattern = _WHEELS if filename.endswith(".whl") else _SDISTS
            found = _from_zip(content, pattern)
        elif filename.endswith((".tar.gz", ".tgz", ".tar.bz2")):
            found = _from_tar(content)
        else:
            return None
    except _UNREADABLE as fault:
        return f"the archive does not read: {str(fault) or type(fault).__name__}"
    if found is None:
        return "a wheel without METADATA" if filename.endswith(".whl") else None
    return Metadata(found)


def _from_zip(content: IO[bytes], pattern: re.Pattern[str]) -> bytes | None:
    with zipfile.ZipFile(content) as archive:
        name = next((name for name in archive.namelist() if pattern.fullmatch(name)), None)
        if name is None:
            return None
        with archive.open(name) as stream:
            return stream.read(LARGEST_METADATA)


def _from_tar(content: IO[bytes]) -> bytes | None:
    with tarfile.open(fileobj=content) as archive:
        for member in archive:
            if member.isfile() and _SDISTS.fullmatch(member.name):
                stream = archive.extractfile(member)
                return stream.read(LARGEST_METADATA) if stream else None
    return None
