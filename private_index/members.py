"""What an archive holds, and where its members would be unpacked. Pure: names and links in, faults out."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from private_index.errors import IndexFault, UnreadableArchive

# Every member costs some memory to judge and an i-node to unpack; the largest honest archives hold half as many.
MOST_MEMBERS = 100_000
# No file system takes a longer path; a tar could name one of megabytes.
LONGEST_PATH = 4096
MOST_CHARACTERS = 32 * 1024 * 1024
# The ways to symbolic links are kept as a tree, of which each step takes some hundred bytes.
MOST_LINK_CHARACTERS = 512 * 1024
SHOWN = 5

_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One member of an archive.

    Args:
        name: its path in the archive.
        kind: what would be made of it.
        target: where a link points.

    """

    name: str
    kind: Literal["file", "folder", "symlink", "hardlink", "device"] = "file"
    target: str = ""


class Gathered(list[Member]):
    """The members of one archive, as long as they are no more than an honest one has.

    Args:
        filename: the archive.

    """

    def __init__(self, filename: str) -> None:
        super().__init__()
        self._filename = filename
        self._characters = 0
        self._link_characters = 0

    def add(self, member: Member) -> None:
        """Take one more.

        Raises:
            UnreadableArchive: its path is too long, or there are too many.

        """
        longest = max(len(member.name), len(member.target))
        if longest > LONGEST_PATH:
            raise UnreadableArchive(self._filename, f"the path of a member has more than {LONGEST_PATH:,} characters")
        self._characters += len(member.name) + len(member.target)
        if member.kind == "symlink":
            self._link_characters += len(member.name)
        if self._characters > MOST_CHARACTERS or self._link_characters > MOST_LINK_CHARACTERS:
            raise UnreadableArchive(self._filename, "the paths of its members are far too long")
        self.append(member)
        if len(self) > MOST_MEMBERS:
            raise UnreadableArchive(self._filename, f"it has more than {MOST_MEMBERS:,} members")


@dataclass(kw_only=True)
class Contents:
    """What an archive was found to hold.

    Args:
        metadata: its core metadata, or None where there is none to be read.
        faults: everything that is wrong with it.

    """

    metadata: bytes | None = None
    faults: list[IndexFault] = field(default_factory=list)


def listed(names: Sequence[str]) -> str:
    """Return the first few names, and how many follow."""
    shown = ", ".join(names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} and {len(names) - SHOWN:,} more"


def member_faults(filename: str, members: Sequence[Member]) -> Iterator[IndexFault]:
    """Yield what is dangerous about the members of the archive `filename`."""
    links = _tree(_clean(member.name) for member in members if member.kind == "symlink")
    counts = Counter(_clean(member.name) for member in members if member.kind != "folder")
    outside = [member.name for member in members if _leaves(member.name)]
    pointing = [member.name for member in members if member.target and _points_out(member, links)]
    through = [member.name for member in members if _passes(_clean(member.name), links)]
    devices = [member.name for member in members if member.kind == "device"]
    twice = [name for name, count in counts.items() if count > 1]
    for names, what in (
        (outside, "would be unpacked outside of its folder"),
        (pointing, "links to outside of its folder"),
        (through, "would be unpacked through a link"),
        (devices, "is neither a file nor a folder nor a link"),
        (twice, "is there more than once"),
    ):
        if names:
            yield UnreadableArchive(filename, f"its member {listed([repr(name) for name in names])} {what}")


def _clean(name: str) -> str:
    return posixpath.normpath(name)


def _leaves(name: str) -> bool:
    # A backslash parts folders on Windows, and "C:" names a drive there.
    return (
        not name
        or name.startswith("/")
        or ".." in name.split("/")
        or "\\" in name
        or "\0" in name
        or _DRIVE.match(name) is not None
    )


class _Steps:
    """A folder on the way to symbolic links, or such a link."""

    __slots__ = ("below", "is_link")

    def __init__(self) -> None:
        self.below: dict[str, _Steps] = {}
        self.is_link = False


def _tree(paths: Iterable[str]) -> _Steps:
    root = _Steps()
    for path in paths:
        here = root
        for step in path.split("/"):
            here = here.below.setdefault(step, _Steps())
        here.is_link = True
    return root


def _points_out(member: Member, links: _Steps) -> bool:
    if member.target.startswith("/") or "\\" in member.target or _DRIVE.match(member.target):
        return True
    # A symbolic link's target counts from where it stands, a hard link's from the archive's root.
    start = posixpath.dirname(member.name) if member.kind == "symlink" else ""
    way = posixpath.join(start, member.target)
    # What a text says of ".." is what the disk does only where no other link lies on the way.
    return _clean(way).split("/")[0] == ".." or _passes(way, links)


def _passes(path: str, links: _Steps) -> bool:
    # One walk, step by step: to look up each beginning of a path by itself would take the square of its length.
    way: list[_Steps | None] = [links]
    for step in path.split("/")[:-1]:
        here = way[-1]
        if step == ".." and len(way) > 1:
            way.pop()
        elif step not in {"", ".", ".."}:
            way.append(here.below.get(step) if here else None)
        if (found := way[-1]) is not None and found.is_link:
            return True
    return False
