"""What a guard looks at: a module, what was built of it, where it goes; and what is in it, read once for all guards."""

from __future__ import annotations

import tarfile
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging.metadata import RawMetadata, parse_email
from packaging.version import Version

from modpress.builds import build_again
from modpress.clients import Client
from modpress.credentials import Account
from modpress.destination import Destination
from modpress.errors import IndexFault
from modpress.guards.environment import Environment, Tried
from modpress.guards.git import Repository
from modpress.listing import Listing
from modpress.making import Making
from modpress.module import PYPROJECT, Module
from modpress.project_page import ListedFile
from modpress.proof import find_importable
from modpress.release import Artifact, Release

__all__ = ["Case", "Options", "Subject", "read_member"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What all guards are told.

    Attributes:
        client: makes environments and installs into them.
        environ: of the person who publishes, for git and for tools with settings of their own.
        scratch: a folder for what guards need to write.
        waived: the names of guards that are not asked.
        making: the builds; without it they are made anew.

    """

    client: Client
    environ: Mapping[str, str]
    scratch: Path
    waived: frozenset[str] = frozenset()
    making: Making | None = None


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One module that is to be published: what was built of it, where it goes, and what goes with it.

    Attributes:
        release: what was built.
        destination: the index it is for.
        account: as whom.
        listing: the reading side of that index.
        siblings: what else is to be published by the same command.
        tree: the modules beside it, published or not.
        reason: why it is to be published, as it stands in the plan.

    """

    release: Release
    destination: Destination
    account: Account
    listing: Listing = field(compare=False)
    siblings: Sequence[Release] = ()
    tree: Sequence[Module] = ()
    reason: str = ""


@dataclass(frozen=True)
class Case:
    """A subject under examination. What several guards ask for is found out once, by the first who asks."""

    subject: Subject
    options: Options

    @property
    def release(self) -> Release:
        """What was built."""
        return self.subject.release

    @property
    def module(self) -> Module:
        """The module."""
        return self.subject.release.module

    @property
    def folder(self) -> Path:
        """The module's folder."""
        return self.module.folder

    @property
    def version(self) -> Version:
        """The version that is to be published."""
        return Version(self.module.version or "")

    @property
    def scratch(self) -> Path:
        """A folder of this case's own."""
        return self.options.scratch / self.module.key / "guards"

    @cached_property
    def pyproject(self) -> Mapping[str, Any]:
        """The module's pyproject.toml; it was read once already, so it can be."""
        with (self.folder / PYPROJECT).open("rb") as stream:
            return tomllib.load(stream)

    def strings(self, *keys: str) -> list[str]:
        """Return a list of strings of pyproject.toml; empty if there is none."""
        found: object = self.pyproject
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []

    @cached_property
    def repository(self) -> Repository | None:
        """The module's part of a git repository, if it is in one."""
        return Repository.find(self.folder, self.options.environ)

    @cached_property
    def sdist(self) -> Mapping[str, bytes]:
        """The sdist's files, by their path below its one folder."""
        with tarfile.open(self.release.sdist.path) as archive:
            files = [member for member in archive if member.isfile()]
            return {file.name.partition("/")[2]: read_member(archive, file) for file in files}

    @cached_property
    def wheel(self) -> Mapping[str, bytes]:
        """The wheel's files."""
        with zipfile.ZipFile(self.release.wheel.path) as archive:
            return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}

    @cached_property
    def metadata(self) -> RawMetadata:
        """The wheel's metadata, as they are."""
        (text,) = (text for name, text in self.wheel.items() if name.endswith(".dist-info/METADATA"))
        return parse_email(text)[0]

    @cached_property
    def listed(self) -> Mapping[str, ListedFile]:
        """What the index shows of this project."""
        return self.subject.listing.files_of(self.module.key)

    @cached_property
    def is_readable(self) -> bool:
        """Whether the index shows anything; if not, one guard says why, and those that read it have nothing to see."""
        try:
            return self.listed is not None
        except IndexFault:
            return False

    @cached_property
    def is_published(self) -> bool:
        """Whether the index has these very files already, so that nothing of them goes up."""
        listing = self.subject.listing
        if not self.is_readable:
            return False
        return all(
            artifact.filename in self.listed and listing.digest(self.listed[artifact.filename]) == artifact.sha256
            for artifact in self.release.files
        )

    @cached_property
    def again(self) -> tuple[Artifact, Artifact] | None:
        """What came of a second build; None for a release that was built before a publication broke off."""
        if not self.options.making:
            return build_again(self.module, self.scratch / "again")
        made = self.options.making.made(self.module)
        return made.again.result() if made.again else None

    @cached_property
    def environment(self) -> Environment:
        """An environment with the wheel and what it needs."""
        wheels = [release.wheel.path for release in self.subject.siblings]
        source = self.subject.listing.source
        return Environment.make(self.release, wheels, source, self.options.client, self.scratch / "venv")

    @cached_property
    def tried(self) -> Tried:
        """What happened when the wheel was imported there."""
        return self.environment.probe(find_importable(self.wheel))


def read_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """Return what is in a file of an sdist."""
    stream = archive.extractfile(member)
    return stream.read() if stream else b""
