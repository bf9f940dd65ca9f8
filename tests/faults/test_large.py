"""A very large upload goes to the disk piece by piece."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.rule import upload
from tests.faults.tracer import processes_of
from tests.faults.walks import Place

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

MEGABYTES = 256
MOST_ADDED = 50


def test_a_large_upload_takes_no_more_memory_than_a_small_one(
    place: Place, make_wheel: Callable[..., Path], record_fault: Callable[..., None]
) -> None:
    noise = os.urandom(MEGABYTES * 1024 * 1024)
    large = make_wheel(version="2.0", members={"acme_one/noise.bin": noise})
    with place.served() as index:
        assert upload(index, make_wheel())
        before = peak(index.process.pid)

        answer = upload(index, large)

        added = peak(index.process.pid) - before
    record_fault(21, where=f"{MEGABYTES} MB", points=1, **{"MB of memory added": added})
    assert answer is not None
    assert answer.status_code == 200
    assert added < MOST_ADDED


def peak(pid: int) -> int:
    """Return the most memory, in MB, that all processes of a program have ever held."""
    lines = (Path(f"/proc/{process}/status").read_text().splitlines() for process in processes_of(pid))
    return sum(int(line.split()[1]) for each in lines for line in each if line.startswith("VmHWM")) // 1024
