"""What every fault of an index is: a sentence, and the HTTP status that goes with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

LONGEST_SHOWN = 256


class IndexFault(Exception):
    """A fault with a sentence for the person who caused it or can mend it.

    `status` is the HTTP status that says most by itself, since many clients show no more (RFC 9110).
    """

    status = 400

    @property
    def sentence(self) -> str:
        """What is wrong, which one, and what to do now."""
        return str(self)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentence of each fault, where there are several."""
        return (self.sentence,)


class SeveralFaults(IndexFault):
    """All that is wrong with one file, so that nobody mends it one upload at a time."""

    def __init__(self, faults: Sequence[IndexFault]) -> None:
        super().__init__("\n".join(fault.sentence for fault in faults))
        self.faults = tuple(faults)
        # The higher of our statuses is the graver: 403 forbids what 400 would let be mended.
        self.status = max(fault.status for fault in faults)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentence of each fault."""
        return tuple(sentence for fault in self.faults for sentence in fault.sentences)


def together(faults: Sequence[IndexFault]) -> IndexFault:
    """Return one fault as it is, several as one."""
    return faults[0] if len(faults) == 1 else SeveralFaults(faults)


def shown(typed: str) -> str:
    """Return what somebody typed as a sentence quotes it: its beginning, where it is long."""
    return repr(typed if len(typed) <= LONGEST_SHOWN else f"{typed[:LONGEST_SHOWN]}…")


def nearest(typed: str, known: Iterable[str]) -> str | None:
    """Return what somebody may have meant, if anything known is like it."""
    return next(iter(get_close_matches(typed, sorted(known), n=1)), None)


def hint(near: str | None) -> str:
    """Return the part of a sentence that names the nearest known one, if there is any."""
    return "" if near is None else f"; the nearest is {near}"
