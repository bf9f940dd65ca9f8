"""How pyproject.toml changes when a version is released: the version, and the bounds on siblings. Pure: texts only.

The author's layout is kept: TOML through tomlkit, a requirement through what of its text is not its bounds.
"""

import re
from collections.abc import Iterable, Mapping, MutableSequence
from typing import Any

import tomlkit
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import Specifier
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

__all__ = ["follow", "with_bounds", "with_version"]

# NAME[extras], then the bounds, then what is after a semicolon.
REQUIREMENT = re.compile(r"(?P<name>\s*[\w.-]+\s*(?:\[[^\]]*\])?)(?P<bounds>[^;@]*?)(?P<rest>\s*(?:;.*)?)", re.DOTALL)


def with_version(pyproject: str, version: str) -> str:
    """Return a pyproject.toml whose project has another version."""
    document: Any = tomlkit.parse(pyproject)
    document["project"]["version"] = version
    return tomlkit.dumps(document)


def with_bounds(pyproject: str, siblings: Mapping[NormalizedName, str], *, only_if_excluded: bool = False) -> str:
    """Return a pyproject.toml that needs its siblings at the versions they are given.

    Args:
        pyproject: the text.
        siblings: name -> version.
        only_if_excluded: leave bounds alone that allow that version.

    """
    document: Any = tomlkit.parse(pyproject)
    for requirements in _lists_of(document):
        for place, text in enumerate(requirements):
            after = _followed(text, siblings, only_if_excluded=only_if_excluded) if isinstance(text, str) else text
            if after != text:
                requirements[place] = after
    return tomlkit.dumps(document)


def follow(bounds: str, version: str) -> str:
    """Return bounds that begin at a version, as wide as they were: `>=1.0,<2` becomes `>=2.1,<3` for 2.1."""
    parts = [each.strip() for each in bounds.split(",") if each.strip()]
    moved = [_moved(Specifier(each), Version(version)) for each in parts]
    if not any(each.startswith((">=", "~=", "==")) for each in moved):
        moved.insert(0, f">={version}")
    return ("," if ", " not in bounds else ", ").join(moved)


def _lists_of(document: Any) -> Iterable[MutableSequence[Any]]:  # noqa: ANN401 - what TOML holds
    project = document.get("project", {})
    yield project.get("dependencies", [])
    yield from project.get("optional-dependencies", {}).values()
    yield from document.get("dependency-groups", {}).values()


def _followed(text: str, siblings: Mapping[NormalizedName, str], *, only_if_excluded: bool) -> str:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return text
    version = siblings.get(canonicalize_name(requirement.name))
    # What comes from a URL has no bounds.
    if version is None or requirement.url:
        return text
    if only_if_excluded and requirement.specifier.contains(version, prereleases=True):
        return text
    parts = REQUIREMENT.fullmatch(text)
    if parts is None:
        return text
    bounds = parts["bounds"].strip()
    gap = " " if parts["bounds"].startswith(" ") else ""
    inner = bounds.removeprefix("(").removesuffix(")")
    moved = follow(inner, version)
    return f"{parts['name']}{gap}{f'({moved})' if bounds.startswith('(') else moved}{parts['rest']}"


def _moved(bound: Specifier, version: Version) -> str:
    """Return one bound, moved so that it allows a version and no earlier one."""
    number = Version(bound.version.removesuffix(".*"))
    if number == version and bound.operator in {">=", "==", "~="}:
        return str(bound)
    places = len(number.release)
    moved = {
        ">=": f">={version}",
        ">": f">={version}",
        "~=": f"~={_shortened(version, places)}",
        "==": f"=={_shortened(version, places)}.*" if bound.version.endswith(".*") else f"=={version}",
        "===": f"==={version}",
    }
    if bound.operator in {"<", "<="} and not bound.contains(version, prereleases=True):
        moved = {"<": f"<{_after(version, bound)}", "<=": f"<={version}"}
    return moved.get(bound.operator, str(bound))


def _shortened(version: Version, places: int) -> str:
    if version.is_prerelease:
        return str(version)
    return ".".join(map(str, [*version.release, *[0] * places][:places]))


def _after(version: Version, bound: Specifier) -> str:
    """Return the upper bound that comes next: as <2 and <2.0 stand for all of 1, <3 and <3.0 stand for all of 2."""
    old = Version(bound.version).release
    last = max((place for place, number in enumerate(old) if number), default=0)
    new = [*version.release, *[0] * len(old)][: len(old)]
    return ".".join(map(str, [*new[:last], new[last] + 1, *[0] * (len(old) - last - 1)]))
