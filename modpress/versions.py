"""Which version comes next. Pure: a version and a step in, a version out."""

from typing import Literal, get_args

from packaging.version import InvalidVersion, Version

from modpress.errors import Fault

__all__ = ["STEPS", "Step", "next_version"]

Step = Literal["patch", "minor", "major"]
STEPS: tuple[Step, ...] = get_args(Step)


class BadStep(Fault):
    """What was asked for is neither a step nor a version."""

    def __init__(self, step: str) -> None:
        super().__init__(f"{step!r} is no version: say patch, minor, major, or a version like 1.2.0")


class NotLarger(Fault):
    """A version was named that does not come after the present one."""

    def __init__(self, name: str, version: str, present: str) -> None:
        super().__init__(f"{name} is at {present} already, and {version} does not come after it: name a larger version")


def next_version(name: str, present: str, step: str) -> str:
    """Return the version that comes after the present one.

    Args:
        name: of the module, for the sentence of a refusal.
        present: its version.
        step: patch, minor or major, or the very version.

    Raises:
        BadStep: it is neither.
        NotLarger: that version is not larger.

    """
    now = Version(present)
    after = _stepped(now, step) if step in STEPS else _named(step)
    if after <= now:
        raise NotLarger(name, str(after), present)
    return str(after)


def _stepped(now: Version, step: str) -> Version:
    """Return the next final release; what was a pre-release of it becomes it."""
    place = STEPS[::-1].index(step)
    numbers = [*now.release, 0, 0][: max(3, len(now.release))]
    if now.is_prerelease and not any(numbers[place + 1 :]):
        return Version(f"{now.epoch}!{'.'.join(map(str, numbers))}")
    raised = [*numbers[:place], numbers[place] + 1, *[0] * (len(numbers) - place - 1)]
    return Version(f"{now.epoch}!{'.'.join(map(str, raised))}")


def _named(step: str) -> Version:
    try:
        return Version(step)
    except InvalidVersion:
        raise BadStep(step) from None
