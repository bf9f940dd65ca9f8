"""A small index that keeps every promise, until it is told one lie: what the probe's checks are proved on."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"
PLAIN = "text/html"
KEPT = "public, max-age=365000000, immutable"


@dataclass(frozen=True, kw_only=True)
class Published:
    """A file, and what its page says of it."""

    project: str
    filename: str
    content: bytes
    metadata: bytes | None = None
    requires_python: str | None = None
    yanked: str | None = None
    provenance: bool = False

    @property
    def version(self) -> str | None:
        """The version in the file's name, if it has one."""
        parse = parse_wheel_filename if self.filename.endswith(".whl") else parse_sdist_filename
        try:
            return str(parse(self.filename)[1])
        except ValueError:
            return None


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    headers: Mapping[str, str]

    @property
    def accept(self) -> str | None:
        """The Accept header, if there is one."""
        return self.headers.get("accept")


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer; its length is told as that of its body, unless the headers say another."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Answering = Callable[[Asked], Reply]


@dataclass(frozen=True, kw_only=True)
class Lie:
    """One way to break a promise: in what is published, in a page's bytes, in an ETag, or in an answer."""

    published: Callable[[list[Published]], list[Published]] = lambda files: files
    page: Callable[[str, str, bytes], bytes] = lambda _path, _kind, body: body
    etag: Callable[[str, str], str] = lambda _kind, etag: etag
    reply: Callable[[Asked, Answering], Reply] = lambda asked, honest: honest(asked)


class HonestIndex:
    """The answers of an index that keeps every promise, but for its lie."""

    def __init__(self, files: list[Published], lie: Lie, url: str) -> None:
        self.files = lie.published(files)
        self.lie = lie
        self.url = url

    def answer(self, asked: Asked) -> Reply:
        """Answer, with the lie."""
        return self.lie.reply(asked, self._honest)

    @cached_property
    def _by_path(self) -> dict[str, Published]:
        return {f"/packages/{file.filename}": file for file in self.files}

    def _honest(self, asked: Asked) -> Reply:
        if file := self._by_path.get(asked.path):
            return self._file(asked, file.content)
        if (file := self._by_path.get(asked.path.removesuffix(".metadata"))) and file.metadata is not None:
            return self._file(asked, file.metadata)
        if asked.path.startswith("/integrity/"):
            body = b'{"version": 1, "attestation_bundles": [{"publisher": {}, "attestations": []}]}'
            return Reply(status=200, headers={"content-type": "application/vnd.pypi.integrity.v1+json"}, body=body)
        match = re.fullmatch(r"/simple(?:/([A-Za-z0-9._-]+))?(/?)", asked.path)
        name = canonicalize_name(match[1]) if match and match[1] else ""
        if not match or (name and name not in {file.project for file in self.files}):
            return Reply(status=404)
        right = f"/simple/{name}/" if name else "/simple/"
        return self._page(asked, name) if asked.path == right else Reply(status=301, headers={"location": right})

    def _page(self, asked: Asked, name: str) -> Reply:
        kind = _liked(asked.accept)
        body = self._json(name) if kind == JSON else self._html(name)
        body = self.lie.page(asked.path, kind, body)
        encoding = "gzip" if "gzip" in asked.headers.get("accept-encoding", "") else ""
        digest = hashlib.sha256(body).hexdigest()[:16]
        headers = {
            "content-type": kind,
            "etag": self.lie.etag(kind, f'"{digest}{encoding}"'),
            "vary": "Accept, Accept-Encoding",
            "cache-control": "max-age=0, must-revalidate",
        }
        if encoding:
            headers["content-encoding"] = encoding
            body = gzip.compress(body, mtime=0)
        return _unless_known(asked, Reply(status=200, headers=headers, body=body))

    def _file(self, asked: Asked, content: bytes) -> Reply:
        etag = self.lie.etag("file", f'"{hashlib.sha256(content).hexdigest()}"')
        headers = {
            "content-type": "application/octet-stream",
            "etag": etag,
            "accept-ranges": "bytes",
            "cache-control": KEPT,
        }
        match = re.fullmatch(r"bytes=(\d*)-(\d*)", asked.headers.get("range", ""))
        if not match or asked.headers.get("if-range", etag) != etag:
            return _unless_known(asked, Reply(status=200, headers=headers, body=content))
        size = len(content)
        start = int(match[1]) if match[1] else size - int(match[2])
        stop = min(int(match[2]) + 1, size) if match[1] and match[2] else size
        if start >= size:
            return Reply(status=416, headers={"content-range": f"bytes */{size}"})
        headers["content-range"] = f"bytes {start}-{stop - 1}/{size}"
        return Reply(status=206, headers=headers, body=content[start:stop])

    def _json(self, name: str) -> bytes:
        meta = {"api-version": "1.4"}
        if not name:
            names = sorted({file.project for file in self.files})
            return json.dumps({"meta": meta, "projects": [{"name": name} for name in names]}).encode()
        files = [file for file in self.files if file.project == name]
        versions = sorted({file.version for file in files if file.version})
        listed = [self._entry(file) for file in files]
        return json.dumps({"meta": meta, "name": name, "versions": versions, "files": listed}).encode()

    def _entry(self, file: Published) -> dict[str, object]:
        claim = False if file.metadata is None else {"sha256": _sha256(file.metadata)}
        return {
            "filename": file.filename,
            "url": f"../../packages/{file.filename}",
            "hashes": {"sha256": _sha256(file.content)},
            "requires-python": file.requires_python,
            "size": len(file.content),
            "upload-time": "2026-01-02T03:04:05.678900Z",
            "yanked": False if file.yanked is None else file.yanked,
            "core-metadata": claim,
            "dist-info-metadata": claim,
            "provenance": f"{self.url}/integrity/{file.filename}" if file.provenance else None,
        }

    def _html(self, name: str) -> bytes:
        links = (
            [self._link(file) for file in self.files if file.project == name]
            if name
            else [f'<a href="{name}/">{name}</a>' for name in sorted({file.project for file in self.files})]
        )
        head = '<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.4"></head><body>\n'
        return (head + "<br>\n".join(links) + "</body></html>").encode()

    def _link(self, file: Published) -> str:
        claim = None if file.metadata is None else f"sha256={_sha256(file.metadata)}"
        attributes = {
            "data-requires-python": file.requires_python,
            "data-yanked": file.yanked,
            "data-core-metadata": claim,
            "data-dist-info-metadata": claim,
            "data-provenance": f"{self.url}/integrity/{file.filename}" if file.provenance else None,
        }
        said = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items() if value is not None)
        return f'<a href="../../packages/{file.filename}#sha256={_sha256(file.content)}"{said}>{file.filename}</a>'


