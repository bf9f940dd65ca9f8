"""Parts of files, by which uv reads metadata and pip resumes downloads (RFC 9110 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus

from private_index.probe.checks.base import FileCheck
from private_index.probe.findings import MUST, SHOULD, Finding, judge
from private_index.probe.visits import OK, FileVisit
from private_index.probe.web import GLANCE, Answer

PART = 16


class RangesOffered(FileCheck):
    """A file can be fetched in parts, and says so."""

    name = "range-offered"
    clause = "RFC 9110 14.3"
    severity = SHOULD

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Look for Accept-Ranges."""
        if visit.head.status == OK:
            said = visit.head.header("accept-ranges").lower()
            yield judge(visit.url, "Accept-Ranges: bytes", [] if said == "bytes" else [said or "none"])


class RangesExact(FileCheck):
    """Who offers ranges answers 206 with exactly the bytes asked for."""

    name = "range-exact"
    clause = "RFC 9110 14.2, 15.3.7"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Ask for the first, a middle and the last part, in each notation."""
        size = visit.size
        if size is None or size < PART or not _speaks_ranges(visit):
            return
        middle = size // 2 - PART // 2
        for asked, start, stop in (
            (f"0-{PART - 1}", 0, PART),
            (f"{middle}-{middle + PART - 1}", middle, middle + PART),
            (f"{size - PART}-{size - 1}", size - PART, size),
            (f"{size - PART}-", size - PART, size),
            (f"{size - PART}-{size + 1000}", size - PART, size),
            (f"-{PART}", size - PART, size),
        ):
            answer = visit.ask(most=GLANCE, range=f"bytes={asked}")
            yield judge(visit.url, f"206 for bytes={asked}", _part_faults(answer, visit, start, stop))


def _speaks_ranges(visit: FileVisit) -> bool:
    if visit.head.header("accept-ranges").lower() == "bytes":
        return True
    return visit.ask(most=GLANCE, range="bytes=0-0").status == HTTPStatus.PARTIAL_CONTENT


def _part_faults(answer: Answer, visit: FileVisit, start: int, stop: int) -> Iterator[str]:
    if answer.status != HTTPStatus.PARTIAL_CONTENT:
        yield f"status {answer.status}"
        return
    expected = f"bytes {start}-{stop - 1}/{visit.size}"
    if answer.header("content-range").strip() != expected:
        yield f"Content-Range {answer.header('content-range')!r}, not {expected!r}"
    if len(answer.body) != stop - start:
        yield f"{len(answer.body)} bytes"
    elif visit.download and answer.body != visit.download.part(start, stop):
        yield "other bytes than the whole file has there"


class RangeBeyond(FileCheck):
    """A range beyond a file's end is answered with 416 and the file's size."""

    name = "range-beyond"
    clause = "RFC 9110 15.5.17"
    severity = SHOULD

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Ask beyond the end."""
        if visit.size is None or not _speaks_ranges(visit):
            return
        answer = visit.ask(most=GLANCE, range=f"bytes={visit.size}-")
        wrong = [] if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE else [f"status {answer.status}"]
        if not wrong and not re.fullmatch(rf"bytes\s+\*/{visit.size}", answer.header("content-range").strip()):
            wrong = [f"Content-Range {answer.header('content-range')!r}"]
        yield judge(visit.url, f"416 with Content-Range: bytes */{visit.size}", wrong)


class RangeOfAnother(FileCheck):
    """A part of a file that has changed meanwhile is not sent: the whole is."""

    name = "range-if"
    clause = "RFC 9110 13.1.5; pip resumes downloads by it"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Ask for a part of another file, and of this one."""
        etag = visit.head.header("etag")
        if not etag or etag.startswith("W/") or not _speaks_ranges(visit):
            return
        for sent, expected in (('"another"', HTTPStatus.OK), (etag, HTTPStatus.PARTIAL_CONTENT)):
            status = visit.ask(most=GLANCE, range="bytes=0-0", if_range=sent).status
            wrong = [] if status == expected else [f"status {status}"]
            yield judge(visit.url, f"{expected:d} for If-Range: {sent}", wrong)
