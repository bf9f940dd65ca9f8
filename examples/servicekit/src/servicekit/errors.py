"""What can go wrong between services. Each error makes its own sentence; whoever prints it needs no more."""

from collections.abc import Mapping
from typing import Any


class RefusedError(Exception):
    """What the caller asked for cannot be, and the caller can mend it: the sentence travels to the caller."""


class MuError(Exception):
    """A message got no answer."""

    kind = "failed"


class NoRouteError(MuError):
    """No pattern matches, and there is no default."""

    kind = "no-route"

    def __init__(self, shown: Mapping[str, Any]) -> None:
        pairs = ", ".join(f"{key}: {value!r}" for key, value in sorted(shown.items()))
        super().__init__(f"no pattern matches a message with {pairs or 'none of the known keys'}")


class TimedOutError(MuError):
    """The answer did not come in time; whether the work was done is not known."""

    kind = "timed-out"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {seconds:.3g} s")


class TooManyHopsError(MuError):
    """Services hand the message round in a circle."""

    kind = "too-many-hops"

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(f"the message went too far: {' > '.join(path)}; two services route it to each other")


class UnreachableError(MuError):
    """Nobody took the message: it is safe to send it elsewhere."""

    kind = "unreachable"

    def __init__(self, *, where: str, reason: str) -> None:
        super().__init__(f"{where} cannot be reached: {reason}")


class AnswerLostError(MuError):
    """The message was taken, but the answer never came: sending it again may do the work twice."""

    kind = "lost"

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where} took the message and gave no answer: {reason}")


class RemoteError(MuError):
    """The other side answered with an error of its own."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind

    @property
    def is_refusal(self) -> bool:
        """Whether the caller can mend it, and the sentence is meant for them."""
        return self.kind == "refused"


class MalformedError(MuError):
    """What came over the wire is no envelope."""

    kind = "malformed"

    def __init__(self, *, lacks: str) -> None:
        super().__init__(f"this is no message of mu: it lacks {lacks}")
