"""What the commands that look after an index share: opening it, saying who asks, and showing how far they are."""

from __future__ import annotations

import getpass
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click

from private_index.errors import NoIndex
from private_index.rows import Actor
from private_index.settings import Settings, default_users
from private_index.store import Store

# Often enough to see that it lives, seldom enough for a log.
CALM_SECONDS = 10

Item = TypeVar("Item")


def settings_at(root: Path) -> Settings:
    """Return the settings of a command that serves nothing."""
    root = root.absolute()
    return Settings(root=root, users=default_users(root))


@contextmanager
def opened(root: Path, *, new: bool = False) -> Iterator[Store]:
    """Open the index at `root`, which may be serving, and close it at the end.

    Args:
        root: its folder.
        new: whether an index may be made there.

    Raises:
        NoIndex: there is none.

    """
    settings = settings_at(root)
    if not new and not settings.catalogue.is_file():
        raise NoIndex(str(root))
    store = Store(settings)
    try:
        yield store
    finally:
        store.close()


def operator() -> Actor:
    """Return whoever runs the current command: no user of the index, but a user of this machine."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        # A container may run as a number that has no name.
        name = f"user {os.getuid()}" if sys.platform != "win32" else "somebody"
    return Actor(name=None, origin=f"{click.get_current_context().command_path} by {name}")


def watched(items: Iterable[Item], length: int, doing: str) -> Iterator[Item]:
    """Yield the items and show how far it is: a bar on a terminal, a line now and then elsewhere."""
    if sys.stderr.isatty():
        with click.progressbar(items, length=length, label=doing, file=sys.stderr) as bar:
            yield from bar
    else:
        yield from _calmly(items, lambda number: click.echo(f"{doing}: {number} of {length}", err=True))


def _calmly(items: Iterable[Item], tell: Callable[[int], None]) -> Iterator[Item]:
    told = time.monotonic()
    for number, item in enumerate(items):
        if time.monotonic() - told > CALM_SECONDS:
            tell(number)
            told = time.monotonic()
        yield item


def counted(number: int, noun: str) -> str:
    """Return "1 file" or "1,000 files"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
