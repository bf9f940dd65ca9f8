"""The command `python -m tests.e2e`, which `nox -s e2e` runs."""

from __future__ import annotations

import os
import secrets
import sys
import time
from pathlib import Path

import click

from modpress.demo import Screen
from modpress.workshop import Signals, Workshop, WorkshopFault
from tests.e2e.journey import Journey

ROOT = Path(__file__).parent.parent.parent


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--keep", is_flag=True, help="Keep the folder of it all, with every log, and say where it is.")
@click.option(
    "--pictures",
    type=click.Path(file_okay=False, resolve_path=True, path_type=Path),
    help="Where the browser's pictures are kept; without it they go when all else does.",
)
@click.option("--no-browser", is_flag=True, help="Do without the browser.")
def main(pictures: Path | None, *, keep: bool, no_browser: bool) -> None:
    """Publish the example services to a fresh index, install them from there, and try the system that they make.

    Exit code 0: everything was as it should be; 1: something was not; 130: stopped by Ctrl-C.
    """
    screen, started = Screen(sys.stdout, sys.stderr, os.environ), time.perf_counter()
    password = secrets.token_urlsafe(24)
    try:
        with Signals() as signals, Workshop(os.environ, secret=password, keep=keep) as workshop:
            if keep:
                screen.say(f"The workshop is kept: {workshop.folder}")
            journey = Journey(ROOT, workshop, signals, screen, password)
            journey.run(pictures or workshop.folder / "pictures", has_browser=not no_browser)
    except WorkshopFault as fault:
        screen.complain(fault)
        sys.exit(fault.status)
    screen.say(f"\nThe system works, from its sources to its pages: {time.perf_counter() - started:.0f} s.")


if __name__ == "__main__":
    main(prog_name="python -m tests.e2e")