@contextmanager
def lying_index(files: list[Published], lie: Lie) -> Iterator[str]:
    """Serve the files with a lie for as long as the block runs; gives the simple API's URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body in one packet: else each answer waits 40 ms for the client's acknowledgement.
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = index.answer(Asked(self.command, self.path, headers))
            length = {} if reply.status == 304 else {"content-length": str(len(reply.body))}
            self.send_response(reply.status)
            for name, value in (length | reply.headers).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD" and reply.status != 304:
                self.wfile.write(reply.body)
            if (length | reply.headers).get("content-length", str(len(reply.body))) != str(len(reply.body)):
                self.close_connection = True

        do_HEAD = do_GET  # noqa: N815 - http.server's own name

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        index = HonestIndex(files, lie, url)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"{url}/simple/"
        finally:
            server.shutdown()
            thread.join()


def _liked(accept: str | None) -> str:
    offers = {JSON: JSON, "application/vnd.pypi.simple.latest+json": JSON, HTML: HTML, PLAIN: PLAIN}
    likings = []
    for part in (accept or "").split(","):
        kind, _, quality = part.replace(" ", "").partition(";q=")
        if kind in offers and re.fullmatch(r"[\d.]*", quality) and float(quality or 1) > 0:
            likings.append((float(quality or 1), offers[kind]))
    return max(likings, default=(0.0, PLAIN), key=lambda liking: liking[0])[1]


def _unless_known(asked: Asked, reply: Reply) -> Reply:
    strong = reply.headers["etag"].removeprefix("W/")
    known = [one.strip().removeprefix("W/") for one in asked.headers.get("if-none-match", "").split(",")]
    return Reply(status=304, headers=reply.headers) if strong in known else reply


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
