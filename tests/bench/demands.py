"""What the index must reach, and whether a run's figures say that it does. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from tests.bench.figures import BOTH_ENDS, Figures, Key

OURS_TO_NGINX = ("ours", "nginx")
OURS_TO_STOCK = ("ours", "pypiserver")
QUICK = ("page", "page-304", "file-50kB")
MB = 1000**2


@dataclass(frozen=True)
class Demand:
    """One thing that the index must reach.

    Args:
        sentence: what, with {size} for the largest index and {large} for the large upload's size.
        find: takes it out of the figures; None where it was not measured.
        limit: what it is held against.
        side: whether it must be at least or below the limit.
        unit: of both numbers.

    """

    sentence: str
    find: Callable[[Figures], float | None]
    limit: float
    side: Literal["at least", "below"]
    unit: str = ""

    def judge(self, figures: Figures) -> Verdict:
        """Return what the figures say about it."""
        found = self.find(figures)
        sentence = self.sentence.format(size=f"{max(figures.sizes):,}", large=f"{figures.large // MB:,} MB")
        if found is None:
            return Verdict(sentence, "-", self._wanted(), "not measured")
        kept = found >= self.limit if self.side == "at least" else found < self.limit
        return Verdict(sentence, f"{found:.2f}{self.unit}", self._wanted(), "kept" if kept else "missed")

    def _wanted(self) -> str:
        return f"{self.side} {self.limit:g}{self.unit}"


@dataclass(frozen=True)
class Verdict:
    """What came of a demand, as texts for a table."""

    sentence: str
    found: str
    wanted: str
    verdict: Literal["kept", "missed", "not measured"]


def _to_nginx(what: str) -> Callable[[Figures], float | None]:
    return lambda figures: figures.ratio(what, OURS_TO_NGINX, max(figures.sizes), slow=True)


def _fall(figures: Figures) -> float | None:
    small, large = (Key(BOTH_ENDS, "ours", end(figures.sizes), slow=True) for end in (min, max))
    ratio = figures.ratio_of(large, small)
    return None if ratio is None else 1 - ratio


def _slowest(figures: Figures) -> float | None:
    size = max(figures.sizes)
    found = _known(figures.get(f"{what} p99", "ours", size, slow=True) for what in QUICK)
    return max(found) * 1000 if len(found) == len(QUICK) else None


def _uploads(figures: Figures) -> float | None:
    return min(_known(figures.ratio("uploads", OURS_TO_STOCK, size) for size in figures.sizes), default=None)


def _added(what: str) -> Callable[[Figures], float | None]:
    def find(figures: Figures) -> float | None:
        found = figures.over_sizes(what, "ours")
        return max(found.values()) / MB if found else None

    return find


def _start(figures: Figures) -> float | None:
    found = figures.over_sizes("start", "ours")
    return max(found.values()) if len(found) == len(figures.sizes) else None


def _known(numbers: Iterable[float | None]) -> list[float]:
    return [number for number in numbers if number is not None]


SLOW = "with 200 slow clients"
DEMANDS = (
    Demand(f"a project page at {{size}} files, {SLOW}, to nginx", _to_nginx("page"), 0.5, "at least"),
    Demand(f"a file of 50 kB at {{size}} files, {SLOW}, to nginx", _to_nginx("file-50kB"), 0.3, "at least"),
    Demand(f"a file of 20 MB at {{size}} files, {SLOW}, to nginx", _to_nginx("file-20MB"), 0.9, "at least"),
    Demand("how far the page's rate falls from the smallest to the largest index, asked in turn", _fall, 0.1, "below"),
    Demand(f"the slowest p99 of page, 304 and 50 kB at {{size}} files, {SLOW}", _slowest, 20, "below", " ms"),
    Demand("uploads of 50 kB, flushed, to stock unflushed; the worst size", _uploads, 1, "at least"),
    Demand("memory added by an upload of {large}", _added("upload adds"), 50, "below", " MB"),
    Demand("memory added by a download of {large}", _added("download adds"), 50, "below", " MB"),
    Demand("start-up at the slowest size", _start, 1.5, "below", " s"),
)


def verdicts(figures: Figures) -> list[Verdict]:
    """Return what came of every demand."""
    return [demand.judge(figures) for demand in DEMANDS]
