"""The files that every index of a run serves: made once, and laid out for each by hard links."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.wheels import Release, small_wheel, write_large_wheel

MEASURED = "measured"
MEASURED_RELEASES = 20
FORTY = tuple(f"small-{number:02}" for number in range(40))
FILE_50_KB = Release("fifty-kilobytes", "1.0")
FILE_20_MB = Release("twenty-megabytes", "1.0")
FILLING_RELEASES = 10
KB = 1000
MB = 1000**2


@dataclass
class Shelf:
    """A folder of wheels that grows from size to size.

    Args:
        folder: where they lie.
        releases: what lies there, in order.

    """

    folder: Path
    releases: list[Release] = field(default_factory=list)

    def grow(self, size: int) -> None:
        """Make files until there are `size` of them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for release in every_release(size)[len(self.releases) :]:
            self._make(release)
            self.releases.append(release)

    def _make(self, release: Release) -> None:
        path = self.folder / release.filename
        match release:
            case _ if release == FILE_20_MB:
                write_large_wheel(path, release, 20 * MB)
            case _ if release == FILE_50_KB:
                path.write_bytes(small_wheel(release, os.urandom(50 * KB)))
            case _:
                path.write_bytes(small_wheel(release))

    def path(self, release: Release) -> Path:
        """Return where a release's file lies."""
        return self.folder / release.filename

    def link_flat(self, target: Path) -> None:
        """Lay all files out in one folder."""
        target.mkdir(parents=True)
        for release in self.releases:
            os.link(self.path(release), target / release.filename)

    def link_by_project(self, target: Path) -> None:
        """Lay all files out in a folder for each project."""
        for project in {release.project for release in self.releases}:
            (target / project).mkdir(parents=True)
        for release in self.releases:
            os.link(self.path(release), target / release.project / release.filename)

    def visited(self) -> list[Release]:
        """Return the releases that clients ask for; the others only make the index large."""
        return [release for release in self.releases if not is_filling(release)]


def is_filling(release: Release) -> bool:
    """Return whether nobody asks for a release: it only makes the index large."""
    return release.project.startswith("filling-")


def every_release(size: int) -> list[Release]:
    """Return what an index of `size` files holds, the visited ones first, the rest in many projects."""
    return [release for release, _ in zip(_endless(), range(size), strict=False)]


def _endless() -> Iterator[Release]:
    yield from (FILE_50_KB, FILE_20_MB)
    yield from (Release(name, "1.0") for name in FORTY)
    yield from (Release(MEASURED, f"1.{minor}") for minor in range(MEASURED_RELEASES))
    project = 0
    while True:
        yield from (Release(f"filling-{project:06}", f"1.{minor}") for minor in range(FILLING_RELEASES))
        project += 1
