"""A folder and the processes at work in it, both gone at the end whatever happens."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self

import click

from modpress import journey
from modpress.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from types import FrameType

    from modpress.journey import Step

TICK = 0.1
GRACE = 1.0
PREFIX = "modpress-"


class WorkshopFault(Fault):
    """A fault that ends the work with a sentence; `output` is what the failed step said."""

    label = "Error"
    status = 1
    output = ""


class ToolMissing(WorkshopFault):
    """The tools stand beside the Python that runs, whatever PATH says."""

    def __init__(self, name: str, folder: str) -> None:
        super().__init__(f"there is no {name} in {folder}; run this as a nox session, which installs it")


class StepFailed(WorkshopFault):
    """A step did not do what it was to do."""

    def __init__(self, step: Step, verdict: str, output: str) -> None:
        super().__init__(f"'{step.title}' {verdict}: {shlex.join(step.command)}")
        self.output = output


class Stopped(WorkshopFault):
    """Somebody asked the work to stop."""

    label = "Stopped"

    def __init__(self, number: int) -> None:
        super().__init__("nothing is left running")
        self.status = 128 + number


class Signals:
    """Notes a signal until the work asks: raised where it strikes, it could lose a process just started."""

    def __init__(self) -> None:
        self._received = 0
        self._parent = os.getppid()
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            number = getattr(signal, name, None)
            # A SIGHUP that is ignored is nohup's, and means what it says.
            if number and not (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def check(self) -> None:
        """Raise if somebody asked to stop, or if whoever started the work is gone."""
        # nox dies of SIGTERM without a word to what it runs.
        orphaned = os.name == "posix" and os.getppid() != self._parent
        if self._received or orphaned:
            raise Stopped(self._received or signal.SIGTERM)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._received = self._received or number


@dataclass
class Running:
    """A step's process with everything it starts, and what it has said so far."""

    step: Step
    process: subprocess.Popen[bytes]
    log: Path
    secret: str = field(repr=False)

    def output(self) -> str:
        """Return what the step has said, without colours and without the secret."""
        said = click.unstyle(self.log.read_text(encoding="utf-8", errors="replace"))
        return said.replace(self.secret, "********") if self.secret else said

    def news(self) -> str:
        """Return the last line that the step has said."""
        return next(reversed(self.output().split("\n")[:-1]), "").strip()

    def tell(self, text: str) -> None:
        """Write a text to the process's standard input, if it has one, and close it."""
        if self.process.stdin:
            with contextlib.suppress(BrokenPipeError), self.process.stdin:
                self.process.stdin.write(text.encode())

    def has_ended(self) -> bool:
        """Wait a tick and say whether the step is over."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(TICK)
        return self.process.returncode is not None

    def signal(self, number: int) -> bool:
        """Send a signal to the process and all that it started, and say whether any of it is there."""
        self.process.poll()
        try:
            if sys.platform == "win32":
                tree = ("taskkill", "/T", "/F", "/PID", str(self.process.pid))
                return subprocess.run(tree, check=False, capture_output=True).returncode == 0
            # The group is there as long as any of its processes is, also when its leader has ended.
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True


def end(running: Collection[Running]) -> None:
    """End processes and all that they started: gently, and then for certain."""
    deadline = time.monotonic() + GRACE
    left = [each for each in running if each.signal(signal.SIGTERM)]
    while left and time.monotonic() < deadline:
        time.sleep(TICK / 5)
        left = [each for each in left if each.signal(0)]
    for each in left:
        each.signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    for each in running:
        each.process.wait()


class Workshop:
    """A temporary folder whose processes can't outlive it; with `keep` the folder stays."""

    def __init__(self, outer: Mapping[str, str], *, secret: str = "", keep: bool = False) -> None:
        self._temporary = None if keep else tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
        self.folder = Path(self._temporary.name if self._temporary else tempfile.mkdtemp(prefix=PREFIX)).resolve()
        self._secret = secret
        self._started = 0
        self._running: list[Running] = []
        # What a killed tool leaves in its temporary files goes with the folder.
        (self.folder / "tmp").mkdir()
        self._tools = sysconfig.get_path("scripts")
        self._environment = journey.environment(outer, tools=self._tools, temporary=self.path("tmp"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        end(self._running)
        for _try in range(3):
            if self._temporary and self.folder.exists():
                # What a killed process was just about to write may come between.
                self._temporary.cleanup()

    def path(self, name: str) -> str:
        """Return a path in the workshop."""
        return str(self.folder / name)

    def tool(self, name: str) -> str:
        """Return the path of a tool that stands beside this Python."""
        if name == "python":
            return sys.executable
        found = shutil.which(name, path=self._tools)
        if not found:
            raise ToolMissing(name, self._tools)
        return found

    def start(self, step: Step) -> Running:
        """Start a step in a session of its own: it ends with all its children, and has no terminal to ask at."""
        self._started += 1
        log = self.folder / f"step-{self._started:02}.log"
        with log.open("wb") as out:
            running = Running(step, self._open(step, out), log, self._secret)
        self._running.append(running)
        running.tell(step.stdin)
        return running

    def _open(self, step: Step, out: BinaryIO) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                step.command,
                cwd=step.cwd,
                env={**self._environment, **step.env},
                stdin=subprocess.PIPE if step.stdin else subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise StepFailed(step, "can't be started", f"{error}") from error

    def finish(self, running: Running) -> str:
        """Return what an ended step said, once nothing of it is left; raise if it failed."""
        end([running])
        self._running.remove(running)
        if running.process.returncode:
            raise StepFailed(running.step, f"failed with exit code {running.process.returncode}", running.output())
        return running.output()
