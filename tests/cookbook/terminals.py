"""A reader's terminal: a bash that keeps its folder and its variables from one command to the next."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import termios
import threading
import time
import tty
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

END = re.compile(r"\n?\x1e(\d+)\x1e\n")
# How long a command may take; one that runs on is looked at no longer than it takes to start a server.
PATIENCE_SECONDS, START_SECONDS = 900, 300
LEAVE_SECONDS = 60
POLL_SECONDS = 0.02
ROWS_AND_COLUMNS = 50, 100
# What is printed: text, the ends of lines, and what moves the cursor or erases; of the rest, such as colours and the
# addresses behind links, nothing is seen.
PRINTED = re.compile(
    r"(?P<text>[^\x1b\r\n]+)|(?P<end>\n)|(?P<back>\r)|\x1b\[(?P<number>\d*)(?P<moves>[AK])"
    r"|\x1b(\[[0-9;?]*[A-Za-z]|\][^\x07\x1b]*(\x07|\x1b\\)|\(.|.)"
)


class Terminal:
    """One bash, its output read as it comes from a terminal: much that is printed is another through a pipe.

    Args:
        folder: where it begins.
        env: its environment.

    """

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._output, screen = pty.openpty()
        tty.setraw(screen)
        termios.tcsetwinsize(screen, ROWS_AND_COLUMNS)
        self._bash = subprocess.Popen(
            ["bash", "--norc"],
            cwd=folder,
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=screen,
            stderr=screen,
            text=True,
            start_new_session=True,
        )
        os.close(screen)
        self._said = ""
        self._news = threading.Condition()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What runs in the background does not hear Ctrl-C.
        self._end(signal.SIGTERM, signal.SIGKILL)

    def type(self, command: str, is_enough: Callable[[str], bool] | None = None) -> tuple[str, int | None]:
        """Type a command; return what it says and its exit code, or None where it runs on.

        Args:
            command: the line, or lines.
            is_enough: tells of an output whether to go on while the command runs; without it it is to end.

        """
        assert self._bash.stdin
        with self._news:
            self._said = ""
        # Nobody sits there to answer a question.
        self._bash.stdin.write(f"{{ {command}\n}} </dev/null\nprintf '\\n\\036%d\\036\\n' $?\n")
        self._bash.stdin.flush()
        with self._news:
            self._news.wait_for(
                lambda: END.search(self._said) or (is_enough and is_enough(on_screen(self._said))),
                START_SECONDS if is_enough else PATIENCE_SECONDS,
            )
            ended = END.search(self._said)
            said = on_screen(self._said[: ended.start()] if ended else self._said)
            return said, int(ended[1]) if ended else None

    def interrupt(self) -> None:
        """Press Ctrl-C, and see to it that nothing is left running."""
        self._end(signal.SIGINT, signal.SIGTERM, signal.SIGKILL)

    def _end(self, *numbers: signal.Signals) -> None:
        assert self._bash.stdin
        self._bash.stdin.close()
        for number in numbers:
            if self._is_gone(number):
                break
        self._listener.join()

    def _is_gone(self, number: int) -> bool:
        end = time.monotonic() + LEAVE_SECONDS
        with suppress(ProcessLookupError):
            os.killpg(self._bash.pid, number)
        while self._has_members() and time.monotonic() < end:
            time.sleep(POLL_SECONDS)
        return not self._has_members()

    def _has_members(self) -> bool:
        self._bash.poll()
        return any(self._is_member(process) for process in psutil.process_iter())

    def _is_member(self, process: psutil.Process) -> bool:
        with suppress(ProcessLookupError, psutil.Error):
            # One that has ended stays in its group until the machine's first process waits for it, seconds at times.
            return os.getpgid(process.pid) == self._bash.pid and process.status() != psutil.STATUS_ZOMBIE
        return False

    def _listen(self) -> None:
        # Linux reports the end of a terminal, which is that nobody has it open any more, as an error.
        with os.fdopen(self._output, encoding="utf-8", errors="replace", newline="\n") as output, suppress(OSError):
            for line in output:
                with self._news:
                    self._said += line
                    self._news.notify_all()


def on_screen(said: str) -> str:
    """Return what is left to read of an output, in which lines may be written over, as progress is."""
    rows, row, column = [""], 0, 0
    for printed in PRINTED.finditer(said):
        if text := printed["text"]:
            line = rows[row].ljust(column)
            rows[row], column = line[:column] + text + line[column + len(text) :], column + len(text)
        elif printed["end"]:
            row, column = row + 1, 0
            rows += [""] * (row == len(rows))
        elif printed["back"]:
            column = 0
        elif printed["moves"] == "A":
            row = max(0, row - int(printed["number"] or 1))
        elif printed["moves"] == "K":
            rows[row] = "" if printed["number"] == "2" else rows[row][:column]
    return "\n".join(rows)
