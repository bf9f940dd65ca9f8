"""The running system: the shell with all services, steered as a program would, and asked over HTTP."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

STOP_SECONDS = 20
ANSWER_SECONDS = 10
TICK = 0.1


class NotAsItShould(Exception):
    """Something of the system is not as it should be; the sentence says what was wanted."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the system runs, and how others reach it."""

    folder: Path
    venv: Path
    env: Mapping[str, str]
    ports: Mapping[str, int]

    @property
    def url(self) -> str:
        """The one door's URL."""
        return f"http://127.0.0.1:{self.ports['webapp']}"

    def command(self, name: str) -> str:
        """Return the path of a command that was installed."""
        return str(self.venv / "bin" / name)


class System:
    """The shell and what it runs; at the end of the block nothing of it is left."""

    def __init__(self, place: Place, check: Callable[[], None]) -> None:
        self.place = place
        self.log = place.folder / "shell.log"
        # Raises when somebody wants us to stop.
        self._check = check

    def __enter__(self) -> Self:
        command = [self.place.command("shell"), "--file", str(self.place.folder / "compose.yaml")]
        with self.log.open("wb") as out:
            self._process = subprocess.Popen(
                command,
                cwd=self.place.folder,
                env=dict(self.place.env),
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                # Ctrl-C reaches us alone; we end it.
                start_new_session=True,
            )
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        # The end of its input is the shell's end; its warden ends what it could not.
        if self._process.stdin:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    @property
    def said(self) -> str:
        """All that the shell has said."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def type(self, line: str) -> None:
        """Give the shell a command."""
        if self._process.stdin:
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()

    def wait_until(self, wanted: str, claim: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until something is so; raise NotAsItShould if it never is."""
        end = time.monotonic() + seconds
        while not claim():
            self._check()
            if self._process.poll() is not None:
                raise NotAsItShould(f"the shell ended with exit code {self._process.returncode}:\n{self.said}")
            if time.monotonic() > end:
                raise NotAsItShould(f"this never came to be: {wanted}\n{self.said[-2000:]}")
            time.sleep(TICK)

    def wait_until_ready(self, *names: str) -> None:
        """Wait until services say that they are ready."""
        for name in names or tuple(self.place.ports):
            self.wait_until(f"{name} is ready", lambda name=name: self.is_ready(name))  # type: ignore[misc]

    def is_ready(self, name: str) -> bool:
        """Tell whether a service says that it is ready."""
        with suppress(requests.RequestException):
            return asked("GET", f"http://127.0.0.1:{self.place.ports[name]}/readyz").status_code == 200
        return False

    def pid(self, name: str) -> int:
        """Return the number of a service's process, as the shell shows it."""
        before = len(self.said)
        row = re.compile(rf"^{name} .*:{self.place.ports[name]} +(\d+)", re.MULTILINE)
        self.type("ps")
        self.wait_until(f"ps shows {name} with its process", lambda: bool(row.search(self.said[before:])))
        return int(row.findall(self.said[before:])[-1])

    def kill(self, name: str) -> None:
        """End a service as a crash would."""
        with suppress(ProcessLookupError):
            os.kill(self.pid(name), signal.SIGKILL)

    def post_sum(self, first: object, second: object) -> requests.Response:
        """Ask for a sum, as the form does."""
        return asked("POST", f"{self.place.url}/add/calculate", data={"first": first, "second": second})

    def get(self, path: str) -> requests.Response:
        """Read a page."""
        return asked("GET", f"{self.place.url}{path}")

    def pages(self) -> dict[str, int]:
        """Return how often each page was read, as the command `report` says."""
        done = subprocess.run(
            [self.place.command("report"), "--seconds", "20"],
            cwd=self.place.folder,
            env=dict(self.place.env),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotAsItShould(f"report failed: {done.stderr}")
        return {url: int(count) for count, url in (line.split("\t") for line in done.stdout.splitlines())}


def asked(method: str, url: str, data: Mapping[str, object] | None = None) -> requests.Response:
    """Ask over HTTP, past any proxy: it is on this machine."""
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, url, data=data, timeout=ANSWER_SECONDS)


def free_ports(names: list[str]) -> dict[str, int]:
    """Return a free port for each name, no two the same."""
    sockets = [socket.socket() for _ in names]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return {name: each.getsockname()[1] for name, each in zip(names, sockets, strict=True)}
    finally:
        for each in sockets:
            each.close()
