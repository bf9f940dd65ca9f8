"""Answers made once and given many times, each an ASGI application: pages, sidecars, files, with their conditions."""

from __future__ import annotations

import gzip
import hashlib
import logging
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anyio import open_file
from starlette.types import Receive, Scope, Send

from private_index.conditions import asked_range, is_as_expected, is_unchanged
from private_index.negotiation import Negotiator
from private_index.turns import Once

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

log = logging.getLogger(__name__)

Headers = Mapping[bytes, bytes]
Line = tuple[bytes, bytes]

FILE_CACHING = b"max-age=365000000, immutable"
# A page may change at any moment, so a client must ask each time.
PAGE_CACHING = b"max-age=0, must-revalidate"

CHUNK = 256 * 1024
# Up to here, to send a file's bytes at once takes half the time of having the server do it in a thread of its own.
SMALL = 64 * 1024
# What an answer of no bytes still takes.
LEAST_WEIGHT = 1024

_HEEDED = frozenset({b"accept", b"accept-encoding", b"if-match", b"if-none-match", b"if-range", b"range"})
_EMPTY = {"type": "http.response.body", "body": b""}
_PATHSEND = "http.response.pathsend"


def heeded(scope: Scope) -> dict[bytes, bytes]:
    """Return the headers of a request that bear on a ready answer; of one that came twice, both."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _HEEDED:
            found[name] = value if name not in found else b", ".join((found[name], value))
    return found


class Answer(ABC):
    """An answer to GET and HEAD that can be given again and again."""

    @property
    @abstractmethod
    def weight(self) -> int:
        """How many bytes of memory it takes, roughly."""

    @abstractmethod
    async def reply(self, scope: Scope, headers: Headers, send: Send) -> None:
        """Answer one request, whose headers were looked through already."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Answer one request."""
        await self.reply(scope, heeded(scope), send)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Representation:
    etag: bytes
    start: dict[str, Any]
    body: dict[str, Any]
    not_modified: dict[str, Any]


class Page(Answer):
    """A page in one content type, ready in every encoding.

    Args:
        content: its bytes.
        content_type: their type.
        caching: "public" or "private".
        negotiator: which encoding is wanted.

    """

    def __init__(self, content: bytes, content_type: str, caching: str, negotiator: Negotiator) -> None:
        self._encoding = negotiator.encoding
        # The type belongs to the tag: the same bytes under another type are another representation.
        tag = hashlib.sha256(content_type.encode() + b"\n" + content).hexdigest()[:32]
        packed = {"zstd": zstd.compress(content), "gzip": gzip.compress(content, compresslevel=6, mtime=0)}
        plain = _representation(content, content_type, None, f'"{tag}"', caching)
        self._ready = {"identity": plain}
        for encoding, smaller in packed.items():
            is_worth_it = len(smaller) < len(content)
            etag = f'"{tag}-{encoding}"'
            self._ready[encoding] = (
                _representation(smaller, content_type, encoding, etag, caching) if is_worth_it else plain
            )
        self._weight = LEAST_WEIGHT + len(content) + sum(map(len, packed.values()))

    @property
    def weight(self) -> int:
        """How many bytes of memory it takes, roughly."""
        return self._weight

    async def reply(self, scope: Scope, headers: Headers, send: Send) -> None:
        """Send the page, or that it is the one the client has."""
        ready = self._ready[self._encoding(headers.get(b"accept-encoding", b""))]
        if not is_as_expected(headers.get(b"if-match"), ready.etag):
            await _refuse(send, 412, "the page is another one now", [(b"etag", ready.etag)])
        elif is_unchanged(headers.get(b"if-none-match"), ready.etag):
            await send(ready.not_modified)
            await send(_EMPTY)
        else:
            await send(ready.start)
            await send(ready.body if scope["method"] == "GET" else _EMPTY)


def _representation(
    content: bytes, content_type: str, encoding: str | None, etag: str, caching: str
) -> _Representation:
    charset = "; charset=utf-8" if content_type == "text/html" else ""
    kept: list[Line] = [
        (b"cache-control", caching.encode() + b", " + PAGE_CACHING),
        (b"etag", etag.encode()),
        (b"vary", b"Accept, Accept-Encoding"),
    ]
    sent: list[Line] = [
        (b"content-type", f"{content_type}{charset}".encode()),
        (b"content-length", str(len(content)).encode()),
    ]
    if encoding is not None:
        sent.append((b"content-encoding", encoding.encode()))
    return _Representation(
        etag=etag.encode(),
        start=_start(200, [*sent, *kept]),
        body={"type": "http.response.body", "body": content},
        not_modified=_start(304, kept),
    )


