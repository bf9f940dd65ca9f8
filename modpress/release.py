"""A module in its built form: the two files that go to an index."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from modpress.module import Module

__all__ = ["Artifact", "Release"]


@dataclass(frozen=True)
class Artifact:
    """A built file and the digest of what is in it."""

    path: Path
    sha256: str

    @property
    def filename(self) -> str:
        """The name under which an index knows it."""
        return self.path.name

    @classmethod
    def read(cls, path: Path) -> Self:
        """Take a file's digest."""
        with path.open("rb") as stream:
            return cls(path, hashlib.file_digest(stream, "sha256").hexdigest())


@dataclass(frozen=True, kw_only=True)
class Release:
    """A module as built: what was dynamic in pyproject.toml is known now."""

    module: Module
    sdist: Artifact
    wheel: Artifact
    requires_python: str = ""

    @property
    def files(self) -> tuple[Artifact, Artifact]:
        """Both files, the sdist first: an installer that sees one of them alone then builds the same wheel."""
        return self.sdist, self.wheel

    @property
    def requirement(self) -> str:
        """The requirement that only this release meets."""
        return f"{self.module.name}=={self.module.version}"
