"""Files that somebody put into the folder by hand, past the index: their projects' names are not for the world."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

import anyio
from anyio import CapacityLimiter, to_thread

from private_index.catalogue import Catalogue
from private_index.errors import BadFilename
from private_index.filenames import parse_filename

log = logging.getLogger(__name__)

# A folder's time moves in steps of the kernel's clock: what changes within the same step is not seen by it.
CLOCK_STEP = 100_000_000
SHOWN = 5


class Strangers:
    """The projects whose files lie in the folder though the catalogue does not know them.

    Nobody is asked while nothing changes in the folder. After a change, the folder is listed once, in a thread, and
    only names that were not there before are looked up.

    Args:
        root: the folder.
        catalogue: what is known.

    """

    def __init__(self, root: Path, catalogue: Catalogue) -> None:
        self._root = root
        self._catalogue = catalogue
        self._seen = -1
        self._known: set[str] = set()
        self._projects: frozenset[str] = frozenset()
        self._told: frozenset[str] = frozenset()
        self._began = 0.0
        self._lock = anyio.Lock()
        self._limiter = CapacityLimiter(1)

    async def hold(self, name: str) -> bool:
        """Return whether a file of that project lies there and is not published."""
        asked = time.monotonic()
        if self._changed() != self._seen:
            async with self._lock:
                # Who waited while the folder was listed for another has the same answer.
                if self._began <= asked:
                    self._began = time.monotonic()
                    await to_thread.run_sync(self._look, limiter=self._limiter)
        return name in self._projects

    def _changed(self) -> int:
        return self._root.stat().st_mtime_ns

    def _look(self) -> None:
        changed = self._changed()
        names = set(os.listdir(self._root))  # noqa: PTH208 - a hundred thousand paths would take a second
        self._known &= names
        unknown = names - self._known
        if unknown:
            held = self._catalogue.held_among(unknown)
            self._known |= held
            unknown -= held
        projects = frozenset(filter(None, map(_project, unknown)))
        # An upload lies there for a moment before the catalogue knows of it.
        is_settled = abs(time.time_ns() - changed) > CLOCK_STEP
        if is_settled and projects != self._told:
            log.warning("in the folder, but not published until the next start: files of %s", _listed(projects))
            self._told = projects
        self._projects = projects
        self._seen = changed if is_settled else -1


def _listed(projects: frozenset[str]) -> str:
    return ", ".join(sorted(projects)[:SHOWN]) or "no project any more"


def _project(filename: str) -> str | None:
    try:
        return parse_filename(filename).name
    except BadFilename:
        return None
