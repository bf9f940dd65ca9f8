"""HEAD says what GET says, and compression changes nothing but the size (RFC 9110)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from private_index.probe.checks.base import FileCheck, PageCheck
from private_index.probe.findings import MUST, SHOULD, Finding, judge
from private_index.probe.visits import OK, FileVisit, PageVisit
from private_index.probe.web import Answer

SAME_HEADERS = ("content-type", "content-length", "etag", "cache-control", "vary", "last-modified", "accept-ranges")
ENCODINGS = ("gzip", "zstd")
# Below this a packet is a packet.
WORTH_COMPRESSING = 2048


class PageHead(PageCheck):
    """HEAD of a page has the status and headers of its GET, and no body."""

    name = "page-head"
    clause = "RFC 9110 9.3.2"
    severity = MUST

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """Compare both methods in each form."""
        for accept, answer in visit.forms:
            head = visit.web.ask(visit.url, {"accept": accept}, method="HEAD", follow=True)
            # The length of a page that is made while it is sent need not be known to HEAD.
            free = () if "content-length" in head.headers else ("content-length",)
            yield judge(visit.url, "HEAD like GET", _head_faults(answer, head, free))


class FileHead(FileCheck):
    """HEAD of a file has the status and headers of its GET, its length among them."""

    name = "file-head"
    clause = "RFC 9110 9.3.2; uv reads length and ranges there"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Compare both methods."""
        yield judge(visit.url, "HEAD like GET", self._wrong(visit))

    def _wrong(self, visit: FileVisit) -> Iterator[str]:
        yield from _head_faults(visit.glance, visit.head)
        if visit.head.status == OK and "content-length" not in visit.head.headers:
            yield "no Content-Length"


def _head_faults(get: Answer, head: Answer, free: Collection[str] = ()) -> Iterator[str]:
    if head.status != get.status:
        yield f"status {head.status} for HEAD, {get.status} for GET"
        return
    for name in SAME_HEADERS:
        if name not in free and head.header(name) != get.header(name):
            yield f"{name} {head.header(name)!r} for HEAD, {get.header(name)!r} for GET"


class PageDecodes(PageCheck):
    """A page decodes to the same bytes in each encoding that was asked for, and comes in no other."""

    name = "page-decodes"
    clause = "RFC 9110 8.4, 12.5.3"
    severity = MUST

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """Ask for each encoding."""
        for accept, plain in visit.forms:
            for encoding in ("identity", *ENCODINGS):
                answer = visit.ask(accept, accept_encoding=encoding)
                yield judge(visit.url, f"the same page in {encoding}", _decoding_faults(answer, plain, encoding))


def _decoding_faults(answer: Answer, plain: Answer, encoding: str) -> Iterator[str]:
    came = answer.header("content-encoding").lower()
    if came not in {"", "identity", encoding}:
        yield f"Content-Encoding {came}"
    if answer.body != plain.body:
        yield f"{len(answer.body)} bytes that are not the {len(plain.body)} of the plain page"


class PageCompressed(PageCheck):
    """A page of some size is compressed for those who ask, as pip and uv do."""

    name = "page-compressed"
    clause = "RFC 9110 8.4.1"
    severity = SHOULD

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """Ask for gzip."""
        for accept, plain in visit.forms:
            if len(plain.body) >= WORTH_COMPRESSING:
                came = visit.ask(accept, accept_encoding="gzip").header("content-encoding").lower()
                seen = f"{len(plain.body)} bytes, Content-Encoding {came or 'none'}"
                yield judge(visit.url, "Content-Encoding: gzip", [] if came == "gzip" else [seen])


class FileIdentity(FileCheck):
    """A file is never sent under a Content-Encoding, whatever the client takes: its digest is of what comes."""

    name = "file-identity"
    clause = "RFC 9110 8.4; pip and uv hash what they receive"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Ask as one who takes any encoding."""
        came = visit.ask(most=1, accept_encoding="gzip, deflate, zstd").header("content-encoding")
        wrong = [f"Content-Encoding {came}"] if came.lower() not in {"", "identity"} else []
        yield judge(visit.url, "no Content-Encoding", wrong)
