"""Who needs a release: asked of the metadata of everything that is published here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from packaging.metadata import parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from sqlalchemy import Select, Text, cast, or_, select

from private_index.catalogue import Catalogue
from private_index.schema import core_metadata, files

__all__ = ["Dependant", "dependants"]


@dataclass(frozen=True)
class Dependant:
    """A project whose latest release takes a release that is asked about.

    Attributes:
        name: the project.
        version: its latest release, yanked ones apart.
        requires: its requirement.
        needs: the release, as NAME==VERSION.

    """

    name: str
    version: str
    requires: str
    needs: str


def dependants(catalogue: Catalogue, releases: Collection[tuple[str, str]]) -> list[Dependant]:
    """Return the projects beside these whose latest release takes one of them."""
    asked = {str(canonicalize_name(name)): version for name, version in releases}
    latest: dict[str, tuple[str, bytes]] = {}
    with catalogue.reading() as connection:
        for row in connection.execute(_question(asked)):
            project, version, content = row.project, row.version, row.content
            known = latest.get(project)
            if project not in asked and (known is None or Version(version) >= Version(known[0])):
                latest[project] = version, content
    return [
        Dependant(project, version, requirement, f"{name}=={asked[name]}")
        for project, (version, content) in sorted(latest.items())
        for name, requirement in _taking(content, asked)
    ]


def _question(names: Iterable[str]) -> Select[tuple[str, str, bytes]]:
    # In LIKE an underscore is any letter, and so any of the separators in which a name may be spelled.
    patterns = [f"%Requires-Dist: {name.replace('-', '_')}%" for name in names]
    text = cast(core_metadata.c.content, Text)
    return (
        select(files.c.project, files.c.version, core_metadata.c.content)
        .join(core_metadata, core_metadata.c.filename == files.c.filename)
        .where(files.c.state == "published", ~files.c.yanked, or_(*(text.like(pattern) for pattern in patterns)))
    )


def _taking(content: bytes, asked: dict[str, str]) -> Iterator[tuple[str, str]]:
    metadata, _ = parse_email(content)
    for line in metadata.get("requires_dist", []):
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        name = canonicalize_name(requirement.name)
        if name in asked and requirement.specifier.contains(asked[name], prereleases=True):
            yield name, line
