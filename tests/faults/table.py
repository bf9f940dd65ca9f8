"""The table of faults and outcomes, made of what a run of the tests reported."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.rows import ROWS, Row

HEAD = """# What the index survives

Made by `nox -s faults`; do not edit. The rule is the same for each fault: what was there before is there, or all of
what is new; what was told to be published stays published; what was refused left nothing; the same upload again
succeeds; other bytes never take a used name; and every refusal is a sentence. A *point* is one place at which the fault
was made, in a fresh upload each time; after a kill the index was started again before it was judged. The power is cut
by a copy of the disk as it is at that moment, so that what was not flushed is lost.

| # | Fault | How it is made | Tried and seen | Tests |
|--:|---|---|---|---|
"""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one test reported."""

    test: str
    outcome: str
    figures: tuple[Mapping[str, object], ...]


def read_report(path: Path) -> list[Result]:
    """Return the results in a report that pytest wrote as JUnit does."""
    # It was written a moment ago by our own run.
    return [_result(case) for case in ET.parse(path).iter("testcase")]  # noqa: S314


def _result(case: ET.Element) -> Result:
    skipped = case.find("skipped")
    outcome = "passed"
    if case.find("failure") is not None or case.find("error") is not None:
        outcome = "failed"
    elif skipped is not None:
        outcome = f"skipped ({skipped.get('message')})"
    noted = [found.get("value", "") for found in case.iter("property") if found.get("name") == "fault"]
    test = f"{case.get('file')}::{case.get('name')}"
    return Result(test=test, outcome=outcome, figures=tuple(json.loads(text) for text in noted))


def render(results: Sequence[Result]) -> str:
    """Return the page."""
    return HEAD + "".join(_line(row, results) for row in ROWS)


def _line(row: Row, results: Sequence[Result]) -> str:
    mine = [result for result in results if any(_is_of(result, test) for test in row.tests)]
    seen = "; ".join(_seen(row, mine)) or "not run"
    return f"| {row.number} | {row.fault} | {row.how} | {seen} | {'<br>'.join(map(_short, row.tests))} |\n"


def _is_of(result: Result, test: str) -> bool:
    return result.test == test or result.test.startswith((f"{test}[", f"{test}::"))


def _short(test: str) -> str:
    path, _, name = test.partition("::")
    return f"`{Path(path).stem}{'::' if name else ''}{name}`"


def _seen(row: Row, results: Sequence[Result]) -> Iterator[str]:
    figures = [found for result in results for found in result.figures if found["row"] == row.number]
    for where in dict.fromkeys(str(found["where"]) for found in figures):
        yield f"{where}: {_sum([found for found in figures if found['where'] == where])}"
    for outcome in sorted({result.outcome for result in results}):
        count = sum(result.outcome == outcome for result in results)
        yield f"{count} test{'' if count == 1 else 's'} {outcome}"


def _sum(figures: Sequence[Mapping[str, object]]) -> str:
    points = sum(int(str(found.get("points", 0))) for found in figures)
    told = [f"**{points} {'point' if points == 1 else 'points'}**"]
    names = sorted({name for found in figures for name in found} - {"row", "where", "points", "bad"})
    told += [f"{sum(int(str(found.get(name, 0))) for found in figures)} {name}" for name in names]
    told += _bad([found["bad"] for found in figures if "bad" in found])
    return ", ".join(told)


def _bad(kinds: Sequence[object]) -> list[str]:
    counts = {"lost": 0, "half": 0}
    for kind in kinds:
        assert isinstance(kind, Mapping)
        for name, count in kind.items():
            counts[name] = counts.get(name, 0) + int(count)
    return [f"{count} {name}" for name, count in counts.items()] if kinds else []
