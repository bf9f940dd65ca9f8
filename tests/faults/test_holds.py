"""An upload is held at each call on the disk, and meanwhile others read, upload or delete the same file."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faults.rule import Offer, look, upload
from tests.faults.syscalls import DISK
from tests.faults.tracer import Strike, under
from tests.faults.walks import Place, traced
from tests.real_index import Index

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("tracing"), pytest.mark.timeout(600)]

Record = Callable[..., None]
HOLD_SECONDS = 0.3
READ_SECONDS = 2


class Held:
    """An upload that stands still at a call, and the threads in which others come meanwhile."""

    def __init__(self, index: Index, offer: Offer, first: Future[requests.Response | None]) -> None:
        self.index = index
        self.offer = offer
        self.first = first
        self.others = ThreadPoolExecutor(1)


def walk_holds(place: Place, meanwhile: Callable[[Held], Callable[[], None]]) -> int:
    """Hold an upload at each call on the disk in turn, and return at how many.

    Args:
        place: the index.
        meanwhile: begins what happens meanwhile; what it returns judges it once the upload has ended.

    """
    with place.served() as index, traced(index, under(place.root, DISK)) as tracer, ThreadPoolExecutor(1) as clients:
        offers: Iterator[Offer] = place.offers("h")
        for point in itertools.count(1):
            offer = next(offers)
            tracer.arm(Strike(kind="hold", point=point))
            held = Held(index, offer, clients.submit(upload, index, offer.wheel))
            if not wait_for_hold(tracer.holding.wait, held.first):
                return point - 1
            judge = meanwhile(held)
            tracer.disarm()
            judge()
    raise AssertionError


def wait_for_hold(is_holding: Callable[[float], bool], first: Future[requests.Response | None]) -> bool:
    """Return whether the upload is held; an upload that ends was not."""
    while not is_holding(0.01):
        if first.done():
            return False
    return True


def test_a_reader_sees_nothing_or_all_of_an_upload_that_stands_still(place: Place, record_fault: Record) -> None:
    seen: list[str] = []

    def reads(held: Held) -> Callable[[], None]:
        seen.append(what_is_shown(held))

        def judge() -> None:
            first = held.first.result(60)
            assert first is not None
            assert first.status_code == 200
            assert look(held.index, held.offer) == "new"

        return judge

    points = walk_holds(place.with_options("--no-fallback"), reads)

    record_fault(
        17, where="a reader at each", points=points, waited=seen.count("waited"), bad={"half": seen.count("half")}
    )
    assert points > 10
    assert "half" not in seen


def what_is_shown(held: Held) -> str:
    """Return what a reader sees by the file and the page, who waits where a held thread has Python's lock."""
    # The bytes may lie in the folder already; what counts is what the index shows.
    name = held.offer.wheel.name
    urls = [f"{held.index.simple_url}{held.offer.project}/", f"{held.index.url}packages/{name}"]
    try:
        before, file, after = (requests.get(url, timeout=READ_SECONDS) for url in (*urls, urls[0]))
    except requests.Timeout:
        return "waited"
    # Where another thread is held the upload may end between two questions; it may never be taken back.
    states = [name in before.text, file.content == held.offer.content, name in after.text]
    is_half = states != sorted(states) or (file.status_code != 404 and not states[1])
    return "half" if is_half else "new" if states[2] else "old"


def test_of_two_uploads_of_one_name_exactly_one_is_told_yes(place: Place, record_fault: Record) -> None:
    told: list[list[int]] = []

    def another_comes(held: Held) -> Callable[[], None]:
        second = held.others.submit(upload, held.index, held.offer.other)
        wait_a_moment(second)

        def judge() -> None:
            answers = [held.first.result(60), second.result(60)]
            statuses = [0 if answer is None else answer.status_code for answer in answers]
            told.append(sorted(statuses))
            kept = requests.get(f"{held.index.url}packages/{held.offer.wheel.name}", timeout=30).content
            winner = (held.offer.wheel, held.offer.other)[statuses.index(200)]
            assert kept == winner.read_bytes()

        return judge

    points = walk_holds(place, another_comes)

    record_fault(15, where="another upload at each", points=points, yes=sum(pair.count(200) for pair in told))
    assert points > 10
    assert all(pair == [200, 409] for pair in told)


def test_an_upload_and_a_deletion_have_one_order(
    place: Place, command: Callable[..., subprocess.CompletedProcess[str]], record_fault: Record
) -> None:
    ends: list[str] = []

    def deletes(held: Held) -> Callable[[], None]:
        def delete() -> str:
            line = ("delete", held.offer.project, "1.0", "--yes")
            return command(*line, root=place.root, code=None).stdout

        second = held.others.submit(delete)
        wait_a_moment(second)

        def judge() -> None:
            first = held.first.result(60)
            second.result(60)
            assert first is not None
            assert first.status_code == 200
            ends.append(look(held.index, held.offer))

        return judge

    points = walk_holds(place, deletes)

    record_fault(18, where="a deletion at each", points=points, bad={"half": ends.count("half")})
    assert points > 10
    assert "half" not in ends


def wait_a_moment(second: Future[Any]) -> None:
    """Give the second a moment to overtake the first, if it can."""
    try:
        second.result(HOLD_SECONDS)
    except TimeoutError:
        return


@pytest.fixture
def command(env: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """A function that runs a command of private-index, whatever its end."""

    def run(*arguments: str, root: Path, code: int | None) -> subprocess.CompletedProcess[str]:
        line = ["private-index", *arguments, f"--root={root}"]
        done = subprocess.run(line, env=env, capture_output=True, text=True, check=False, timeout=60)
        assert code is None or done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run
