"""The disk fails at each call of an upload, once or from then on: a sentence is told, and nothing is half there."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest

from tests.faults.syscalls import FILLING, FLUSHING, OPENING, WRITING, is_harmless
from tests.faults.tracer import Strike, under
from tests.faults.walks import Place, Share, Tally, walk_failures, walk_kills

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("tracing"), pytest.mark.timeout(1200)]

RecordWalk = Callable[[int, str, Tally], None]


@pytest.mark.parametrize(
    ("row", "error", "names", "sticky"),
    [
        pytest.param(6, errno.ENOSPC, WRITING, False, id="full-once"),
        pytest.param(7, errno.ENOSPC, FILLING, True, id="full-from-then-on"),
        pytest.param(8, errno.EIO, FLUSHING, False, id="flush-fails-once"),
        pytest.param(8, errno.EIO, FLUSHING, True, id="flush-fails-from-then-on"),
        pytest.param(8, errno.EIO, WRITING, False, id="any-write-fails"),
        pytest.param(10, errno.EMFILE, OPENING, False, id="no-descriptor"),
        pytest.param(10, errno.EROFS, OPENING, True, id="read-only-from-then-on"),
        pytest.param(10, errno.EDQUOT, FILLING, True, id="quota-from-then-on"),
    ],
)
def test_a_disk_that_fails_is_told_and_leaves_nothing(  # noqa: PLR0913 - a fault has that many sides
    place: Place, record_walk: RecordWalk, row: int, error: int, names: frozenset[str], *, sticky: bool
) -> None:
    strike = Strike(kind="fail", error=error, sticky=sticky)
    counted = under(place.root, names)

    tally = walk_failures(
        place, lambda call: counted(call) and (error == errno.EMFILE or not is_harmless(call)), strike
    )

    how = "from each call on" if sticky else "at each call, once"
    record_walk(row, f"{errno.errorcode[error]} {how}", tally)
    assert tally.points > 0
    assert tally.bad == []


def test_a_disk_that_fails_for_good_leaves_nothing_that_the_next_start_takes_for_a_file(
    place: Place, record_walk: RecordWalk
) -> None:
    strike = Strike(kind="fail", error=errno.EIO, sticky=True)
    counted = under(place.root, WRITING)

    tally = walk_kills(place, lambda call: counted(call) and not is_harmless(call), Share(), strike, nothing)

    record_walk(8, "EIO from each call on, removing included, then a new start", tally)
    assert tally.points > 10
    assert tally.bad == []


def nothing() -> None:
    """Do nothing between a kill and the next start."""
