"""Which modules are published, and the reason for each: values in, verdicts out."""

from pathlib import Path

import pytest

from modpress.changed import Facts, NotBumped, judge, refuse_unbumped
from modpress.module import Module, names_required


def facts(
    name: str,
    version: str | None,
    *published: str,
    needs: tuple[str, ...] = (),
    edited: list[str] | None = None,
    edited_before: list[str] | None = None,
) -> Facts:
    releases = {each: frozenset({f"{name}-{each}.tar.gz", f"{name}-{each}-py3-none-any.whl"}) for each in published}
    module = Module(folder=Path(name), name=name, version=version, dependencies=names_required(needs))
    return Facts(module=module, published=releases, edited=edited, edited_before=edited_before)


@pytest.mark.parametrize(
    ("known", "reason", "is_needed"),
    [
        pytest.param(facts("a", "1.0"), "first version", True, id="never published"),
        pytest.param(facts("a", "1.10", "1.9", "1.2"), "new version, after 1.9", True, id="bumped"),
        pytest.param(facts("a", "1.0", "1.0", edited=[]), "unchanged", False, id="as tagged"),
        pytest.param(facts("a", "1.0", "1.0"), "on the index, without a tag here: compared", True, id="no tag"),
        pytest.param(facts("a", None, "1.0"), "its version is known once it is built", True, id="dynamic"),
        pytest.param(
            facts("a", "1.0", "1.0", edited=["a/x.py", "a/y.py", "a/z.py", "a/zz.py"]),
            "changed since 1.0 (a/x.py, a/y.py, a/z.py and 1 more)",
            True,
            id="edited",
        ),
    ],
)
def test_a_verdict_says_why(known: Facts, reason: str, is_needed: bool) -> None:  # noqa: FBT001 - a row's value
    (verdict,) = judge([known])

    assert (verdict.reason, verdict.is_needed) == (reason, is_needed)


@pytest.mark.parametrize(
    ("there", "missing"), [("a-1.0.tar.gz", "wheel"), ("a-1.0-py3-none-any.whl", "sdist")], ids=["sdist", "wheel"]
)
def test_half_a_release_is_finished(there: str, missing: str) -> None:
    known = Facts(module=facts("a", "1.0").module, published={"1.0": frozenset({there})}, edited=[])

    (verdict,) = judge([known])

    assert (verdict.reason, verdict.is_needed) == (f"half published, the {missing} is missing", True)


def test_who_was_bumped_only_for_a_sibling_follows_it() -> None:
    base = facts("base", "2.0", "1.0")
    bumped = facts("mid", "1.1", "1.0", needs=("base>=2.0",), edited_before=["mid/pyproject.toml", "mid/CHANGELOG.md"])
    edited = facts("top", "1.1", "1.0", needs=("base>=2.0",), edited_before=["top/pyproject.toml", "top/x.py"])

    verdicts = judge([base, bumped, edited])

    assert [verdict.reason for verdict in verdicts] == [
        "new version, after 1.0",
        "follows base",
        "new version, after 1.0",
    ]


def test_whose_sibling_stays_follows_nobody() -> None:
    base = facts("base", "1.0", "1.0", edited=[])
    bumped = facts("mid", "1.1", "1.0", needs=("base",), edited_before=["mid/pyproject.toml"])

    verdicts = judge([base, bumped])

    assert verdicts[1].reason == "new version, after 1.0"


def test_what_differs_from_its_release_is_to_be_bumped() -> None:
    verdicts = judge([facts("a", "1.0", "1.0", edited=["a/x.py"]), facts("b", "1.0", "1.0", edited=["b/docs/y.md"])])

    with pytest.raises(NotBumped, match=r"^a changed since 1\.0 .*modpress release patch\|minor\|major a$"):
        refuse_unbumped(verdicts, [verdicts[0].module.key])


def test_what_was_edited_and_built_the_same_is_fine() -> None:
    verdicts = judge([facts("a", "1.0", "1.0", edited=["a/docs/x.md"])])

    refuse_unbumped(verdicts, [])

    assert verdicts[0].is_needed
