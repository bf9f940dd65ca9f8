"""Which pattern a message matches. Pure: a message in, what was kept under its best pattern out.

A message matches a pattern if it has every key of the pattern with an equal value; other keys are ignored.
Of the patterns that match, the one with most keys wins, and of those the one that was added first.
"""

import bisect
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

Message = dict[str, Any]
Pattern = Mapping[str, Any]

DEFAULT = "*"
Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Entry(Generic[Kept]):
    """A pattern, and what is kept under it."""

    pattern: Pattern
    kept: Kept
    number: int

    @property
    def rank(self) -> tuple[bool, int, int]:
        """The order in which patterns are asked; what names no value at all is asked last."""
        return (not any(map(is_plain, self.pattern.values())), -len(self.pattern), self.number)


class Router(Generic[Kept]):
    """Patterns, and what is kept under each."""

    def __init__(self) -> None:
        self._entries: list[Entry[Kept]] = []
        self._default: Entry[Kept] | None = None

    def add(self, pattern: Pattern | str, kept: Kept) -> None:
        """Keep something under a pattern; under the text "*", for messages that match no other."""
        if isinstance(pattern, str):
            self._default = Entry(only_default(pattern), kept, 0)
            return
        # A copy: what a caller does to its dictionary later must not change who is asked.
        bisect.insort(self._entries, Entry(dict(pattern), kept, len(self._entries)), key=lambda e: e.rank)

    def lookup(self, message: Message) -> Kept | None:
        """Return what is kept under the best pattern, or under the default, or else nothing."""
        best = next(self._matching(message), self._default)
        return None if best is None else best.kept

    def list(self, message: Message) -> list[Kept]:
        """Return what is kept under every pattern that matches, best first, without the default."""
        return [entry.kept for entry in self._matching(message)]

    def shown(self, message: Message) -> dict[str, Any]:
        """Return the part of a message that routing looks at; the rest may be nobody's business."""
        keys = {key for entry in self._entries for key in entry.pattern}
        return {key: value for key, value in message.items() if key in keys}

    def _matching(self, message: Message) -> Iterator[Entry[Kept]]:
        return (entry for entry in self._entries if matches(entry.pattern, message))


class NotAPatternError(TypeError):
    """A text other than "*"."""

    def __init__(self, text: str) -> None:
        super().__init__(f'{text!r} is no pattern: give a mapping, or "*" for messages that match no other')


def only_default(pattern: str) -> Pattern:
    """Return the pattern that the text "*" stands for; no other text is one."""
    if pattern != DEFAULT:
        raise NotAPatternError(pattern)
    return {}


def matches(pattern: Pattern, message: Message) -> bool:
    """Tell whether the message has all that the pattern asks for."""
    return all(key in message and equals(wanted, message[key]) for key, wanted in pattern.items())


def equals(wanted: Any, given: Any) -> bool:  # noqa: ANN401 - any value of JSON
    """Compare as JSON does: true is not 1, but 1.0 is; objects, lists and null equal nothing."""
    if isinstance(wanted, re.Pattern):
        pattern = cast("re.Pattern[str]", wanted)
        return pattern.search(given if isinstance(given, str) else json.dumps(given)) is not None
    if not is_plain(wanted) or isinstance(wanted, bool) is not isinstance(given, bool):
        return False
    return bool(wanted == given)


def is_plain(wanted: Any) -> bool:  # noqa: ANN401 - any value of JSON
    """Tell whether a value is one that another can equal: a text, a number, true or false."""
    return isinstance(wanted, str | int | float)
