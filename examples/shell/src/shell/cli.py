"""The command: a compose file in, a system up. Nothing else here prints."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from shell.sessions import Wishes, session
from shell.topology import TopologyError, read_topology

PROGRAM = "shell"

EPILOG = """\
A service with `build` in the compose file runs as a process; one with only an `image` is left to others. What
services write is kept in var/log beside the compose file. At the prompt, help lists the commands.

exit codes:
  0  everything was stopped
  1  the compose file cannot be used
  2  the command is not understood
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = parser().parse_args(arguments)
    path = options.file.resolve()
    try:
        services = read_topology(path, os.environ)
    except TopologyError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1
    wishes = Wishes(
        services=services,
        root=path.parent,
        environ=dict(os.environ),
        dns_port=options.dns_port,
        has_prompt=not options.headless,
    )
    asyncio.run(session(wishes, Console(highlight=False)))
    return 0


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
