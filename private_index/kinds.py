"""What kinds of values a setting can have, and how each is read from a file or from text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]i?)?b?", re.IGNORECASE)
_UNITS = {"": 1} | {
    unit: base**power
    for power, letter in enumerate("kmgt", start=1)
    for unit, base in ((letter, 1000), (f"{letter}i", 1024))
}
_TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a setting may be.

    Args:
        expects: the same, for a sentence.
        types: what it is in TOML.
        of_text: makes that of a text, as the command line and the environment have them; raises ValueError or KeyError.
        check: makes the value of it; raises ValueError or TypeError.

    """

    expects: str
    types: tuple[type, ...] = (str,)
    of_text: Callable[[str], Any] = str
    check: Callable[[Any], Any] = lambda value: value

    def parse(self, text: str) -> Any:  # noqa: ANN401 - each kind has its own type
        """Return the value that a text means.

        Raises:
            ValueError: it means none.

        """
        try:
            return self.check(self.of_text(text))
        except (KeyError, TypeError, ValueError):
            raise ValueError(text) from None

    def take(self, value: object) -> Any:  # noqa: ANN401 - as above
        """Return the value that a TOML value means.

        Raises:
            ValueError: it means none.

        """
        # In Python, though not in TOML, true is a number.
        if not isinstance(value, self.types) or (isinstance(value, bool) and bool not in self.types):
            raise ValueError(value)
        try:
            return self.check(value)
        except TypeError:
            raise ValueError(value) from None


def parse_size(size: str | int) -> int:
    """Return the bytes of a size such as 500MB (in thousands) or 2GiB (in 1024s), or a plain number of bytes."""
    match = _SIZE.fullmatch(str(size).strip())
    if match is None:
        raise ValueError(size)
    number, unit = match.groups(default="")
    return int(float(number) * _UNITS[unit.lower()])


def number(low: int, high: int) -> Kind:
    """Return the kind of whole numbers from `low` to `high`."""

    def check(number: int) -> int:
        if not low <= number <= high:
            raise ValueError(number)
        return number

    return Kind(expects=f"a whole number from {low} to {high}", types=(int,), of_text=int, check=check)


def choice(choices: tuple[str, ...]) -> Kind:
    """Return the kind of one text out of several."""

    def check(choice: str) -> str:
        if choice not in choices:
            raise ValueError(choice)
        return choice

    return Kind(expects=" or ".join(choices), check=check)


def _seconds(seconds: float) -> float:
    if seconds < 0 or not math.isfinite(seconds):
        raise ValueError(seconds)
    return seconds


def _texts(texts: list[str]) -> tuple[str, ...]:
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(texts)
    return tuple(texts)


TEXT = Kind(expects="a text")
OPTIONAL_URL = Kind(expects="a URL, or an empty text for none", check=lambda text: text or None)
PATH = Kind(expects="a path", check=Path)
OPTIONAL_PATH = Kind(expects="a path, or an empty text for none", check=lambda text: Path(text) if text else None)
FLAG = Kind(expects="true or false", types=(bool,), of_text=lambda text: _TRUTH[text.lower()])
SECONDS = Kind(expects="a number of seconds", types=(int, float), of_text=float, check=_seconds)
SIZE = Kind(expects="a size such as 500MB or 2GiB", types=(str, int), check=parse_size)
LIST = Kind(expects="a list of texts", types=(list,), of_text=str.split, check=_texts)
