"""A file can't be read while it is sent: the connection ends too early, and nobody takes it for the whole."""

from __future__ import annotations

import errno
import itertools
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.faults.rule import SECONDS, upload
from tests.faults.syscalls import READING
from tests.faults.tracer import Strike, under
from tests.faults.walks import Place, traced
from tests.real_index import Index

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("tracing"), pytest.mark.timeout(600)]

MOST_POINTS = 60


@pytest.mark.parametrize("sticky", [False, True], ids=["once", "from-then-on"])
def test_a_read_that_fails_never_looks_like_a_whole_file(
    place: Place, make_wheel: Callable[..., Path], record_fault: Callable[..., None], *, sticky: bool
) -> None:
    noise = random.Random(1).randbytes(3_000_000)  # noqa: S311 - noise, not a secret
    wheel = make_wheel(members={"acme_one/noise.bin": noise})
    told: list[str] = []
    with place.served() as index:
        assert upload(index, wheel)
        with traced(index, under(place.root / wheel.name, READING)) as tracer:
            for point in itertools.islice(itertools.count(1), MOST_POINTS):
                tracer.arm(Strike(kind="fail", point=point, error=errno.EIO, sticky=sticky))
                told.append(download(index, wheel))
                if tracer.disarm() is None:
                    break
                assert download(index, wheel) == "whole"

    wrong = told[:-1].count("wrong")
    record_fault(9, where=f"EIO at each read, {'for good' if sticky else 'once'}", points=len(told) - 1, wrong=wrong)
    assert len(told) > 1
    assert told[-1] == "whole"
    assert set(told[:-1]) <= {"refused", "cut", "whole"}


def download(index: Index, wheel: Path) -> str:
    """Return how a client sees a file: whole, cut short, refused, or wrong without a sign."""
    try:
        answer = requests.get(f"{index.url}packages/{wheel.name}", timeout=SECONDS)
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        return "cut"
    if answer.status_code != 200:
        return "refused"
    if answer.content == wheel.read_bytes():
        return "whole"
    return "cut" if len(answer.content) < int(answer.headers["Content-Length"]) else "wrong"
