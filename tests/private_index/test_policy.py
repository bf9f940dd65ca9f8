"""Whose names are whose."""

from __future__ import annotations

import pytest

from private_index.policy import may_publish

EVERYBODY: frozenset[str] = frozenset()
ALICE = frozenset({"alice"})
BOB = frozenset({"bob"})


@pytest.mark.parametrize(
    ("name", "user", "may"),
    [
        pytest.param("acme-core", "alice", True, id="its owner"),
        pytest.param("acme-core", "carol", False, id="somebody else"),
        pytest.param("acme-web", "bob", True, id="the owner of a narrower pattern"),
        pytest.param("acme-web", "alice", True, id="the owner of a wider pattern"),
        pytest.param("acme-core", "bob", False, id="the owner of another pattern"),
        pytest.param("open-core", "carol", True, id="a pattern of nobody"),
        pytest.param("open-door", "carol", False, id="a pattern of somebody inside one of nobody"),
        pytest.param("other", "carol", True, id="no pattern"),
        pytest.param("modpress", "carol", True, id="reserved always"),
    ],
)
def test_who_is_named_by_a_pattern_may_publish_what_it_matches(name: str, user: str, *, may: bool) -> None:
    owners = {"ACME-*": ALICE, "acme-web": BOB, "open-*": EVERYBODY, "open-door": ALICE}

    assert may_publish(name, user, owners) is may
