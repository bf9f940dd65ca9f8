"""The command: ask, and show. Nothing else here prints."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from rich.console import Console
from servicekit import MuError
from servicekit.queue import QueueError

from report.asking import summary
from report.drawing import as_lines, as_table

PROGRAM = "report"
QUEUE_URL = "sqlite:var/queue.db"

EPILOG = f"""\
environment:
  QUEUE_URL  where services meet: sqlite:FILE or redis://HOST:PORT/NUMBER (default: {QUEUE_URL})

exit codes:
  0  the report is shown
  1  no answer came in time, or the queue cannot be used
  2  the command is not understood
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        counts = asyncio.run(summary(os.environ.get("QUEUE_URL", QUEUE_URL), options.seconds))
    except (MuError, QueueError) as error:
        print(f"{PROGRAM}: {error}; is the service events up?", file=sys.stderr)
        return 1
    show(counts)
    return 0


def show(counts: dict[str, int]) -> None:
    """Show a table to a person, and lines to a program."""
    console = Console(highlight=False)
    if console.is_terminal:
        console.print(as_table(counts))
    else:
        print(as_lines(counts), end="")


def parser() -> argparse.ArgumentParser:
    """Return what the command understands."""
    result = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Show which pages are read most.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = result.add_argument
    add(
        "--seconds", metavar="N", type=float, default=5.0, help="how long to wait for the answer (default: 5)"
    )
    add("--version", action="version", version=f"{PROGRAM} {version(PROGRAM)}")
    return result
