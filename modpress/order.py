"""What was asked for, with what the environment says. Light: it is known before anything slow is loaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from modpress.destination import Wish

__all__ = ["Manners", "Order"]


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How to deal with an index, whichever it is.

    Attributes:
        wait: seconds to wait for an answer, and for a new release to appear.
        is_interactive: whether somebody can be asked for a password.
        shows_progress: whether a bar may be drawn.
        certificates: a file of authorities to trust instead of the usual ones.

    """

    wait: float
    is_interactive: bool = False
    shows_progress: bool = False
    certificates: str | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """What was asked for, and the surroundings in which it was."""

    paths: Sequence[Path]
    asked: Wish
    environment: Wish
    manners: Manners
    environ: Mapping[str, str]
    waived: frozenset[str] = frozenset()
    is_rehearsal: bool = False
