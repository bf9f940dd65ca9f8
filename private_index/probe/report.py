"""Shows what a probe found: to people as a table, to machines as JSON, to readers of the docs as a list of checks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from textwrap import shorten
from typing import Any

from private_index.probe.checks import EVERY_CHECK
from private_index.probe.checks.base import Check
from private_index.probe.findings import MUST, SHOULD, Finding, Report, Severity, Tally

Paint = Callable[[str, str], str]

GREEN, RED, YELLOW, DIM = "green", "red", "yellow", "bright_black"

SCOPES = {
    "index": "the index",
    "page": "each page",
    "project": "each project's page",
    "file": "each file",
}


def failed_checks(report: Report, severity: Severity) -> list[str]:
    """Return the names of the checks of this severity in which something failed."""
    return [check.name for check, tally in _rows(report) if tally.failed and check.severity == severity]


def as_table(report: Report, paint: Paint, columns: int | None) -> Iterator[str]:
    """Yield the lines that people read.

    Args:
        report: what was found.
        paint: puts a text in a colour, or leaves it alone.
        columns: how wide a line may be; None for any.

    """
    yield f"{_counted(report)} at {report.url}"
    yield ""
    width = max(len(check.name) for check in EVERY_CHECK)
    yield f"{'':6} {'check':{width}} {'proved':>7} {'failed':>7}  promise"
    for check, tally in _rows(report):
        mark, colour = _mark(check, tally)
        yield (
            f"{paint(f'{mark:6}', colour)} {check.name:{width}} {tally.proved:7} {tally.failed:7}  "
            f"{paint(_fitted(check.promise, columns, width + 25), DIM)}"
        )
        if tally.failures:
            yield from _example(check, tally.failures[0], paint)
    yield ""
    yield from (f"Note: {note}" for _, tally in _rows(report) for note in tally.notes)
    yield _verdict(report)


def as_json(report: Report) -> str:
    """Return what machines read."""
    content = {
        "url": report.url,
        "projects": report.projects,
        "listed": report.listed,
        "files": report.files,
        "requests": report.requests,
        "failed": {str(severity): failed_checks(report, severity) for severity in (MUST, SHOULD)},
        "checks": [_check(check, tally) for check, tally in _rows(report)],
    }
    return json.dumps(content, indent=2)


def as_list() -> Iterator[str]:
    """Yield the lines of a table in Markdown: each check, what it promises and the clause it follows."""
    yield "| Check | | Proved on | Promise | Follows |"
    yield "|---|---|---|---|---|"
    for check in EVERY_CHECK:
        yield f"| `{check.name}` | {check.severity} | {SCOPES[check.scope]} | {check.promise} | {check.clause} |"


def _rows(report: Report) -> Iterator[tuple[Check[Any], Tally]]:
    for check in EVERY_CHECK:
        yield check, report.tallies[check.name]


def _fitted(promise: str, columns: int | None, before: int) -> str:
    return promise if columns is None else shorten(promise, max(columns - before, 20), placeholder=" …")


def _mark(check: Check[Any], tally: Tally) -> tuple[str, str]:
    if tally.failed:
        return ("FAILED", RED) if check.severity == MUST else ("should", YELLOW)
    return ("ok", GREEN) if tally.proved else ("-", DIM)


def _example(check: Check[Any], finding: Finding, paint: Paint) -> Iterator[str]:
    yield f"{'':6} {finding.url}"
    yield f"{'':6}   expected {finding.expected}  [{check.clause}]"
    yield f"{'':6}   {paint(f'seen     {finding.seen}', RED if check.severity == MUST else YELLOW)}"


def _check(check: Check[Any], tally: Tally) -> dict[str, object]:
    return {
        "name": check.name,
        "severity": str(check.severity),
        "promise": check.promise,
        "clause": check.clause,
        "proved": tally.proved,
        "failed": tally.failed,
        "examples": [{"url": one.url, "expected": one.expected, "seen": one.seen} for one in tally.failures],
        "notes": tally.notes,
    }


def _counted(report: Report) -> str:
    of = f" of {report.listed}" if report.listed > report.projects else ""
    return f"{report.projects}{of} projects, {report.files} files, {report.requests} requests"


def _verdict(report: Report) -> str:
    musts, shoulds = failed_checks(report, MUST), failed_checks(report, SHOULD)
    proved = sum(1 for _, tally in _rows(report) if tally.proved and not tally.failed)
    idle = sum(1 for _, tally in _rows(report) if not tally.proved and not tally.failed)
    had_nothing = f"; {idle} had nothing to prove" if idle else ""
    return f"{proved} checks passed, {len(musts)} failed, {len(shoulds)} fall short of what should be{had_nothing}."
