"""Modules are built several at once, and each a second time for the guard that compares; begun is not waited for."""

import os
import sysconfig
import time
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from packaging.utils import NormalizedName

from modpress.builds import build, build_again
from modpress.keeping import find_kept
from modpress.module import Module
from modpress.pools import Pool
from modpress.release import Artifact, Release

__all__ = ["AGAIN", "Made", "Making"]

# The guard that compares.
AGAIN = "reproducible"
Again = Future[tuple[Artifact, Artifact]]


@dataclass(frozen=True)
class Made:
    """A module that was built.

    Attributes:
        release: what came of it.
        seconds: how long it took.
        again: its second build, which may not have ended.
        is_kept: that neither was done now, but before a publication broke off.

    """

    release: Release
    seconds: float = 0
    again: Again | None = None
    is_kept: bool = False


class Making:
    """The builds of one publication. It is done in threads, since it is the work of other processes."""

    def __init__(self, scratch: Path, *, waived: Collection[str] = ()) -> None:
        self.scratch = scratch
        self.waived = frozenset(waived)
        # Python fills these in when they are first asked for, and not safely if two threads ask.
        sysconfig.get_config_vars()
        # More builds than cores would only slow each other down.
        self.pool = Pool(os.cpu_count())
        self._begun: dict[NormalizedName, Future[Made]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what is still being built, if something was wrong or nobody wants it any more."""
        self.pool.__exit__(kind, fault, trace)

    def begin(self, modules: Iterable[Module]) -> None:
        """Begin to build what is not being built yet."""
        for module in modules:
            if module.key not in self._begun:
                self._begun[module.key] = self.pool.submit(self._make, module)

    def results(self, modules: Iterable[Module]) -> Iterator[Made]:
        """Yield what comes of modules, in their order; the first fault ends it."""
        modules = list(modules)
        self.begin(modules)
        for module in modules:
            yield self.made(module)

    def made(self, module: Module) -> Made:
        """Return what came of a module."""
        return self._begun[module.key].result()

    def _make(self, module: Module) -> Made:
        start = time.perf_counter()
        kept = find_kept(module)
        if kept:
            return Made(kept, is_kept=True)
        release = build(module, self.scratch)
        seconds = time.perf_counter() - start
        if AGAIN in self.waived | module.waived:
            return Made(release, seconds)
        # Not at the same time: some backends write beside the sources.
        return Made(release, seconds, self.pool.submit(build_again, module, self.scratch / module.key / "again"))
