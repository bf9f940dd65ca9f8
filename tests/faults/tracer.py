"""A thread that watches each system call of a running program and strikes at the nth: a kill, a fault or a pause."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.faults import ptrace
from tests.faults.ptrace import Call
from tests.faults.syscalls import TORN, file_of, name_of

# Every kind of child, but none of another thread's: the test waits for its own.
_WAIT = 0x40000000 | 0x20000000 | os.WNOHANG
_EVENT_STOP = 128
_AT_CALL = signal.SIGTRAP | 0x80
POLL_SECONDS = 0.0002
ATTACH_SECONDS = 10

Wanted = Callable[[Call], bool]


@dataclass(frozen=True, kw_only=True)
class Strike:
    """What befalls the nth call: kill the program before it, tear it, fail it, hold it; nothing, to count only."""

    kind: Literal["kill", "torn", "fail", "hold", "nothing"]
    point: int = 0
    error: int = 0
    sticky: bool = False


def under(folder: Path, names: frozenset[str]) -> Wanted:
    """Return a judge that counts the calls of those names about files in a folder."""

    def wanted(call: Call) -> bool:
        if name_of(call) not in names:
            return False
        file = file_of(call)
        return file is not None and file.is_relative_to(folder)

    return wanted


def every(_call: Call) -> bool:
    """Count each call, whatever it is."""
    return True


class Tracer(threading.Thread):
    """Traces a program with all its threads and processes until it is killed, which ends this thread too.

    Nobody else may wait for the program meanwhile: a wait in another thread would take its stops away.

    Args:
        pid: the program.
        wanted: which calls count.

    """

    def __init__(self, pid: int, wanted: Wanted) -> None:
        super().__init__(daemon=True)
        self.seen: list[str] = []
        self.struck: str | None = None
        self.holding = threading.Event()
        self._pid = pid
        self._wanted = wanted
        self._strike = Strike(kind="nothing")
        self._armed = False
        self._held: int | None = None
        self._failing: set[int] = set()
        self._tearing: set[int] = set()
        self._processes = [pid]
        self._attached = threading.Event()

    def attach(self) -> None:
        """Begin, and return once each thread is watched."""
        self.start()
        assert self._attached.wait(ATTACH_SECONDS), "the program could not be traced"

    def arm(self, strike: Strike) -> None:
        """Count anew from here, and strike."""
        self.seen, self.struck, self._strike = [], None, strike
        self.holding.clear()
        self._armed = True

    def disarm(self) -> str | None:
        """Stop counting and return the name of the call that was struck."""
        self._armed = False
        self.release()
        return self.struck

    def release(self) -> None:
        """Let a held call go on."""
        self.holding.clear()

    def kill(self) -> None:
        """Kill every process of the program outright."""
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def end(self) -> None:
        """Kill the program and wait until nothing is left of it."""
        self.disarm()
        self.kill()
        self.join(ATTACH_SECONDS)
        assert not self.is_alive(), "the program outlived its kill"

    def run(self) -> None:
        """Watch until the program is gone."""
        self._seize()
        with suppress(ChildProcessError):
            while True:
                thread, status = os.waitpid(-1, _WAIT)
                if thread == 0:
                    self._idle()
                elif os.WIFSTOPPED(status):
                    # A kill may come between a stop and its answer.
                    with suppress(ProcessLookupError):
                        self._stopped(thread, status)

    def _seize(self) -> None:
        known: set[int] = set()
        while found := {thread for thread in threads_of(self._pid) if thread not in known}:
            for thread in found:
                with suppress(OSError):
                    ptrace.request(ptrace.SEIZE, thread, 0, ptrace.OPTIONS)
                    ptrace.request(ptrace.INTERRUPT, thread)
            known |= found
        self._processes = processes_of(self._pid)
        self._attached.set()

    def _idle(self) -> None:
        if self._held is not None and not self.holding.is_set():
            held, self._held = self._held, None
            with suppress(ProcessLookupError):
                ptrace.request(ptrace.SYSCALL, held)
        time.sleep(POLL_SECONDS)

    def _stopped(self, thread: int, status: int) -> None:
        number, event = os.WSTOPSIG(status), status >> 16
        if number == _AT_CALL:
            if self._goes_on(ptrace.call_of(thread)):
                ptrace.request(ptrace.SYSCALL, thread)
        elif event == _EVENT_STOP and number in {signal.SIGSTOP, signal.SIGTSTP}:
            ptrace.request(ptrace.LISTEN, thread)
        else:
            ptrace.request(ptrace.SYSCALL, thread, 0, 0 if event else number)

    def _goes_on(self, call: Call) -> bool:
        if not call.begins:
            return self._ended(call.thread)
        if not self._armed or not self._wanted(call):
            return True
        self.seen.append(name_of(call))
        if not self._is_hit():
            return True
        self.struck = self.struck or name_of(call)
        return self._hit(call)

    def _is_hit(self) -> bool:
        at = len(self.seen)
        return at == self._strike.point or (self._strike.sticky and at > self._strike.point)

    def _hit(self, call: Call) -> bool:
        match self._strike.kind:
            case "kill":
                self.kill()
                return False
            case "torn" if name_of(call) in TORN:
                ptrace.request(ptrace.POKE, call.thread, ptrace.THIRD, call.arguments[2] // 2)
                self._tearing.add(call.thread)
            case "fail":
                ptrace.request(ptrace.POKE, call.thread, ptrace.NUMBER, ptrace.NO_CALL)
                self._failing.add(call.thread)
            case "hold":
                self._held = call.thread
                self.holding.set()
                return False
        return True

    def _ended(self, thread: int) -> bool:
        if thread in self._tearing:
            self.kill()
            return False
        if thread in self._failing:
            self._failing.remove(thread)
            ptrace.request(ptrace.POKE, thread, ptrace.RESULT, 2**64 - self._strike.error)
        return True


def threads_of(pid: int) -> list[int]:
    """Return every thread of a program and of the processes that it started."""
    return [int(task.name) for process in processes_of(pid) for task in _entries(Path(f"/proc/{process}/task"))]


def processes_of(pid: int) -> list[int]:
    """Return a program's process and those that it started, the eldest first."""
    children = [
        int(child) for task in _entries(Path(f"/proc/{pid}/task")) for child in _read(task / "children").split()
    ]
    return [pid, *(process for child in children for process in processes_of(child))]


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
