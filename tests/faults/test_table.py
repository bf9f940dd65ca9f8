"""The table of faults names tests that exist, and the page in docs/ has a line for each fault."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.faults.rows import ROWS
from tests.faults.table import Result, render

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize("test", sorted({test for row in ROWS for test in row.tests}))
def test_every_test_of_a_row_exists(test: str) -> None:
    path, _, name = test.partition("::")

    text = (CHECKOUT / path).read_text()

    assert f"def {name.partition('[')[0]}" in text


def test_the_page_has_a_line_for_each_fault() -> None:
    page = (CHECKOUT / "docs" / "faults.md").read_text()

    numbers = [int(number) for number in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)]

    assert numbers == [row.number for row in ROWS]


def test_what_several_tests_saw_of_a_row_is_added_up() -> None:
    test = ROWS[0].tests[0]
    figures = [json.loads(f'{{"row": 1, "where": "a call", "points": {n}, "yes": 1, "bad": {{}}}}') for n in (3, 4)]
    results = [Result(test=f"{test}[{n}]", outcome="passed", figures=(found,)) for n, found in enumerate(figures)]

    page = render(results)

    assert "| a call: **7 points**, 2 yes, 0 lost, 0 half; 2 tests passed |" in page
