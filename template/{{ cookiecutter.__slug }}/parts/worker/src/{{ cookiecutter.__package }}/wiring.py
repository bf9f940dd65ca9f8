"""Where messages come from and answers go to: a line of JSON each, from standard input to standard output."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from types import FrameType

from {{ cookiecutter.__package }}.service import handle
from {{ cookiecutter.__package }}.telemetry import Span, spans


@dataclass
class Worker:
    """Handles one message after the other; one that has begun is always finished."""

    answer: Callable[[str], None]
    refuse: Callable[[str], None]
    span: Span = nullcontext
    is_busy: bool = False
    is_stopping: bool = False

    def run(self, lines: Iterable[str]) -> int:
        """Handle every line, until the last or until told to stop; return how many were refused."""
        refused = 0
        for number, line in enumerate(lines, start=1):
            self.is_busy = True
            try:
                with self.span("message"):
                    self.answer(json.dumps(handle(json.loads(line)), ensure_ascii=False))
            except ValueError as error:
                refused += 1
                self.refuse(f"message {number}: {error}")
            self.is_busy = False
            if self.is_stopping:
                break
        return refused

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Stop after the message at hand, or at once if there is none."""
        self.is_stopping = True
        if not self.is_busy:
            raise SystemExit(0)


def main() -> None:
    """Handle the messages of standard input; exit code 1 says that some were refused."""
    worker = Worker(
        answer=lambda text: print(text, flush=True),
        refuse=lambda text: print(text, file=sys.stderr, flush=True),
        span=spans(os.environ),
    )
    signal.signal(signal.SIGTERM, worker.stop)
    sys.exit(1 if worker.run(sys.stdin) else 0)
