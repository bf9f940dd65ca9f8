"""The clock goes back and far ahead: the order is that of the uploads, and nobody is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import pytest
import requests

from tests.faults.rule import Offer, look, make_offer, upload
from tests.faults.sets import AUTH, digest, publish, stage
from tests.real_index import Index, run_index

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

JSON = "application/vnd.pypi.simple.v1+json"
# Beside the true time.
CLOCKS = ["+0", "-3600s", "+3650d", "-400d", "+0"]
HOUR = 3600
TEN_YEARS = 10 * 365 * 24 * HOUR
SOURCE = Path(__file__).with_name("clock.c")
FOLDERS = [
    "/usr/lib/x86_64-linux-gnu/faketime",
    "/usr/lib/aarch64-linux-gnu/faketime",
    "/usr/lib/faketime",
    "/usr/lib64/faketime",
]


@pytest.fixture
def library() -> Path:
    """The library that shows a program another time."""
    found = [path for folder in FOLDERS if (path := Path(folder, "libfaketimeMT.so.1")).exists()]
    if sys.platform != "linux" or not found:
        pytest.skip("libfaketime: not installed")
    return found[0]


def test_changes_are_ordered_by_their_serials_whatever_the_clock_says(
    library: Path, env: dict[str, str], tmp_path: Path, record_fault: Callable[..., None]
) -> None:
    offers = [make_offer(tmp_path / "made", "acme-one", version=f"1.{number}") for number in range(len(CLOCKS))]
    told = []

    for clock, offer in zip(CLOCKS, offers, strict=True):
        with run_index(tmp_path / "packages", (), env | {"LD_PRELOAD": str(library), "FAKETIME": clock}) as index:
            answers = [upload(index, offer.wheel), upload(index, offer.wheel), upload(index, offer.other)]
            told.append([answer.status_code for answer in answers if answer is not None])
            page = requests.get(f"{index.simple_url}acme-one/", headers={"Accept": JSON}, timeout=10).json()

    years = [file["upload-time"][:4] for file in page["files"]]
    listed = [file["filename"] for file in page["files"]]
    misordered = sum(one != offer.wheel.name for one, offer in zip(listed, offers, strict=True))
    record_fault(28, where="a start with each clock", points=len(CLOCKS), misordered=misordered)
    assert told == [[200, 200, 409]] * len(CLOCKS)
    assert misordered == 0
    assert len(set(years)) > 1, "the clock was not moved"


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The time of day of a running index.

    Args:
        file: where it stands by how much it is moved.
        env: the environment in which it is believed.

    """

    file: Path
    env: dict[str, str]

    def jump(self, seconds: int) -> None:
        """Set the clock this far beside the true time; nobody ever reads half of a number."""
        draft = self.file.with_suffix(".draft")
        draft.write_text(str(seconds))
        draft.replace(self.file)


@pytest.fixture
def clock(env: dict[str, str], tmp_path: Path) -> Clock:
    """A clock that can be set while an index runs."""
    compiler = which("cc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("cc: not installed")
    library = tmp_path / "clock.so"
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, SOURCE], check=True, timeout=60)
    clock = Clock(file=tmp_path / "ahead", env=env | {"LD_PRELOAD": str(library), "CLOCK_AHEAD": f"{tmp_path}/ahead"})
    clock.jump(0)
    return clock


def times(index: Index, project: str) -> dict[str, str]:
    """Return when each file of a project came, in the order of the page."""
    page = requests.get(f"{index.simple_url}{project}/", headers={"Accept": JSON}, timeout=10).json()
    return {file["filename"]: file["upload-time"] for file in page["files"]}


