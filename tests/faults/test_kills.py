"""The index is killed at each single system call of an upload; the next one finds all or nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.faults.syscalls import DISK, TORN
from tests.faults.tracer import Strike, every, under
from tests.faults.walks import Place, Share, Tally, walk_kills

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("tracing"), pytest.mark.timeout(1200)]

RecordWalk = Callable[[int, str, Tally], None]
# So many walk at once, each over its own points.
WALKERS = 4
SHARES = [Share(first=first, step=WALKERS) for first in range(1, WALKERS + 1)]


def nothing() -> None:
    """Do nothing between a kill and the next start."""


@pytest.mark.parametrize("share", SHARES, ids=lambda share: f"from-{share.first}")
def test_a_kill_at_any_call_at_all_leaves_old_or_new(place: Place, record_walk: RecordWalk, share: Share) -> None:
    tally = walk_kills(place, every, share, Strike(kind="kill"), nothing)

    record_walk(1, "every call of every thread", tally)
    assert tally.points > 10
    assert tally.bad == []


def test_a_kill_at_any_call_on_the_disk_leaves_old_or_new_with_two_workers(
    place: Place, record_walk: RecordWalk
) -> None:
    both = replace(place, options=("--workers", "2"))

    tally = walk_kills(both, under(place.root, DISK), Share(), Strike(kind="kill"), nothing)

    record_walk(2, "two workers, calls on the disk", tally)
    assert tally.points > 10
    assert tally.bad == []


def test_a_torn_write_leaves_old_or_new(place: Place, record_walk: RecordWalk) -> None:
    tally = walk_kills(place, under(place.root, TORN), Share(), Strike(kind="torn"), nothing)

    record_walk(3, "half of each write, then the kill", tally)
    assert tally.points > 5
    assert tally.bad == []
