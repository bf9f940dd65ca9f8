"""A module as its pyproject.toml describes it: the value that everything else speaks of."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from modpress.errors import BadField, Unreadable

__all__ = [
    "PRIVATE",
    "PYPROJECT",
    "Module",
    "names_required",
    "read_build_requirements",
    "read_members",
    "read_requirements",
]

PYPROJECT = "pyproject.toml"
PRIVATE = "Private :: Do Not Upload"


@dataclass(frozen=True, kw_only=True)
class Module:
    """One module: a folder that becomes one project on an index.

    Attributes:
        folder: where its pyproject.toml is.
        name: its name as the author writes it.
        version: normalised; None until it is built if the backend works it out.
        dependencies: the normalised names of what it needs at run time.
        classifiers: as written.
        index: the simple URL of the index it belongs to, from [tool.modpress].
        waived: the guards that it does without every time, likewise.

    """

    folder: Path
    name: str
    version: str | None = None
    dependencies: frozenset[NormalizedName] = frozenset()
    classifiers: frozenset[str] = frozenset()
    index: str | None = None
    waived: frozenset[str] = frozenset()

    @property
    def key(self) -> NormalizedName:
        """The name as indexes compare it."""
        return canonicalize_name(self.name)

    @property
    def is_private(self) -> bool:
        """Whether the author wants the public index to refuse it."""
        return any(classifier.startswith("Private ::") for classifier in self.classifiers)

    def __str__(self) -> str:
        return f"{self.name} {self.version}" if self.version else self.name

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the module in a folder."""
        pyproject = folder / PYPROJECT
        fields = _Fields(pyproject, _load(pyproject))
        return cls(
            folder=folder,
            name=fields.name(),
            version=fields.version(),
            dependencies=fields.dependencies(),
            classifiers=frozenset(fields.strings("project", "classifiers")),
            index=fields.text("tool", "modpress", "index") or None,
            waived=frozenset(fields.strings("tool", "modpress", "waive")),
        )


def read_requirements(folder: Path) -> list[str]:
    """Return what the module in a folder needs at run time, as its author wrote it."""
    pyproject = folder / PYPROJECT
    fields = _Fields(pyproject, _load(pyproject))
    fields.dependencies()
    return fields.strings("project", "dependencies")


def read_build_requirements(folder: Path) -> list[str]:
    """Return what it takes to build the module in a folder, as its author wrote it."""
    pyproject = folder / PYPROJECT
    return _Fields(pyproject, _load(pyproject)).strings("build-system", "requires")


def read_members(folder: Path) -> list[str]:
    """Return where the modules of a repository are, if its topmost pyproject.toml says so: [tool.modpress] modules."""
    pyproject = folder / PYPROJECT
    return _Fields(pyproject, _load(pyproject)).strings("tool", "modpress", "modules")


def names_required(requirements: Iterable[str]) -> frozenset[NormalizedName]:
    """Return the normalised names of what is required without an extra."""
    parsed = map(Requirement, requirements)
    return frozenset(canonicalize_name(each.name) for each in parsed if "extra ==" not in str(each.marker))


@dataclass(frozen=True)
class _Fields:
    """The fields of one pyproject.toml, each checked as it is read."""

    pyproject: Path
    document: dict[str, Any]

    def name(self) -> str:
        name = self.text("project", "name")
        if name is None:
            raise BadField(self.pyproject, "project.name", "is missing")
        try:
            canonicalize_name(name, validate=True)
        except InvalidName:
            raise BadField(self.pyproject, "project.name", f"is no valid name: {name!r}") from None
        return name

    def version(self) -> str | None:
        version = self.text("project", "version")
        if version is None and "version" not in self.strings("project", "dynamic"):
            raise BadField(self.pyproject, "project.version", "is missing (and not listed under dynamic)")
        try:
            return version and str(Version(version))
        except InvalidVersion:
            raise BadField(self.pyproject, "project.version", f"is no valid version: {version!r}") from None

    def dependencies(self) -> frozenset[NormalizedName]:
        try:
            return names_required(self.strings("project", "dependencies"))
        except InvalidRequirement as error:
            wrong = f"holds no valid requirement: {str(error).splitlines()[0]}"
            raise BadField(self.pyproject, "project.dependencies", wrong) from None

    def text(self, *keys: str) -> str | None:
        found = self._find(keys)
        if found is not None and not isinstance(found, str):
            raise BadField(self.pyproject, ".".join(keys), "must be a string")
        return found

    def strings(self, *keys: str) -> list[str]:
        found = self._find(keys)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise BadField(self.pyproject, ".".join(keys), "must be an array of strings")
        return found

    def _find(self, keys: tuple[str, ...]) -> object:
        found: object = self.document
        for depth, key in enumerate(keys):
            if not isinstance(found, dict):
                raise BadField(self.pyproject, ".".join(keys[:depth]), "must be a table")
            found = found.get(key)
            if found is None:
                return None
        return found


def _load(pyproject: Path) -> dict[str, Any]:
    try:
        with pyproject.open("rb") as stream:
            return tomllib.load(stream)
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(pyproject, str(error)) from None
    except UnicodeDecodeError:
        raise Unreadable(pyproject, "TOML is written in UTF-8, and this is not") from None
    except OSError as error:
        raise Unreadable(pyproject, error.strerror or str(error)) from None
