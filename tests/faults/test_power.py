"""The power is cut at each call on the disk of an upload: what was told to be kept is kept, and nothing is half."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import disks
from tests.faults.disks import Disk
from tests.faults.syscalls import DISK
from tests.faults.tracer import Strike, under
from tests.faults.walks import Place, Share, Tally, walk_kills

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("tracing"), pytest.mark.timeout(1200)]

ROWS = {"ext4": 4, "ext2": 5, "xfs": 5, "btrfs": 5}


@pytest.fixture(params=ROWS)
def kind(request: pytest.FixtureRequest) -> str:
    """A kind of file system."""
    return str(request.param)


@pytest.fixture
def disk(kind: str, tmp_path: Path) -> Iterator[Disk]:
    """A disk whose power can be cut, mounted; skipped where none can be had."""
    reason = disks.missing(kind)
    if reason is not None:
        pytest.skip(reason)
    disk = Disk(tmp_path / "disk", tmp_path / "packages", kind)
    mounted = disk.mounted()
    try:
        mounted.__enter__()
    except subprocess.CalledProcessError as fault:
        pytest.skip(f"no {kind} can be mounted here: {fault.stderr.strip()}")
    yield disk
    mounted.__exit__(None, None, None)


def test_a_power_cut_at_any_call_on_the_disk_loses_nothing_that_was_told(
    disk: Disk, kind: str, place: Place, record_walk: Callable[[int, str, Tally], None]
) -> None:
    wanted = under(place.root, DISK)

    tally = walk_kills(place, wanted, Share(), Strike(kind="kill"), disk.cut)

    record_walk(ROWS[kind], kind, tally)
    assert tally.points > 10
    assert tally.bad == []
