"""What the tests share: a small system of real services, and the shell in a real terminal."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pexpect
import pytest

# A service with a child of its own, which answers with the text of a file beside it.
SERVICE = """
import http.server, os, pathlib, socketserver, subprocess, sys

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(TEXT.encode())

    def log_message(self, *arguments):
        pass

TEXT = pathlib.Path(__file__).with_name("text.txt").read_text()
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
# Beside the folder that is watched, not in it.
pathlib.Path(__file__).parent.with_suffix(".pid").write_text(str(child.pid))
print("I say", TEXT, os.environ["OTHER_SERVICE_HOST"], flush=True)
# Not HTTPServer: that asks the network for its own name first.
socketserver.TCPServer.allow_reuse_address = True
socketserver.TCPServer((os.environ["HOST"], int(os.environ["PORT"])), Answer).serve_forever()
"""
COMPOSE = """
services:
  web:
    build: ./web
    command: [python, web/main.py]
    ports: ["80:{web}"]
    environment: {{ API_TOKEN: hidden, HOST: 0.0.0.0, GREETING: "${{GREETING:-hello}}" }}
    labels: {{ dev.group: front }}
    depends_on: [other]
    develop: {{ watch: [{{ action: rebuild, path: ./web }}] }}
  other:
    build: {{ context: ./other }}
    command: python other/main.py
    expose: ["{other}"]
    environment: [A=1]
    labels: [dev.group=back]
  store:
    image: redis:8
    expose: ["6379"]
"""

# A worker: no port, no files to watch, and a line that never ends.
WORKER = """
services:
  worker:
    build: .
    command: [sh, -c, "while sleep 0.1; do printf '%01500000d' 1; done"]
"""


class System:
    """The folder of the small system."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "compose.yaml"
        self.ports = {name: unused_port() for name in ("web", "other")}
        self.file.write_text(COMPOSE.format(**self.ports), encoding="utf-8")
        for name in self.ports:
            (folder / name).mkdir()
            (folder / name / "main.py").write_text(SERVICE, encoding="utf-8")
            (folder / name / "text.txt").write_text(f"{name}, the first", encoding="utf-8")

    def answer(self, name: str) -> str:
        """Ask a service."""
        with socket.create_connection(("127.0.0.1", self.ports[name]), timeout=5) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return connection.makefile().read().rpartition("\n")[2]

    def child(self, name: str) -> int:
        """Return the number of the process that a service has started."""
        return int((self.folder / f"{name}.pid").read_text())

    def is_up(self, name: str) -> bool:
        """Tell whether a service answers."""
        try:
            return bool(self.answer(name))
        except OSError:
            return False

    def says(self, name: str, text: str) -> bool:
        """Tell whether a service answers with a text."""
        return self.is_up(name) and self.answer(name) == text

    def is_gone(self) -> bool:
        """Tell whether neither services nor their children are there."""
        children = (self.child(name) for name in self.ports if (self.folder / f"{name}.pid").is_file())
        return not any(map(self.is_alive, children)) and not any(map(self.is_taken, self.ports.values()))

    @staticmethod
    def is_taken(port: int) -> bool:
        """Tell whether somebody listens on a port."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    @staticmethod
    def is_alive(pid: int) -> bool:
        """Tell whether a process is there; one that is only remembered is not."""
        with contextlib.suppress(OSError):
            return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        return False

    @staticmethod
    def wardens(shell: int) -> list[int]:
        """Return the wardens of a shell."""
        found = subprocess.run(
            ["pgrep", "-P", str(shell), "-f", "shell.warden"],  # noqa: S607 - a tool of every Unix
            capture_output=True,
            check=True,
            text=True,
        )
        return list(map(int, found.stdout.split()))


@pytest.fixture
def system(tmp_path: Path) -> System:
    """Give a small system that is not up yet."""
    return System(tmp_path)


@pytest.fixture
def terminal(system: System) -> "Iterator[pexpect.spawn[str]]":
    """Give a terminal in which the shell runs, with everything up."""
    spawned = spawn(system.file)
    yield spawned
    if spawned.isalive():
        spawned.sendintr()
        spawned.expect(pexpect.EOF)
    spawned.close(force=True)
    patient(system.is_gone)


@pytest.fixture
def typed(terminal: "pexpect.spawn[str]") -> Callable[[str, str], str]:
    """Give what types a line, waits for a text, and returns all that was shown, without colours."""
    return partial(type_in, terminal)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], str]]:
    """Give the same for several tests that change nothing, and so share a shell."""
    yield from shared(System(tmp_path_factory.mktemp("shared")).file)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Callable[[str, str], str]]:
    """Give what types to a shell that has a worker only."""
    file = tmp_path / "compose.yaml"
    file.write_text(WORKER, encoding="utf-8")
    yield from shared(file)


@pytest.fixture
def wait_for() -> Callable[[Callable[[], bool]], None]:
    """Give what waits until something is so."""
    return patient


def shared(file: Path) -> Iterator[Callable[[str, str], str]]:
    """Give what types to a shell of this file, and end the shell afterwards."""
    spawned = spawn(file)
    yield partial(type_in, spawned)
    spawned.sendintr()
    spawned.expect(pexpect.EOF)


def spawn(file: Path) -> "pexpect.spawn[str]":
    """Start the shell in a terminal, and wait for its prompt."""
    command = ["-m", "shell", "--file", str(file)]
    env = {**os.environ, "TERM": "dumb", "COLUMNS": "120", "LINES": "40", "PROMPT_TOOLKIT_NO_CPR": "1"}
    spawned: pexpect.spawn[str] = pexpect.spawn(
        sys.executable, command, env=env, encoding="utf-8", timeout=60, dimensions=(40, 120)
    )
    spawned.expect("dev>")
    return spawned


def type_in(terminal: "pexpect.spawn[str]", line: str, until: str) -> str:
    """Type a line, wait for a text, and return all that was shown, without colours."""
    terminal.send(line + "\r")
    terminal.expect(until)
    return re.sub(r"\x1b(\[[0-9;?]*[a-zA-Z]|\]8;.*?\x1b\\)", "", f"{terminal.before}{terminal.after}")


def patient(claim: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < ends, "it never came to be"
        time.sleep(0.05)


def unused_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
