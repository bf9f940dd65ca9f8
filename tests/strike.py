"""Run a command of private-index, and kill it just before it touches a folder for the nth time.

    python strike.py N FOLDER yank acme-greet 1.0

Opening, linking, renaming, removing: whatever Python tells its auditors of is a point (PEP 578). No code is changed.
"""

from __future__ import annotations

import itertools
import os
import runpy
import signal
import sys
from collections.abc import Iterator


def arm(points: Iterator[int], last: int, folder: str) -> None:
    """Kill this process at the `last` of the points at which it touches the folder."""

    def strike(_event: str, arguments: tuple[object, ...]) -> None:
        touched = any(folder in str(argument) for argument in arguments if isinstance(argument, str | os.PathLike))
        if touched and next(points) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(strike)


if __name__ == "__main__":
    _, point, root, *rest = sys.argv
    sys.argv = ["private-index", *rest]
    arm(itertools.count(1), int(point), root)
    runpy.run_module("private_index", run_name="__main__", alter_sys=True)
