"""Which pattern a message matches: rules for all messages, and the frozen answers of another matcher."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from servicekit.mu import Router
from servicekit.mu.patterns import NotAPatternError

ROWS = json.loads((Path(__file__).parent / "reference" / "answers.json").read_text(encoding="utf-8"))

KEYS = st.sampled_from(["role", "cmd", "type", "zone"])
VALUES = st.sampled_from(["add", "list", "*", 0, 1, True, False, 1.5])
PATTERNS = st.dictionaries(KEYS, VALUES, max_size=4)
MESSAGES = st.dictionaries(KEYS, VALUES | st.none() | st.lists(st.integers(), max_size=1))


def answer(row: dict[str, Any]) -> Any:  # noqa: ANN401 - a number, "*" or nothing
    router: Router[Any] = Router()
    for number, pattern in enumerate(row["patterns"]):
        router.add(pattern, number)
    if row["default"]:
        router.add("*", "*")
    return router.lookup(row["message"])


def routed(patterns: list[dict[str, Any]]) -> Router[int]:
    router: Router[int] = Router()
    for number, pattern in enumerate(patterns):
        router.add(pattern, number)
    return router


def test_the_answers_are_those_of_the_reference_wherever_it_keeps_its_rule() -> None:
    differing = [row for row in ROWS if row["why"] is None and answer(row) != row["bloomrun"]]

    assert differing == []


def test_where_the_reference_breaks_its_rule_ours_are_still_the_rule_s() -> None:
    differing = [row for row in ROWS if answer(row) != row["rule"]]

    assert differing == []


def test_the_table_is_mostly_agreement_and_says_why_where_it_is_not() -> None:
    whys = Counter(row["why"] for row in ROWS)

    assert set(whys) <= {None, "tie", "bucket order"}
    assert whys[None] > 0.95 * len(ROWS)


def test_the_table_holds_answers_of_every_sort() -> None:
    answers = Counter(type(row["bloomrun"]).__name__ for row in ROWS)

    assert set(answers) == {"int", "str", "NoneType"}
    assert min(answers.values()) > 100


@given(st.lists(PATTERNS, max_size=8), MESSAGES)
def test_the_best_pattern_has_most_keys_and_was_added_first(
    patterns: list[dict[str, Any]], message: dict[str, Any]
) -> None:
    found = routed(patterns).list(message)

    assert found == sorted(found, key=lambda number: (-len(patterns[number]), number))


@given(PATTERNS, MESSAGES)
def test_other_keys_of_a_message_change_nothing(pattern: dict[str, Any], message: dict[str, Any]) -> None:
    router = routed([pattern])

    assert router.lookup({"elsewhere": 1, **pattern}) == 0
    assert router.lookup(message) == router.lookup({**message, "elsewhere": 1})


@given(PATTERNS, KEYS)
def test_a_message_without_one_of_the_keys_does_not_match(pattern: dict[str, Any], key: str) -> None:
    assume(key in pattern)
    message = {name: value for name, value in pattern.items() if name != key}

    assert routed([pattern]).lookup(message) is None


@given(PATTERNS, st.randoms(use_true_random=False))
def test_the_order_of_keys_changes_nothing(pattern: dict[str, Any], random: Any) -> None:  # noqa: ANN401
    keys = list(pattern)
    random.shuffle(keys)

    assert routed([{key: pattern[key] for key in keys}]).lookup(pattern) == 0


@given(MESSAGES)
def test_the_default_answers_what_nothing_else_does(message: dict[str, Any]) -> None:
    router = routed([{"role": "add"}])
    router.add("*", 1)

    assert router.lookup(message) == (0 if message.get("role") == "add" else 1)


@pytest.mark.parametrize(
    ("wanted", "given_value", "does"),
    [
        pytest.param(1, 1.0, True, id="a number is a number"),
        pytest.param(1, True, False, id="true is no number"),
        pytest.param(0, False, False, id="false is no number"),
        pytest.param(True, True, True, id="true is true"),
        pytest.param("1", 1, False, id="a text is no number"),
        pytest.param("*", "anything", False, id="a star is a text like any other"),
        pytest.param(None, None, False, id="null equals nothing"),
        pytest.param([1], [1], False, id="a list equals nothing"),
        pytest.param({"a": 1}, {"a": 1}, False, id="an object equals nothing"),
        pytest.param(re.compile("^ad"), "add", True, id="an expression finds"),
        pytest.param(re.compile("^dd"), "add", False, id="an expression does not find"),
        pytest.param(re.compile("^4"), 42, True, id="an expression reads numbers"),
    ],
)
def test_a_value_equals_as_in_json(wanted: object, given_value: object, does: bool) -> None:  # noqa: FBT001
    found = routed([{"cmd": wanted}]).lookup({"cmd": given_value})

    assert (found == 0) is does


def test_a_pattern_of_expressions_alone_is_asked_after_every_other() -> None:
    router = routed([{"role": re.compile("."), "cmd": re.compile(".")}, {"role": "math"}])

    assert router.list({"role": "math", "cmd": "add"}) == [1, 0]


def test_a_pattern_without_keys_matches_all_but_is_asked_last() -> None:
    router = routed([{}, {"role": "math"}])

    assert router.list({"role": "math"}) == [1, 0]


def test_what_is_done_to_a_pattern_later_changes_nothing() -> None:
    pattern = {"role": "math"}
    router = routed([pattern])

    pattern["role"] = "other"

    assert router.lookup({"role": "math"}) == 0


def test_a_text_that_is_no_star_is_no_pattern() -> None:
    router: Router[int] = Router()

    with pytest.raises(NotAPatternError, match="'role:math' is no pattern"):
        router.add("role:math", 0)
