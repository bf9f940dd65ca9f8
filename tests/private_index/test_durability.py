"""What must be survived: a kill in the middle of an upload, a race for one name, a crowd of slow clients."""

from __future__ import annotations

import base64
import os
import random
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.real_index import Index, Make, Post, Serve
from tests.waiting import answers, has_ended, parts_of, wait_for, workers_of

CLIENTS = 24
SLOW_CLIENTS = 200
MOST_SECONDS = 30
BOUNDARY = "boundary"


def opening(index: Index, filename: str, length: int) -> bytes:
    """Return the head of an upload's request and the beginning of its form."""
    token = base64.b64encode(f"{index.user}:{index.password}".encode()).decode()
    head = (
        f"POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {token}\r\nContent-Length: {length}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    )
    form = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name=":action"\r\n\r\nfile_upload\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="content"; filename="{filename}"\r\n\r\n'
    )
    return (head + form).encode()


def connect(index: Index) -> socket.socket:
    """Return a connection to the index."""
    port = int(index.url.rsplit(":", 1)[1].strip("/"))
    return socket.create_connection(("127.0.0.1", port), timeout=60)


@pytest.fixture
def big_wheel(make_wheel: Make) -> Path:
    """A valid wheel of 50 MB that does not compress."""
    return make_wheel(members={"acme_one/noise.bin": random_bytes(50_000_000)})


def random_bytes(size: int) -> bytes:
    """Return bytes that no archive makes smaller, the same ones each time."""
    return random.Random(1).randbytes(size)  # noqa: S311 - noise, not a secret


@pytest.mark.parametrize("victim", ["parent", "worker"])
def test_a_kill_in_the_middle_of_an_upload_leaves_nothing_half(
    serve: Serve, post: Post, big_wheel: Path, victim: str
) -> None:
    index = serve()
    content = big_wheel.read_bytes()
    connection = connect(index)
    connection.sendall(opening(index, big_wheel.name, len(content) + 1000) + content[: len(content) // 2])
    wait_for(lambda: any(part.stat().st_size for part in parts_of(index)))

    kill(index, victim)

    connection.close()
    again = serve() if victim == "parent" else index
    page = requests.get(f"{again.simple_url}acme-one/", allow_redirects=False, timeout=60)
    assert page.status_code == 302
    assert requests.get(f"{again.url}packages/{big_wheel.name}", timeout=60).status_code == 404
    assert not (again.root / big_wheel.name).exists()
    wait_for(lambda: parts_of(again) == [])
    assert post(again, big_wheel).status_code == 200
    assert requests.get(f"{again.url}packages/{big_wheel.name}", timeout=60).content == content


def kill(index: Index, victim: str) -> None:
    """Kill one process of the server outright: the worker follows its parent; a worker alone is replaced."""
    (worker,) = workers_of(index)
    os.kill(worker if victim == "worker" else index.process.pid, signal.SIGKILL)
    if victim == "parent":
        index.process.wait(60)
    wait_for(lambda: has_ended(worker))
    if victim == "worker":
        wait_for(lambda: answers(f"{index.url}ready"))


def test_of_many_uploads_of_one_name_at_once_exactly_one_wins(index: Index, post: Post, make_wheel: Make) -> None:
    contents = []
    paths = []
    for number in range(CLIENTS):
        wheel = make_wheel(code=f"x = {number}")
        paths.append(wheel.parent / str(number) / wheel.name)
        paths[-1].parent.mkdir()
        wheel.rename(paths[-1])
        contents.append(paths[-1].read_bytes())

    with ThreadPoolExecutor(CLIENTS) as clients:
        statuses = list(clients.map(lambda path: post(index, path).status_code, paths))

    served = requests.get(f"{index.url}packages/{paths[0].name}", timeout=60).content
    assert sorted(statuses) == [200] + [409] * (CLIENTS - 1)
    assert served == contents[statuses.index(200)]


def test_of_many_uploads_of_the_same_bytes_all_are_welcome(index: Index, post: Post, make_wheel: Make) -> None:
    wheel = make_wheel()

    with ThreadPoolExecutor(CLIENTS) as clients:
        statuses = list(clients.map(lambda _: post(index, wheel).status_code, range(CLIENTS)))

    assert statuses == [200] * CLIENTS
    assert (index.root / wheel.name).read_bytes() == wheel.read_bytes()


def test_a_crowd_that_sends_a_byte_at_a_time_does_not_slow_an_honest_page(
    index: Index, post: Post, make_wheel: Make
) -> None:
    post(index, make_wheel())
    crowd = [connect(index) for _ in range(SLOW_CLIENTS)]
    for connection in crowd:
        connection.sendall(opening(index, "acme_one-2.0-py3-none-any.whl", 1_000_000))

    waits = []
    for turn in range(100):
        crowd[turn].sendall(b"x")
        started = time.perf_counter()
        answer = requests.get(f"{index.simple_url}acme-one/", timeout=60)
        waits.append(time.perf_counter() - started)
        assert answer.status_code == 200

    for connection in crowd:
        connection.close()
    # Not a measure but a rule: a server whose threads the crowd holds answers nothing until somebody goes.
    assert max(waits) < MOST_SECONDS


def test_a_client_that_goes_away_leaves_nothing(index: Index) -> None:
    connection = connect(index)
    connection.sendall(opening(index, "acme_one-1.0-py3-none-any.whl", 5_000_000) + b"x" * 2_000_000)
    wait_for(lambda: any(part.stat().st_size for part in parts_of(index)))

    connection.close()

    wait_for(lambda: "ended before its form was complete" in index.log.read_text())
    assert parts_of(index) == []


def test_stock_pypiserver_serves_the_folder_afterwards(
    serve: Serve, post: Post, make_wheel: Make, env: dict[str, str]
) -> None:
    index = serve()
    wheel = make_wheel()
    post(index, wheel)
    index.stop()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "pypiserver", "run", "-i", "127.0.0.1", "-p", str(port), str(index.root)]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as stock:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(url))

        page = requests.get(f"{url}/simple/acme-one/", timeout=60)
        listing = requests.get(f"{url}/packages/", timeout=60)
        file = requests.get(f"{url}/packages/{wheel.name}", timeout=60)
        stock.terminate()

    assert wheel.name in page.text
    assert listing.text.count("<a ") == 1
    assert file.content == wheel.read_bytes()
