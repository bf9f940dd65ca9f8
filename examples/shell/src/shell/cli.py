"""The command: a compose file in, a system up. Nothing else here prints."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from shell.alone import AnotherError, alone
from shell.topology import Service, TopologyError, read_topology

PROGRAM = "shell"

EPILOG = """\
A service with `build` in the compose file runs as a process; one with only an `image` is left to others. What
services write is kept in var/log beside the compose file. At the prompt, help lists the commands.

exit codes:
  0  everything was stopped
  1  the compose file cannot be used, or another shell runs it already
  2  the command is not understood
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    # Until there is something to stop, Ctrl-C ends us at once and without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    options = parser().parse_args(arguments)
    path = options.file.resolve()
    try:
        services = read_topology(path, os.environ)
        with alone(path.parent / "var" / "shell.lock") as lock:
            run(options, services, path.parent, lock)
    except (TopologyError, AnotherError) as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1
    return 0


def run(options: argparse.Namespace, services: list[Service], root: Path, lock: int) -> None:
    """Run from the first start to the last stop."""
    # Large: a Ctrl-C while they load meets what main has said.
    from rich.console import Console  # noqa: PLC0415

    from shell.sessions import Wishes, session  # noqa: PLC0415

    wishes = Wishes(
        services=services,
        root=root,
        lock=lock,
        environ=dict(os.environ),
        dns_port=options.dns_port,
        has_prompt=not options.headless,
    )
    asyncio.run(session(wishes, Console(highlight=False)))


def parser() -> argparse.ArgumentParser:
    """Return what the command understands."""
    result = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Run a whole system of services while you work on it.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = result.add_argument
    add("--file", metavar="FILE", type=Path, default=Path("compose.yaml"), help="default: compose.yaml")
    add("--dns-port", metavar="PORT", type=int, default=0, help="default: any that is free")
    add("--headless", action="store_true", help="no prompt: run until a signal says stop")
    add("--version", action="version", version=f"{PROGRAM} {version(PROGRAM)}")
    return result
