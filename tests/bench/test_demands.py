"""A run's figures say what was measured, whatever the machine did meanwhile, and are held against what is demanded."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from tests.bench.demands import DEMANDS, verdicts
from tests.bench.figures import BOTH_ENDS, Figures, Key, figures_from

SMALL, LARGE = 100, 1000
PAGE = DEMANDS[0].sentence.format(size=f"{LARGE:,}")


def figures_with(*found: tuple[Key, Sequence[float]]) -> Figures:
    """Return the figures of a run that found these rounds."""
    figures = Figures(
        command="bench", machine=[], peers={}, sizes=[SMALL, LARGE], seconds=1, rounds=3, large=1_000_000_000
    )
    figures.numbers.update({key: list(rounds) for key, rounds in found})
    return figures


def verdict_on(figures: Figures, words: str) -> tuple[str, str]:
    """Return what was found about the one demand whose sentence holds `words`, and the verdict."""
    [(found, verdict)] = [(one.found, one.verdict) for one in verdicts(figures) if words in one.sentence]
    return found, verdict


def test_a_round_is_held_against_the_one_beside_it() -> None:
    # The machine slowed down by half, then once more: each round alone says six tenths.
    ours = Key("page", "ours", LARGE, slow=True), [60.0, 30.0, 15.0]
    nginx = Key("page", "nginx", LARGE, slow=True), [100.0, 50.0, 25.0]

    figures = figures_with(ours, nginx)

    assert figures.get("page", "ours", LARGE, slow=True) == 30
    assert verdict_on(figures, PAGE) == ("0.60", "kept")


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        pytest.param(95.0, ("0.05", "kept"), id="a little slower"),
        pytest.param(105.0, ("-0.05", "kept"), id="faster"),
        pytest.param(85.0, ("0.15", "missed"), id="slower"),
    ],
)
def test_how_far_the_page_falls_is_told_by_two_indexes_side_by_side(rate: float, expected: tuple[str, str]) -> None:
    few = Key(BOTH_ENDS, "ours", SMALL, slow=True), [100.0]
    many = Key(BOTH_ENDS, "ours", LARGE, slow=True), [rate]

    figures = figures_with(few, many)

    assert verdict_on(figures, "falls") == expected


def test_what_was_not_measured_is_said_to_be_so() -> None:
    figures = figures_with()

    assert {one.verdict for one in verdicts(figures)} == {"not measured"}


def test_figures_are_read_back_as_they_were_written() -> None:
    figures = figures_with((Key("page", "ours", LARGE, slow=True), [1.0, 2.0]))

    read = figures_from(json.loads(json.dumps(figures.as_json())))

    assert read == figures
