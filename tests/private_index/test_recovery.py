"""What a new start finds after the worst: a first start that was killed, and SQLite's side files gone."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from private_index import catalogue
from private_index.claims import CLAIMED
from private_index.settings import STATE_FOLDER, Settings
from private_index.store import Store
from tests.real_index import Index, Make, Post, Serve
from tests.slow_upload import SlowUpload
from tests.waiting import parts_of, wait_for

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_a_first_start_that_is_killed_at_any_point_is_followed_by_a_good_one(
    command: Command, struck: Command, make_wheel: Make, tmp_path: Path
) -> None:
    wheel = make_wheel()
    killed = 0

    # Each point costs two starts, so that every second one must do.
    for point in range(1, 100, 2):
        state = tmp_path / "packages" / STATE_FOLDER
        if struck(point, "import", wheel, touching=state).returncode != -signal.SIGKILL:
            break
        killed += 1
        assert command("import", wheel).stdout.endswith(" 0 refused\n")
        for path in (*state.glob("catalogue*"), tmp_path / "packages" / wheel.name):
            path.unlink()

    assert killed > 2


def test_every_acknowledged_file_is_there_after_a_kill_even_without_the_shared_memory_of_sqlite(
    serve: Serve, post: Post, make_wheel: Make, command: Command
) -> None:
    index = serve()
    wheels = [make_wheel(version=f"1.{number}") for number in range(20)]
    assert {post(index, wheel).status_code for wheel in wheels} == {200}
    index.process.send_signal(signal.SIGKILL)
    index.process.wait(60)

    (index.root / STATE_FOLDER / "catalogue.sqlite-shm").unlink()

    again = serve()
    page = requests.get(f"{again.simple_url}acme-one/", timeout=60).text
    assert all(wheel.name in page for wheel in wheels)
    command("check")


@pytest.fixture
def unanswered(resting: Path, make_wheel: Make) -> Path:
    """A file as a failing disk keeps it of an upload that was refused: its bytes have their name and are a part too."""
    wheel = make_wheel(version="2.0").rename(resting / "acme_one-2.0-py3-none-any.whl")
    os.link(wheel, resting / STATE_FOLDER / "parts" / f"{CLAIMED}refused")
    return wheel


def test_what_a_failing_disk_kept_of_a_refused_upload_is_never_published(
    serve: Serve, unanswered: Path, resting: Path
) -> None:
    content = unanswered.read_bytes()

    index = serve(root=resting)

    page = requests.get(f"{index.simple_url}acme-one/", timeout=60).text
    assert "acme_one-1.0-py3-none-any.whl" in page
    assert unanswered.name not in page
    assert not unanswered.exists()
    assert parts_of(index) == []
    unanswered.write_bytes(content)
    index.stop()
    assert unanswered.name in requests.get(f"{serve(root=resting).simple_url}acme-one/", timeout=60).text


def test_a_check_tells_what_a_failing_disk_kept_from_a_file_that_was_put_there(
    command: Command, unanswered: Path
) -> None:
    told = f"{unanswered.name} was left by an upload that was never told to have succeeded"

    found = command("check", code=1).stdout
    mended = command("check", "--repair", code=1).stdout

    assert told in found
    assert f"{told}; removed" in mended
    assert not unanswered.exists()
    command("check")


def test_a_part_goes_with_its_upload_and_never_before(index: Index, make_wheel: Make, command: Command) -> None:
    upload = SlowUpload(index, make_wheel(members={"acme_one/noise": os.urandom(3_000_000)}))
    wait_for(lambda: parts_of(index))

    command("check", "--repair")

    assert upload.finish() == 200
    assert parts_of(index) == []


def test_what_is_deleted_while_the_folder_is_looked_through_stays_deleted(resting: Path) -> None:
    settings = Settings(root=resting, users=resting / "users")
    starting, deleting = Store(settings), Store(settings)
    wheel = "acme_one-1.0-py3-none-any.whl"
    (resting / wheel).unlink()
    looking = threading.Thread(target=starting.reconcile)

    with deleting.catalogue.writing() as connection:
        looking.start()
        # Long enough for it to see that the file is gone; it then waits for the lock.
        time.sleep(0.5)
        catalogue.change_files(connection, [wheel], state="deleted")
    looking.join(60)

    states = starting.catalogue.filenames()
    starting.close()
    deleting.close()
    assert states == {wheel: "deleted", "acme_one-1.0.tar.gz": "published"}
