"""What caches may keep: pages are asked for again each time, files are kept for ever (RFC 9110, 9111)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from private_index.probe.checks.base import FileCheck, PageCheck
from private_index.probe.findings import MUST, SHOULD, Finding, judge
from private_index.probe.visits import OK, FileVisit, PageVisit
from private_index.probe.web import GLANCE, Answer, Web

# Longer than this, and whoever installs what was just published notices.
SECONDS_UNSEEN = 5
A_DAY = 24 * 60 * 60

_STRONG = re.compile(r'"[!\x23-\x7e\x80-\xff]*"')
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d+)", re.IGNORECASE)


class PagesFresh(PageCheck):
    """A cache asks for a page again, so that a release is seen as soon as it is published."""

    name = "page-fresh"
    clause = "RFC 9111 4.2; pip (over https) and uv keep pages"
    severity = SHOULD

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """Judge the headers of each form."""
        for _, answer in visit.forms:
            yield judge(visit.url, "Cache-Control: max-age=0, or no-cache", _unseen(answer))


def _unseen(answer: Answer) -> Iterator[str]:
    caching = answer.header("cache-control").lower()
    if "no-cache" in caching or "no-store" in caching:
        return
    age = _max_age(answer)
    if age is not None and age > SECONDS_UNSEEN:
        yield f"a fresh release is invisible for {age} s ({answer.header('cache-control') or 'Expires'})"
    if age is None and answer.header("last-modified"):
        yield "Last-Modified alone: each cache guesses for how long a fresh release is invisible"


def _max_age(answer: Answer) -> int | None:
    said = _MAX_AGE.search(answer.header("cache-control"))
    if said:
        return int(said[1])
    try:
        expires, date = (parsedate_to_datetime(answer.header(name)) for name in ("expires", "date"))
        return max(0, int((expires - date).total_seconds()))
    except (ValueError, TypeError):
        return None


class FilesKept(FileCheck):
    """A cache may keep a file and its metadata, since they never change."""

    name = "file-kept"
    clause = "RFC 9111 5.2.2.1, RFC 8246 (immutable)"
    severity = SHOULD

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Judge the headers of the file and of its sidecar."""
        for answer in (visit.glance, visit.sidecar):
            if answer and answer.status == OK:
                said = answer.header("cache-control")
                kept = (_max_age(answer) or 0) >= A_DAY and "no-cache" not in said and "no-store" not in said
                wrong = [] if kept else [f"Cache-Control {said!r}"]
                yield judge(answer.url, "Cache-Control: max-age of a day or more, best immutable", wrong)


class PageETag(PageCheck):
    """A page carries a strong ETag that stays as long as the page does."""

    name = "page-etag"
    clause = "RFC 9110 8.8.3"
    severity = SHOULD

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """Ask each form twice."""
        for accept, answer in visit.forms:
            yield judge(visit.url, "a strong ETag, twice the same", _etag_faults(answer, visit.ask(accept)))


class FileETag(FileCheck):
    """A file carries a strong ETag that stays."""

    name = "file-etag"
    clause = "RFC 9110 8.8.3; pip resumes downloads by it"
    severity = SHOULD

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Ask twice."""
        if visit.glance.status == OK:
            yield judge(visit.url, "a strong ETag, twice the same", _etag_faults(visit.glance, visit.ask(most=1)))


def _etag_faults(first: Answer, second: Answer) -> Iterator[str]:
    etag = first.header("etag")
    if not _STRONG.fullmatch(etag):
        yield f"ETag {etag!r}" if etag else "no ETag"
    elif etag != second.header("etag"):
        yield f"{etag}, then {second.header('etag') or 'none'}"


class PageUnchanged(PageCheck):
    """A page that a client has already is answered with 304 and no body, and with the page when it has another."""

    name = "page-304"
    clause = "RFC 9110 13.1.2"
    severity = MUST

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """Ask with the page's ETag, and with others."""
        for accept, answer in visit.forms:
            yield from _conditional(visit.web, visit.url, answer, {"accept": accept})


class FileUnchanged(FileCheck):
    """A file that a client has already is answered with 304 and no body, and with the file when it has another."""

    name = "file-304"
    clause = "RFC 9110 13.1.2"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Ask with the file's ETag, and with others."""
        if visit.glance.status == OK:
            yield from _conditional(visit.web, visit.url, visit.glance, {})


def _conditional(web: Web, url: str, answer: Answer, headers: Mapping[str, str]) -> Iterator[Finding]:
    etag = answer.header("etag")
    if not etag:
        return
    strong = etag.removeprefix("W/")
    for sent, expected in (
        (etag, HTTPStatus.NOT_MODIFIED),
        (f'"another", W/{strong}', HTTPStatus.NOT_MODIFIED),
        ('"another"', HTTPStatus.OK),
    ):
        again = web.ask(url, {**headers, "if-none-match": sent}, follow=True, most=GLANCE)
        yield judge(url, f"{expected:d} for If-None-Match: {sent}", _condition_faults(again, expected))


def _condition_faults(answer: Answer, expected: int) -> Iterator[str]:
    if answer.status != expected:
        yield f"status {answer.status}"
    elif answer.body and expected == HTTPStatus.NOT_MODIFIED:
        yield f"304 with a body of {len(answer.body)} bytes"


class ETagPerForm(PageCheck):
    """Two forms of a page whose bytes differ never share a strong ETag."""

    name = "etag-per-form"
    clause = "RFC 9110 8.8.3.3"
    severity = MUST

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """Compare the ETags of all forms, compressed ones too."""
        seen: dict[str, str] = {}
        for accept, answer in visit.forms:
            compressed = visit.ask(accept, accept_encoding="gzip")
            for form in (answer, compressed):
                etag = form.header("etag")
                if _STRONG.fullmatch(etag):
                    title = " ".join(filter(None, (form.kind, form.header("content-encoding"))))
                    first = seen.setdefault(etag, title)
                    wrong = [f"{etag} for {first} and for {title}"] if first != title else []
                    yield judge(visit.url, "an ETag of its own for each form", wrong)
