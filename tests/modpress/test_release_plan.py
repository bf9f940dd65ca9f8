"""What a release changes: who gets which version, and who follows. Values in, edits out."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from modpress.errors import Fault
from modpress.module import Module, names_required
from modpress.release_plan import Follow, Source, Wanted, commit_message, plan

NEWS = "# Changelog\n\n## Unreleased\n\n- News.\n"
OLD = "# Changelog\n\n## 1.0.0\n\n- Old.\n"


def source(name: str, *needs: str, changelog: str | None = OLD, is_released: bool = True) -> Source:
    module = Module(folder=Path("/tree") / name, name=name, version="1.0.0", dependencies=names_required(needs))
    pyproject = f'[project]\nname = "{name}"\nversion = "1.0.0"\ndependencies = {list(needs)}\n'.replace("'", '"')
    return Source(module=module, pyproject=pyproject, changelog=changelog, is_released=is_released)


def wanted(*leads: str, step: str = "minor", follow: Follow = "all", news: str | None = None) -> Wanted:
    keys = {canonicalize_name(lead) for lead in leads}
    return Wanted(leads=keys, step=step, follow=follow, news=news, date="2026-11-24")


TREE = [
    source("base", changelog=NEWS),
    source("wide", "base>=1.0"),
    source("tight", "base~=1.0.0"),
    source("top", "tight>=1.0"),
    source("lone"),
]


@pytest.mark.parametrize(
    ("follow", "going"),
    [
        ("all", {"base": "1.1.0", "wide": "1.0.1", "tight": "1.0.1", "top": "1.0.1"}),
        ("needed", {"base": "1.1.0", "tight": "1.0.1"}),
        ("none", {"base": "1.1.0"}),
    ],
)
def test_who_follows_is_a_choice(follow: Follow, going: dict[str, str]) -> None:
    bumps = plan(TREE, wanted("base", follow=follow))

    assert {bump.module.name: bump.version for bump in bumps} == going


def test_who_follows_says_so_in_its_changelog() -> None:
    bumps = plan(TREE, wanted("base"))

    changelog = next(edit.after for bump in bumps if bump.module.name == "top" for edit in bump.edits[1:])
    assert changelog.startswith("# Changelog\n\n## 1.0.1 - 2026-11-24\n\n- Needs tight 1.0.1.\n\n## 1.0.0\n")


def test_what_nobody_has_yet_is_not_raised_a_second_time() -> None:
    bumps = plan([source("base", changelog=NEWS), source("new", "base>=1.0", is_released=False)], wanted("base"))

    assert [(bump.module.name, bump.version) for bump in bumps] == [("base", "1.1.0"), ("new", "1.0.0")]


def test_a_first_release_keeps_its_version() -> None:
    bumps = plan([source("base", changelog=NEWS, is_released=False)], wanted("base", step="1.0"))

    assert [bump.version for bump in bumps] == ["1.0.0"]


def test_a_release_without_news_is_refused_with_every_file() -> None:
    with pytest.raises(Fault, match=r"/tree/base/CHANGELOG.md and /tree/lone/CHANGELOG.md says nothing of what is new"):
        plan([source("base"), source("lone")], wanted("base", "lone"))


def test_news_can_be_said_with_the_command() -> None:
    (bump,) = plan([source("base")], wanted("base", news="It is faster."))

    assert "## 1.1.0 - 2026-11-24\n\n- It is faster.\n\n## 1.0.0" in bump.edits[1].after


def test_a_version_that_stands_nowhere_is_told() -> None:
    module = Module(folder=Path("/tree/dynamic"), name="dynamic")

    with pytest.raises(Fault, match=r"project\.dynamic in /tree/dynamic/pyproject\.toml"):
        plan([Source(module=module, pyproject="[project]\n")], wanted("dynamic"))


def test_a_commit_names_what_it_releases() -> None:
    bumps = plan(TREE, wanted("base"))

    assert commit_message(bumps[:1]) == "Release base 1.1.0"
    assert commit_message(bumps).splitlines()[:3] == [
        "Release base 1.1.0, wide 1.0.1, tight 1.0.1, top 1.0.1",
        "",
        "- base 1.1.0: minor, was 1.0.0",
    ]
