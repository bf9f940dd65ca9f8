"""The index is killed at each call on the disk of a session's publication: then all of its files are there, or none."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.faults.sets import SECONDS, publish, stage
from tests.faults.syscalls import DISK
from tests.faults.tracer import Strike, under
from tests.faults.walks import Place, Tally, traced
from tests.hand_made import write_wheel
from tests.real_index import Index

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("tracing"), pytest.mark.timeout(1200)]


def seen(index: Index, wheels: list[Path], names: list[str]) -> set[bool]:
    """Return whether readers see the files, by page, by file, and in the folder, as stock pypiserver does."""
    pages = [requests.get(f"{index.simple_url}{name}/", timeout=SECONDS).text for name in names]
    listed = {wheel.name in page for wheel, page in zip(wheels, pages, strict=True)}
    handed = {requests.get(f"{index.url}packages/{wheel.name}", timeout=SECONDS).ok for wheel in wheels}
    return listed | handed | {(index.root / wheel.name).exists() for wheel in wheels}


def test_a_kill_at_any_call_on_the_disk_leaves_all_of_a_session_published_or_none(
    place: Place, record_walk: Callable[[int, str, Tally], None]
) -> None:
    place = place.with_options("--no-fallback")
    before: tuple[list[Path], list[str], str, int | None] | None = None
    tally = Tally()
    for point in itertools.count(1):
        with place.served() as index:
            if before is not None:
                wheels, names, session, told = before
                state = seen(index, wheels, names)
                assert state in ({True}, {False}), f"killed at call {point - 1}: {state}"
                assert told is None or state == {True}, f"killed at call {point - 1}: told yes, and lost"
                again = publish(index, session)
                assert again is not None, f"killed at call {point - 1}: it did not come up again"
                assert again.status_code == 201, f"killed at call {point - 1}: stuck"
                assert seen(index, wheels, names) == {True}
                tally.add(f"{point - 1}", told_yes=told is not None, faults=[])
                if told is not None:
                    break
            names = [f"acme-{point}-{number}" for number in range(2)]
            wheels = [write_wheel(place.root.parent / "made", name, "1.0") for name in names]
            session = stage(index, wheels, names)
            with traced(index, under(place.root, DISK)) as tracer:
                tracer.arm(Strike(kind="kill", point=point))
                answer = publish(index, session)
            told = None if answer is None else answer.status_code
            before = (wheels, names, session, told)

    record_walk(33, "two projects", tally)
    assert tally.points > 10
