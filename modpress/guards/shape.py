"""The one shape of every guard: a name, what it says, and a check whose answer is a verdict."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    # `--help` lists the guards, and need not wait for what they look at.
    from modpress.guards.case import Case

__all__ = ["Guard", "Lane", "Outcome", "SetGuard", "Verdict", "failed", "judged", "passed", "skipped"]


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "FAILED"
    SKIPPED = "skipped"
    WAIVED = "waived"


class Lane(StrEnum):
    """What a guard waits for: guards of one lane follow one another, lanes go side by side."""

    HERE = "here"
    GIT = "git"
    INDEX = "index"
    BUILD = "build"
    ENVIRONMENT = "environment"


@dataclass(frozen=True)
class Verdict:
    """What one guard says of one subject.

    Attributes:
        outcome: how it ended.
        sentences: each fault with what to do now; of a skipped guard, the reason.

    """

    outcome: Outcome
    sentences: tuple[str, ...] = ()

    @property
    def is_fault(self) -> bool:
        """Whether it stands against publishing."""
        return self.outcome is Outcome.FAILED


def passed() -> Verdict:
    """Return the verdict of a guard that found nothing."""
    return Verdict(Outcome.PASSED)


def failed(*sentences: str) -> Verdict:
    """Return the verdict of a guard that found something."""
    return Verdict(Outcome.FAILED, sentences)


def skipped(reason: str) -> Verdict:
    """Return the verdict of a guard that has nothing to look at."""
    return Verdict(Outcome.SKIPPED, (reason,))


def judged(sentences: Iterable[str]) -> Verdict:
    """Return the verdict that these faults, or their absence, make."""
    found = tuple(sentences)
    return failed(*found) if found else passed()


class _Described(ABC):
    """What every guard tells of itself.

    Attributes:
        name: as `--waive` and the table spell it.
        family: what it looks at.
        says: what it promises of a release that passes, in a sentence.
        lane: what it waits for.
        reads: whether there is nothing to look at for it where the index shows no page.
        is_waivable: whether a person may do without it.
        loads: the libraries that it alone needs, and every time.

    """

    name: ClassVar[str]
    family: ClassVar[str]
    says: ClassVar[str]
    lane: ClassVar[Lane] = Lane.HERE
    reads: ClassVar[bool] = False
    is_waivable: ClassVar[bool] = True
    loads: ClassVar[tuple[str, ...]] = ()


class Guard(_Described):
    """One thing that is to be true of a module before anything goes up."""

    @abstractmethod
    def check(self, case: Case) -> Verdict:
        """Look at one module."""


class SetGuard(_Described):
    """One thing that is to be true of all modules together."""

    @abstractmethod
    def check(self, cases: Sequence[Case]) -> Verdict:
        """Look at all modules."""
