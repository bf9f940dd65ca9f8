"""Who takes nothing of what is sent to them, or far too little, is cut off; who takes it slowly is not."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from private_index.stalls import LEAST_RATE, PATIENCE_SECONDS, Stalls, Wait, is_too_slow

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a client has taken")

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket that listens on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def connect(listener: socket.socket) -> Iterator[Callable[[], Pair]]:
    """A function that opens a connection and returns the client's end and the server's."""
    with ExitStack() as ends:

        def open_both() -> Pair:
            client = ends.enter_context(socket.create_connection(listener.getsockname(), timeout=60))
            server = ends.enter_context(listener.accept()[0])
            server.settimeout(0)
            return client, server

        yield open_both


def fill(server: socket.socket) -> int:
    """Send until nothing more fits, and return how much did."""
    sent = 0
    while True:
        try:
            sent += server.send(bytes(100_000))
        except BlockingIOError:
            return sent


def take(client: socket.socket, size: int) -> None:
    """Receive that many bytes."""
    while size > 0:
        size -= len(client.recv(min(size, 100_000)))


def test_a_client_that_reads_nothing_is_cut_off_and_others_are_not(
    listener: socket.socket, connect: Callable[[], Pair]
) -> None:
    stalls = Stalls(listener.getsockname()[1])
    (_, stalled), (reader, served), (_, idle) = connect(), connect(), connect()
    fill(stalled)
    fill(served)

    cuts = [stalls.look(0), stalls.look(PATIENCE_SECONDS - 1)]
    take(reader, 2_000_000)
    fill(served)
    cuts += [stalls.look(PATIENCE_SECONDS)]

    assert cuts == [0, 0, 1]
    with pytest.raises(OSError, match=r"reset|[Bb]roken pipe"):
        stalled.send(b"x")
    assert [served.getpeername(), idle.send(b"x")] == [reader.getsockname(), 1]


def test_a_client_that_reads_a_trifle_now_and_then_is_cut_off(
    listener: socket.socket, connect: Callable[[], Pair]
) -> None:
    stalls = Stalls(listener.getsockname()[1])
    client, server = connect()
    fill(server)
    stalls.look(0)

    take(client, 1000)
    fill(server)

    assert stalls.look(PATIENCE_SECONDS) == 1


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        pytest.param(100, True, id="nothing"),
        pytest.param(99 + LEAST_RATE * 60, True, id="too little"),
        pytest.param(100 + LEAST_RATE * 60, False, id="enough"),
    ],
)
def test_enough_is_what_the_slowest_line_carries(taken: int, *, expected: bool) -> None:
    assert is_too_slow(Wait(since=10, taken=100), 70, taken) is expected


def test_a_look_leaves_this_process_its_locks_on_files(tmp_path: Path, listener: socket.socket) -> None:
    import fcntl  # noqa: PLC0415 - Windows has none

    path = tmp_path / "locked"
    try_it = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'w'), fcntl.LOCK_EX | fcntl.LOCK_NB)"

    with path.open("w") as stream:
        fcntl.lockf(stream, fcntl.LOCK_EX)
        Stalls(listener.getsockname()[1]).look(0)
        other = subprocess.run([sys.executable, "-c", try_it, str(path)], capture_output=True, text=True, check=False)

    assert "BlockingIOError" in other.stderr
