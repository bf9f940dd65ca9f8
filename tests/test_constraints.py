"""What sessions install here is pinned, each requirement in a version that it allows."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def wanted() -> Iterator[Requirement]:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = pyproject["project"]
    lists = [
        project["dependencies"],
        *project["optional-dependencies"].values(),
        *pyproject["dependency-groups"].values(),
    ]
    for requirements in lists:
        yield from (Requirement(one) for one in requirements if isinstance(one, str))


def test_every_requirement_is_pinned_to_a_version_that_it_allows() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in map(Requirement, lines)}

    unmet = [
        str(each) for each in wanted() if not each.specifier.contains(pins.get(canonicalize_name(each.name), "0.dev0"))
    ]

    assert unmet == []
