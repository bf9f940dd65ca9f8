"""What a check says, and how it adds up: values only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

# A report is read by people: a thousand files that lack the same thing are one thing to mend.
EXAMPLES_KEPT = 10


class Severity(StrEnum):
    """How much a promise weighs: RFC 2119's words, or what breaks the clients."""

    MUST = "must"
    SHOULD = "should"


MUST = Severity.MUST
SHOULD = Severity.SHOULD


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One promise, examined at one URL.

    Args:
        url: where.
        holds: whether the promise is kept.
        expected: what the standard asks.
        seen: what came instead.
        note: what a reader should know though the promise is kept.

    """

    url: str
    holds: bool
    expected: str = ""
    seen: str = ""
    note: str = ""


def judge(url: str, expected: str, wrong: Iterable[str], note: str = "") -> Finding:
    """Return a finding that holds when nothing is wrong, and else tells the first wrong thing."""
    seen = next(iter(wrong), None)
    return Finding(url=url, holds=seen is None, expected=expected, seen=seen or "", note=note)


@dataclass
class Tally:
    """What one check found, added up."""

    proved: int = 0
    failed: int = 0
    failures: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Count a finding; keep the first failures as examples."""
        if finding.note and finding.note not in self.notes:
            self.notes.append(finding.note)
        if finding.holds:
            self.proved += 1
            return
        self.failed += 1
        if len(self.failures) < EXAMPLES_KEPT:
            self.failures.append(finding)


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that a probe found.

    Args:
        url: the simple API's URL, without credentials.
        tallies: one for each check, by its name, in the table's order.
        projects: how many projects were walked.
        listed: how many projects the index lists.
        files: how many files were examined.
        requests: how many requests it took.

    """

    url: str
    tallies: dict[str, Tally]
    projects: int
    listed: int
    files: int
    requests: int
