"""What tests of faults share: a place for an index, a walk that can be told in the table, and why one is skipped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import ptrace
from tests.faults.walks import Place, Tally

Record = Callable[..., None]


@pytest.fixture
def record_fault(record_property: Callable[[str, object], None]) -> Record:
    """A function that notes for the table what a test tried for a row, and what it saw."""

    def record(row: int, **figures: object) -> None:
        record_property("fault", json.dumps({"row": row, **figures}))

    return record


@pytest.fixture
def record_walk(record_fault: Record) -> Callable[[int, str, Tally], None]:
    """A function that notes a walk for the table."""

    def record(row: int, where: str, tally: Tally) -> None:
        record_fault(row, where=where, points=tally.points, yes=tally.said_yes, bad=dict(tally.kinds))

    return record


@pytest.fixture(scope="session")
def tracing() -> None:
    """Skip where no process can be traced."""
    reason = ptrace.missing()
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture
def place(tmp_path: Path, env: dict[str, str]) -> Place:
    """Where an index of its own lives."""
    return Place(root=tmp_path / "packages", env=env)
