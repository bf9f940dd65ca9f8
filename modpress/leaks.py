"""Whether an image holds a secret: every layer and every description of it is searched, unpacked; nothing changes."""

from __future__ import annotations

import gzip
import json
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO
from urllib.parse import quote

from modpress.errors import Fault
from modpress.urls import Login

__all__ = ["Unsearchable", "find_leaks", "spellings"]

PIECE = 1024 * 1024
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class Unsearchable(Fault):
    """What cannot be read cannot be called clean."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} of the image is compressed in a way that is not known here, so it can't be searched")


def spellings(login: Login) -> list[bytes]:
    """Return how a password may be written: as it is, in a URL, in a header, in JSON, in a netrc file."""
    password = login.password
    # A netrc file escapes as JSON does, but for letters beyond ASCII, which it leaves as they are.
    quotations = {json.dumps(password, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False)}
    texts = {password, quote(password, safe=""), quote(password), login.token, *quotations}
    return sorted(text.encode() for text in texts if text)


def find_leaks(archive: Path, secrets: Sequence[bytes]) -> list[str]:
    """Return which parts of an exported image hold one of the secrets."""
    with tarfile.open(archive) as parts:
        files = [part for part in parts if part.isfile()]
        return [part.name for part in files if _holds(_unpacked(parts, part), secrets)]


def _unpacked(parts: tarfile.TarFile, part: tarfile.TarInfo) -> IO[bytes] | gzip.GzipFile:
    stream = parts.extractfile(part)
    if stream is None:
        raise Unsearchable(part.name)
    head = stream.read(4)
    stream.seek(0)
    if head.startswith(ZSTD):
        raise Unsearchable(part.name)
    return gzip.open(stream) if head.startswith(GZIP) else stream


def _holds(stream: IO[bytes] | gzip.GzipFile, secrets: Sequence[bytes]) -> bool:
    return any(secret in window for window in _windows(stream, max(map(len, secrets))) for secret in secrets)


def _windows(stream: IO[bytes] | gzip.GzipFile, longest: int) -> Iterator[bytes]:
    """Give pieces that overlap by as much as the longest secret, so that none lies across a border unseen."""
    kept = b""
    while piece := stream.read(PIECE):
        yield kept + piece
        kept = (kept + piece)[-longest:]