class Immutable(Answer):
    """What never changes under its URL: whole, in ranges, never packed.

    Args:
        sha256: the hex digest of its bytes.
        size: how many there are.
        caching: "public" or "private".

    """

    def __init__(self, sha256: str, size: int, caching: str) -> None:
        self._size = size
        self._etag = f'"{sha256}"'.encode()
        self._kept: list[Line] = [
            (b"cache-control", caching.encode() + b", " + FILE_CACHING),
            (b"etag", self._etag),
            (b"accept-ranges", b"bytes"),
        ]
        kind = (b"content-type", b"application/octet-stream")
        self._typed = [kind, *self._kept]
        self._whole = _start(200, [(b"content-length", str(size).encode()), *self._typed])
        self._not_modified = _start(304, self._kept)

    async def reply(self, scope: Scope, headers: Headers, send: Send) -> None:
        """Send the bytes that were asked for."""
        if not self.is_there():
            await _refuse(
                send, 404, "the file is not where it was; whoever runs the index finds the reason in its log", []
            )
        elif not is_as_expected(headers.get(b"if-match"), self._etag):
            await _refuse(send, 412, "the file is another one", [(b"etag", self._etag)])
        elif is_unchanged(headers.get(b"if-none-match"), self._etag):
            await send(self._not_modified)
            await send(_EMPTY)
        # A range has a meaning for GET only (RFC 9110, 14.2).
        elif scope["method"] == "HEAD":
            await send(self._whole)
            await send(_EMPTY)
        else:
            await self._send(scope, headers, send)

    async def _send(self, scope: Scope, headers: Headers, send: Send) -> None:
        wanted = asked_range(headers.get(b"range"), headers.get(b"if-range"), self._etag, self._size)
        if wanted is None:
            await send(self._whole)
            await self.send_whole(scope, send)
        elif not wanted:
            there = (b"content-range", f"bytes */{self._size}".encode())
            await _refuse(
                send, 416, f"the file has {self._size} bytes and none of those", [there, (b"etag", self._etag)]
            )
        else:
            place = f"bytes {wanted.start}-{wanted.stop - 1}/{self._size}".encode()
            length = str(len(wanted)).encode()
            await send(_start(206, [(b"content-length", length), (b"content-range", place), *self._typed]))
            await self.send_bytes(wanted, send)

    def is_there(self) -> bool:
        """Return whether the bytes can be had."""
        return True

    async def send_whole(self, scope: Scope, send: Send) -> None:  # noqa: ARG002 - some need to know the server's gifts
        """Send the body, whole."""
        await self.send_bytes(range(self._size), send)

    @abstractmethod
    async def send_bytes(self, wanted: range, send: Send) -> None:
        """Send a part of the body."""


class Sidecar(Immutable):
    """A small immutable file out of the catalogue, kept in memory.

    Args:
        content: its bytes.
        sha256: their hex digest.
        caching: "public" or "private".

    """

    def __init__(self, content: bytes, sha256: str, caching: str) -> None:
        super().__init__(sha256, len(content), caching)
        self._content = content

    @property
    def weight(self) -> int:
        """How many bytes of memory it takes, roughly."""
        return LEAST_WEIGHT + len(self._content)

    async def send_bytes(self, wanted: range, send: Send) -> None:
        """Send a part of the body."""
        await send({"type": "http.response.body", "body": self._content[wanted.start : wanted.stop]})


class StoredFile(Immutable):
    """A published file on the disk; only where it lies is kept in memory.

    Args:
        path: where.
        sha256: the hex digest of its bytes.
        size: how many there are.
        caching: "public" or "private".

    """

    def __init__(self, path: Path, sha256: str, size: int, caching: str) -> None:
        super().__init__(sha256, size, caching)
        self._path = path
        self._pathsend = {"type": _PATHSEND, "path": str(path)}
        # The bytes of a small file, and the state of the folder in which they were read.
        self._content = b""
        self._state: tuple[int, int, int] | None = None
        self._look = Once()
        self._is_whole = False

    @property
    def weight(self) -> int:
        """How many bytes of memory it takes, roughly."""
        kept = self._size if self._size <= SMALL else 0
        return LEAST_WEIGHT + 2 * len(self._pathsend["path"]) + kept

    def is_there(self) -> bool:
        """Return whether the file is what it was: somebody may have changed the folder by hand."""
        if self._look.is_due():
            self._is_whole = self._find()
        return self._is_whole

    def _find(self) -> bool:
        try:
            there = self._path.stat()
            state = (there.st_size, there.st_mtime_ns, there.st_ino)
            if self._size <= SMALL and state != self._state:
                self._content, self._state = self._path.read_bytes(), state
            is_whole = there.st_size == self._size
        except OSError:
            is_whole = False
        if not is_whole:
            log.error("%s is gone from the folder or cut short; run `private-index check`", self._path.name)
        return is_whole

    async def send_whole(self, scope: Scope, send: Send) -> None:
        """Send a small file at once, and let the server send a larger one by itself where it can."""
        if self._size <= SMALL:
            await send({"type": "http.response.body", "body": self._content})
        elif _PATHSEND in scope.get("extensions", {}):
            await send(self._pathsend)
        else:
            await super().send_whole(scope, send)

    async def send_bytes(self, wanted: range, send: Send) -> None:
        """Send a part of the body, never more of it in memory than a piece."""
        left = len(wanted)
        async with await open_file(self._path, "rb") as stream:
            await stream.seek(wanted.start)
            while left > 0 and (content := await stream.read(min(CHUNK, left))):
                left -= len(content)
                await send({"type": "http.response.body", "body": content, "more_body": left > 0})


def _start(status: int, headers: list[Line]) -> dict[str, Any]:
    # A tuple, since the same headers are sent again and again and nobody may change them on the way.
    return {"type": "http.response.start", "status": status, "headers": tuple(headers)}


async def _refuse(send: Send, status: int, sentence: str, headers: list[Line]) -> None:
    body = f"{sentence}\n".encode()
    kind = (b"content-type", b"text/plain; charset=utf-8")
    length = (b"content-length", str(len(body)).encode())
    await send(_start(status, [kind, length, (b"cache-control", b"no-store"), *headers]))
    await send({"type": "http.response.body", "body": body})
