"""Which modules are to be published, and why. Pure: what the tree, git and the index hold decides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from packaging.utils import NormalizedName
from packaging.version import Version

from modpress.errors import Fault
from modpress.module import Module

__all__ = ["Facts", "NotBumped", "Verdict", "judge", "refuse_unbumped"]

Kind = Literal["first", "new", "follows", "half", "edited", "unknown", "unchanged"]
FILES_SHOWN = 3
# A module in which nothing else was edited since its last release goes out for another's sake.
BOOKKEEPING = frozenset({"pyproject.toml", "CHANGELOG.md", "uv.lock"})


class NotBumped(Fault):
    """Modules were changed whose versions the index has already."""

    def __init__(self, verdicts: Sequence["Verdict"]) -> None:
        names = " ".join(str(verdict.module.folder.name) for verdict in verdicts)
        changes = "; ".join(f"{verdict.module.name} {verdict.reason}" for verdict in verdicts)
        super().__init__(f"{changes}. Bump the version: modpress release patch|minor|major {names}")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of one module.

    Attributes:
        module: as the tree has it.
        published: version -> names of its files, as the index has them.
        edited: the files edited since the tag of this version; None without git, or without the tag.
        edited_before: the files edited since the tag of the last published version; None if that can't be told.

    """

    module: Module
    published: Mapping[str, frozenset[str]]
    edited: Sequence[str] | None = None
    edited_before: Sequence[str] | None = None

    @property
    def latest(self) -> str | None:
        """The largest version on the index."""
        return max(self.published, key=Version, default=None)

    @property
    def held(self) -> frozenset[str]:
        """The files of the tree's version that the index has."""
        return self.published.get(str(self.module.version), frozenset())


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether one module is to be published, and why."""

    module: Module
    kind: Kind
    reason: str

    @property
    def is_needed(self) -> bool:
        """Whether it has to be built: to be published, or to be compared with what is there."""
        return self.kind != "unchanged"


def judge(facts: Iterable[Facts]) -> list[Verdict]:
    """Decide for each module, in the order they are given in: a module comes after what it needs."""
    going: dict[NormalizedName, str] = {}
    verdicts = []
    for known in facts:
        verdict = _judge_one(known, going)
        if verdict.kind in {"first", "new", "follows"}:
            going[known.module.key] = known.module.name
        verdicts.append(verdict)
    return verdicts


def refuse_unbumped(verdicts: Iterable[Verdict], differing: Iterable[NormalizedName]) -> None:
    """Refuse to go on if modules that were edited differ from what the index has under their version."""
    names = set(differing)
    guilty = [verdict for verdict in verdicts if verdict.kind == "edited" and verdict.module.key in names]
    if guilty:
        raise NotBumped(guilty)


def _judge_one(known: Facts, going: Mapping[NormalizedName, str]) -> Verdict:
    module = known.module
    if module.version is None:
        return Verdict(module=module, kind="unknown", reason="its version is known once it is built")
    if known.held:
        return _judge_held(known)
    if known.latest is None:
        return Verdict(module=module, kind="first", reason="first version")
    leaders = sorted(name for key, name in going.items() if key in module.dependencies)
    if leaders and known.edited_before is not None and _is_bookkeeping(known.edited_before):
        return Verdict(module=module, kind="follows", reason=f"follows {' and '.join(leaders)}")
    return Verdict(module=module, kind="new", reason=f"new version, after {known.latest}")


def _judge_held(known: Facts) -> Verdict:
    module = known.module
    kinds = {filename.endswith(".whl") for filename in known.held}
    if kinds != {True, False}:
        missing = "wheel" if False in kinds else "sdist"
        return Verdict(module=module, kind="half", reason=f"half published, the {missing} is missing")
    if known.edited is None:
        return Verdict(module=module, kind="unknown", reason="on the index, without a tag here: compared")
    if known.edited:
        return Verdict(module=module, kind="edited", reason=f"changed since {module.version} ({_shown(known.edited)})")
    return Verdict(module=module, kind="unchanged", reason="unchanged")


def _is_bookkeeping(files: Iterable[str]) -> bool:
    return all(PurePosixPath(file).name in BOOKKEEPING for file in files)


def _shown(files: Sequence[str]) -> str:
    more = len(files) - FILES_SHOWN
    return ", ".join(files[:FILES_SHOWN]) + (f" and {more} more" if more > 0 else "")