@pytest.mark.parametrize("seconds", [pytest.param(-HOUR, id="back"), pytest.param(TEN_YEARS, id="ahead")])
def test_a_clock_that_jumps_while_the_index_runs_loses_no_file_and_no_order(
    clock: Clock, tmp_path: Path, seconds: int, record_fault: Callable[..., None]
) -> None:
    first, second, third = (make_offer(tmp_path / "made", "acme-one", version=f"1.{number}") for number in range(3))

    with run_index(tmp_path / "packages", (), clock.env) as index:
        answers = [upload(index, first.wheel)]
        clock.jump(seconds)
        answers += [upload(index, second.wheel), upload(index, first.wheel), upload(index, first.other)]
        clock.jump(0)
        answers.append(upload(index, third.wheel))
        shown = times(index, "acme-one")
        states = [look(index, offer) for offer in (first, second, third)]
        wrong = requests.post(index.url, auth=(index.user, "wrong"), timeout=10)

    came = list(shown.values())
    misordered = list(shown) != [offer.wheel.name for offer in (first, second, third)]
    record_fault(28, where="jumps of a running index's clock between uploads", points=2, misordered=int(misordered))
    assert [answer.status_code for answer in answers if answer is not None] == [200, 200, 200, 409, 200]
    assert states == ["new"] * 3
    assert not misordered
    # The clock is believed while it is wrong, and not a moment longer.
    assert (came[1] > came[2]) == (seconds > 0)
    assert came[0] <= came[2]
    assert wrong.status_code == 401


@pytest.mark.parametrize("seconds", [pytest.param(-HOUR, id="back"), pytest.param(TEN_YEARS, id="ahead")])
def test_a_clock_that_jumps_in_the_middle_of_an_upload_does_not_cut_it(
    clock: Clock, tmp_path: Path, seconds: int, record_fault: Callable[..., None]
) -> None:
    offer = make_offer(tmp_path / "made", "acme-one")

    with run_index(tmp_path / "packages", (), clock.env) as index:
        answer = upload_with_jump(index, offer, lambda: clock.jump(seconds))
        state = look(index, offer)

    record_fault(28, where="jumps in an upload", points=1, cut=int(state != "new"))
    assert answer.status_code == 200, answer.text
    assert state == "new"


def upload_with_jump(index: Index, offer: Offer, jump: Callable[[], None]) -> requests.Response:
    """Upload in two halves, between which something happens."""
    form = {":action": "file_upload", "sha256_digest": digest(offer.wheel)}
    files = {"content": (offer.wheel.name, offer.content)}
    whole = requests.Request("POST", index.url, data=form, files=files, auth=AUTH).prepare()
    assert isinstance(whole.body, bytes)
    body, half = whole.body, len(whole.body) // 2

    def halves() -> Iterator[bytes]:
        yield body[:half]
        jump()
        yield body[half:]

    headers = {"Content-Type": whole.headers["Content-Type"]}
    return requests.post(index.url, data=halves(), headers=headers, auth=AUTH, timeout=10)


@contextmanager
def staged(clock: Clock, tmp_path: Path) -> Iterator[tuple[Index, Offer, str]]:
    """Serve an index with a session in which one file is staged."""
    offer = make_offer(tmp_path / "made", "acme-one")
    with run_index(tmp_path / "packages", (), clock.env) as index:
        yield index, offer, stage(index, [offer.wheel], [offer.project])


def test_a_session_outlives_a_clock_that_goes_back(clock: Clock, tmp_path: Path) -> None:
    with staged(clock, tmp_path) as (index, offer, session):
        clock.jump(-HOUR)

        answer = publish(index, session)

        assert answer is not None
        assert answer.status_code == 201, answer.text
        assert look(index, offer) == "new"


def test_a_session_is_over_while_the_clock_is_ahead_and_goes_on_once_it_is_right_again(
    clock: Clock, tmp_path: Path
) -> None:
    with staged(clock, tmp_path) as (index, offer, session):
        clock.jump(TEN_YEARS)
        ahead = publish(index, session)
        clock.jump(0)
        again = publish(index, session)

        assert ahead is not None
        assert ahead.status_code == 404
        assert "has expired" in ahead.text
        assert again is not None
        assert again.status_code == 201, again.text
        assert look(index, offer) == "new"
