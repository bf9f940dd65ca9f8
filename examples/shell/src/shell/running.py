"""One service as a process: started, begun again when it ends, and stopped with all its children."""

import asyncio
import signal
import socket
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import cast

from shell.environment import HOST
from shell.topology import Service
from shell.warden import Warden, is_there, tell

# The shell's word that the warden knows of the process; if the shell dies before, so does the process.
GATE = 'read -r word || exit 1; exec "$@" </dev/null'
GRACE = 8.0
# Pauses before a service that ended is begun again; after the last, it is left alone until somebody mends it.
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
# Who has worked for so long starts with a clean record.
PROBATION = 10.0
LONGEST_LINE = 1024 * 1024


class State(StrEnum):
    """How a service is."""

    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    WAITING = "ended"
    FAILED = "failed"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What all services of a system share."""

    warden: Warden
    cwd: Path
    logs: Path
    # The environment of a service, as it is when it starts.
    env: Callable[[Service], Mapping[str, str]]
    # Called with each line that a service writes, and with what the shell has to say of it.
    said: Callable[[str, str], None]
    noted: Callable[[str, str], None]


class Running:
    """A service, and how it is."""

    def __init__(self, service: Service, around: Surroundings) -> None:
        self.service = service
        self.restarts = 0
        self.is_watched = bool(service.watched)
        self.is_tailed = False
        self.debug_port: int | None = None
        self._around = around
        self._state = State.STOPPED if service.is_process else State.ELSEWHERE
        self._process: Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._since = 0.0
        # A person may stop it at the moment in which a changed file starts it anew.
        self._turn = asyncio.Lock()

    @property
    def log(self) -> Path:
        """Where all that it writes is kept."""
        return self._around.logs / f"{self.service.name}.log"

    @property
    def pid(self) -> int | None:
        """The number of its process, while it runs."""
        return None if self._process is None else self._process.pid

    @property
    def is_wanted(self) -> bool:
        """Whether it should run, even if it ended or was left alone: a changed file may be what mends it."""
        return self._task is not None or self._state is State.FAILED

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return 0.0 if self._process is None else time.monotonic() - self._since

    async def state(self) -> State:
        """Tell how it is; whether it is ready, only it can say."""
        if self._state is State.STARTING and await is_ready(self.service.port):
            self._state = State.READY
        return self._state

    async def start(self, command: tuple[str, ...] = ()) -> None:
        """Start it, in another way than it says if need be, unless it runs or is not ours."""
        async with self._turn:
            self._start(command)

    async def stop(self) -> None:
        """Stop it and all its children."""
        async with self._turn:
            await self._stop()

    async def restart(self, command: tuple[str, ...] = ()) -> None:
        """Stop it if it runs, and start it."""
        async with self._turn:
            await self._stop()
            self._start(command)

    def _start(self, command: tuple[str, ...]) -> None:
        if self.service.is_process and self._task is None:
            self._state = State.STARTING
            self._task = asyncio.create_task(self._keep_up(command or self.service.command))

    async def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self.service.is_process:
            self._task, self._state, self.debug_port = None, State.STOPPED, None

    async def _keep_up(self, command: tuple[str, ...]) -> None:
        """Run it, and run it again when it ends, with growing pauses; then leave it alone."""
        tries = 0
        while tries < len(PAUSES):
            if self.service.port is not None and is_taken(self.service.port):
                self._note(f"port {self.service.port} is another program's; end that, then: start {{name}}")
                break
            code = await self._run_once(command)
            tries = 0 if time.monotonic() - self._since > PROBATION else tries + 1
            self._state = State.WAITING
            pause = PAUSES[min(tries, len(PAUSES) - 1)]
            self._note(f"{{name}} ended with {meaning(code)}; again in {pause} s")
            await asyncio.sleep(pause)
            self.restarts += 1
        self._state = State.FAILED
        self._note("{name} is left alone now; see: grep . {name}, then: start {name}")
        self._task = None

    async def _run_once(self, command: tuple[str, ...]) -> int:
        """Run it until it ends; whatever happens, none of its children stays."""
        self._state, self._since = State.STARTING, time.monotonic()
        process = await self._begun(command)
        self._process = process
        listening = asyncio.create_task(self._listen(process))
        try:
            return await exit_of(process)
        finally:
            clearing = asyncio.create_task(self._clear(process, listening))
            try:
                await asyncio.shield(clearing)
            except asyncio.CancelledError:
                # It ended by itself, and was told to stop while its children were being ended.
                await clearing
                raise

    async def _clear(self, process: Process, listening: "asyncio.Task[None]") -> None:
        """End what is left of it, and forget it."""
        await ended(process)
        # All is read by then, unless a child has stolen away with the other end.
        await asyncio.wait({listening}, timeout=1)
        listening.cancel()
        self._around.warden.forget(process.pid)
        self._process = None

    async def _begun(self, command: tuple[str, ...]) -> Process:
        process = await asyncio.create_subprocess_exec(
            *("sh", "-c", GATE, "sh", *command),
            stdin=PIPE,
            stdout=PIPE,
            stderr=STDOUT,
            cwd=self._around.cwd,
            env=self._around.env(self.service),
            # A group of its own: no Ctrl-C reaches it, and a signal reaches all its children.
            start_new_session=True,
            limit=LONGEST_LINE,
        )
        self._around.warden.watch(process.pid)
        # It was begun with pipes.
        stdin = cast("asyncio.StreamWriter", process.stdin)
        stdin.write(b"go\n")
        stdin.close()
        return process

    async def _listen(self, process: Process) -> None:
        """Keep and hand on what it writes."""
        self._around.logs.mkdir(parents=True, exist_ok=True)
        stdout = cast("asyncio.StreamReader", process.stdout)
        with self.log.open("a", encoding="utf-8") as log:
            while line := await next_line(stdout):
                log.write(line)
                log.flush()
                self._around.said(self.service.name, line.rstrip("\n"))

    def _note(self, text: str) -> None:
        self._around.noted(self.service.name, text.format(name=self.service.name))


async def next_line(stream: asyncio.StreamReader) -> str:
    """Return the next line, or nothing at the end; of an endless one, that it was too long."""
    try:
        return (await stream.readline()).decode(errors="replace")
    except ValueError:
        return "(a line of more than a megabyte)\n"


async def ended(process: Process) -> None:
    """End a process and its children: first by asking, then by force."""
    tell(process.pid, signal.SIGTERM)
    with suppress(TimeoutError):
        async with asyncio.timeout(GRACE):
            await exit_of(process)
            # Its children may need a moment more than it.
            while is_there(process.pid):  # noqa: ASYNC110 - of them nobody tells
                await asyncio.sleep(0.02)
    tell(process.pid, signal.SIGKILL)
    await exit_of(process)


async def exit_of(process: Process) -> int:
    """Return how a process ended; its own wait also waits for children that still hold its output."""
    while process.returncode is None:  # noqa: ASYNC110 - nothing else tells of the process alone
        await asyncio.sleep(0.05)
    return process.returncode


async def is_ready(port: int | None) -> bool:
    """Ask a service whether it is ready; one without a port is, once it runs."""
    if port is None:
        return True
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            status = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        return False
    return b" 200 " in status


def is_taken(port: int) -> bool:
    """Tell whether somebody listens on a port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def meaning(code: int) -> str:
    """Return what an exit code says."""
    return signal.Signals(-code).name if code < 0 else f"code {code}"
