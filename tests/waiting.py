"""How tests wait for what happens in other processes: until it is so, and no longer than it may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import requests

from private_index.settings import STATE_FOLDER
from tests.real_index import Index


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def answers(url: str) -> bool:
    """Return whether somebody answers at `url`, whatever it is."""
    try:
        requests.get(url, timeout=60)
    except requests.ConnectionError:
        return False
    return True


def parts_of(index: Index) -> list[Path]:
    """Return the unfinished parts: one for each upload whose file has begun to come."""
    return list((index.root / STATE_FOLDER / "parts").iterdir())


def workers_of(index: Index) -> list[int]:
    """Return the process ids of the workers."""
    parent = index.process.pid
    return [int(one) for one in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def has_ended(process: int) -> bool:
    """Return whether nothing runs under a process id any more."""
    return not Path(f"/proc/{process}/exe").exists()
