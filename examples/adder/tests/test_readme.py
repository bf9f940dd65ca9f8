"""The README tells the truth: its Python examples run, and answer what it says they do."""

import doctest
import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
EXAMPLES = re.findall(r"^```pycon\n(.+?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_answers_what_the_readme_says(example: str) -> None:
    test = doctest.DocTestParser().get_doctest(example, {}, README.name, str(README), 0)

    results = doctest.DocTestRunner().run(test)

    assert results.attempted > 0
    assert results.failed == 0
