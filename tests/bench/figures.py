"""What a run has measured: numbers for a peer, a size and a question, and why others are missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

# A project page of our smallest and of our largest index, asked for in turn.
BOTH_ENDS = "page at both ends"


@dataclass(frozen=True)
class Key:
    """What numbers are about.

    Args:
        what: the question, "page" for example.
        peer: who was asked.
        size: how many files it had.
        slow: whether slow clients were attached.

    """

    what: str
    peer: str
    size: int
    slow: bool = False


@dataclass
class Figures:
    """Everything that one run has found.

    Args:
        command: what makes it again.
        machine: facts about where it ran, in words.
        peers: the names and titles of those who were measured, ours first.
        sizes: how many files, smallest first.
        seconds: how long each round of a load lasted.
        rounds: how many rounds each load had.
        large: how many bytes the large upload had.
        numbers: what was measured, round by round; times in seconds, memory in bytes, rates in answers a second.
        missing: sentences on what could not be measured.

    """

    command: str
    machine: list[str]
    peers: dict[str, str]
    sizes: list[int]
    seconds: float
    rounds: int
    large: int
    numbers: dict[Key, list[float]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def get(self, what: str, peer: str, size: int, *, slow: bool = False) -> float | None:
        """Return the median of the rounds, if it was measured."""
        found = self.numbers.get(Key(what, peer, size, slow))
        return median(found) if found else None

    def ratio(self, what: str, peers: tuple[str, str], size: int, *, slow: bool = False) -> float | None:
        """Return one peer's number as a multiple of the other's at the same size."""
        one, other = (Key(what, peer, size, slow) for peer in peers)
        return self.ratio_of(one, other)

    def ratio_of(self, one: Key, other: Key) -> float | None:
        """Return one number as a multiple of another.

        A round of the one is held against the round of the other that came right before or after it, so that a machine
        which slows down meanwhile is not mistaken for a difference; then comes the median.
        """
        rounds = zip(self.numbers.get(one, []), self.numbers.get(other, []), strict=False)
        ratios = [number / base for number, base in rounds if base]
        return median(ratios) if ratios else None

    def over_sizes(self, what: str, peer: str, *, slow: bool = False) -> dict[int, float]:
        """Return a peer's numbers by size."""
        found = {size: self.get(what, peer, size, slow=slow) for size in self.sizes}
        return {size: number for size, number in found.items() if number is not None}

    def as_json(self) -> dict[str, Any]:
        """Return everything in a form that JSON knows."""
        rows = [{**vars(key), "rounds": rounds} for key, rounds in self.numbers.items()]
        return {**vars(self), "numbers": rows}


def figures_from(content: dict[str, Any]) -> Figures:
    """Return what `as_json` has written."""
    rows: Iterable[dict[str, Any]] = content.pop("numbers")
    numbers = {Key(row["what"], row["peer"], row["size"], row["slow"]): row["rounds"] for row in rows}
    return Figures(**content, numbers=numbers)
