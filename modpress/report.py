"""What the user sees while modules are published: one line a module, which grows a word and a time per step."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO

from modpress.module import Module

__all__ = ["Report"]


class Report:
    """Writes plain lines, without colours: they read the same on a terminal, in a log and in a mail."""

    def __init__(self, out: TextIO | None, err: TextIO | None) -> None:
        # None, for a stream that the caller has closed, is where print is silent.
        self.out = out
        self.err = err
        self.current: str | None = None

    @contextmanager
    def step(self, subject: Module | str, word: str) -> Iterator[None]:
        """Say what is done and, when it is done, how long it took."""
        self.say(subject, word)
        start = time.perf_counter()
        yield
        if self.current is None:
            self.say(subject, word)
        self._write(f" {time.perf_counter() - start:.1f} s")

    def say(self, subject: Module | str, words: str) -> None:
        """Add words to the line of a module, or of whatever else, beginning one if the last was another's."""
        if str(subject) != self.current:
            self.end_line()
            self._write(str(subject))
            self.current = str(subject)
        self._write(f"  {words}")

    def tell(self, module: Module, word: str, seconds: float) -> None:
        """Say what was done and how long it took."""
        self.say(module, word)
        self._write(f" {seconds:.1f} s")

    def plan(self, lines: Iterable[str]) -> None:
        """Write what is going to be done, and why."""
        self.end_line()
        self._write("".join(f"{line}\n" for line in lines))

    def end_line(self) -> None:
        """End the line that is being written, if there is one."""
        if self.current is not None:
            self._write("\n")
        self.current = None

    def conclude(self, lines: list[str]) -> None:
        """Write the last lines."""
        self.end_line()
        self._write("".join(f"{line}\n" for line in ["", *lines]))

    def warn(self, sentence: str) -> None:
        """Write a warning apart from the lines of progress."""
        self.end_line()
        print(f"Warning: {sentence}", file=self.err, flush=True)

    def _write(self, text: str) -> None:
        print(text, end="", file=self.out, flush=True)
