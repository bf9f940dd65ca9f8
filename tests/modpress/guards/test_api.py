"""What breaks users of the last published wheel is named, with the least version that may do so."""

from pathlib import Path

import pytest
from packaging.version import Version

from modpress.guards.api import Api, is_allowed, least_bump
from modpress.guards.shape import Outcome, Verdict, passed
from tests.modpress.conftest import Modules
from tests.modpress.guards.conftest import MakeCase, hand_made, upload
from tests.real_index import Index

BEFORE = "def shade(colour, strength=1):\n    return colour\n\ndef tint(colour):\n    return colour\n"


@pytest.fixture
def judge(make_case: MakeCase, team: Index, tmp_path: Path, name: str) -> object:
    """A function that compares a new version's code with a published one's."""

    def ask(code: str, version: str, *, before: str = "1.0") -> Verdict:
        (tmp_path / "old").mkdir()
        upload(team, hand_made(tmp_path / "old", name, before, code=BEFORE).wheel.path)
        return Api().check(make_case(release=hand_made(tmp_path, name, version, code=code)))

    return ask


def test_a_first_release_breaks_nobody(make_case: MakeCase) -> None:
    assert Api().check(make_case()).outcome is Outcome.SKIPPED


@pytest.mark.parametrize(
    ("code", "what"),
    [
        pytest.param(BEFORE.replace("tint", "hue"), ".tint: Public object was removed", id="gone"),
        pytest.param(BEFORE.replace("strength=1", "strength"), "(strength): Parameter is now required", id="required"),
        pytest.param(BEFORE.replace(", strength=1", ""), "(strength): Parameter was removed", id="a parameter"),
    ],
)
def test_a_break_needs_a_bump(code: str, what: str, judge: object) -> None:
    verdict = judge(code, "1.1")  # type: ignore[operator]

    (sentence,) = verdict.sentences
    assert sentence.startswith("it breaks users of 1.0: bump the version to 2.0.0 at least\n")
    assert what in sentence


@pytest.mark.parametrize(
    ("code", "version"),
    [
        pytest.param(f"{BEFORE}\ndef hue(colour): ...\n", "1.1", id="more than before"),
        pytest.param(BEFORE.replace("return colour", "return str(colour)"), "1.0.1", id="the same"),
        pytest.param("", "2.0", id="with a bump"),
    ],
)
def test_what_breaks_nobody_passes(code: str, version: str, judge: object) -> None:
    assert judge(code, version) == passed()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("before", "least"), [("1.4.2", "2.0.0"), ("0.4.2", "0.5.0"), ("0.0.3", "0.1.0"), ("2026.1", "2027.0.0")]
)
def test_the_least_bump_is_named(before: str, least: str) -> None:
    assert least_bump(Version(before)) == Version(least)
    assert is_allowed(Version(before), Version(least))
    assert not is_allowed(Version(before), Version(f"{before}.1"))


def test_a_built_module_is_compared_as_well(make_case: MakeCase, modules: Modules, team: Index, name: str) -> None:
    first = make_case(modules.make(name, code=BEFORE)).release
    upload(team, first.sdist.path, first.wheel.path)
    folder = modules.make(name, "1.1", code="")

    verdict = Api().check(make_case(folder))

    assert verdict.outcome is Outcome.FAILED
