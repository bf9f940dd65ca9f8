"""What the adder does: two texts in, their sum out. It knows no HTTP."""

import re
from decimal import Decimal, localcontext

from servicekit import RefusedError

# Long enough for every sum that is meant; a million digits would keep others waiting.
LONGEST = 200
# So much of a text is repeated to whoever typed it.
SHOWN = 30
NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


class NotANumberError(RefusedError):
    """A text that is no number, or too long a one."""

    def __init__(self, text: str) -> None:
        shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
        super().__init__(f"“{shown}” is not a number: write digits, as in 12, -3 or 0.5, at most {LONGEST}")


def add(first: str, second: str) -> str:
    """Return the sum, exactly.

    >>> add("1", "2")
    '3'
    >>> add("0.1", "0.2")
    '0.3'
    """
    check_number(first)
    check_number(second)
    if "." in first + second:
        return add_decimals(first, second)
    # Most are whole, and their sum is exact at a tenth of the price.
    return str(int(first) + int(second))


def add_decimals(first: str, second: str) -> str:
    """Return the sum of two numbers with a fraction, exactly."""
    with localcontext() as context:
        # Every digit counts: Python would otherwise round to 28.
        context.prec = 2 * LONGEST + 2
        # Adding nothing turns minus nothing into nothing.
        return format(Decimal(first) + Decimal(second) + 0, "f")


def check_number(text: str) -> None:
    """Raise NotANumberError for a text that is none."""
    if len(text) > LONGEST or NUMBER.fullmatch(text) is None:
        raise NotANumberError(text)
