"""Whatever is answered, there is a module with the answers in it, or one sentence and nothing on the disk."""

from __future__ import annotations

import itertools
import json
import shutil
import tomllib
from pathlib import Path

import pytest
from cookiecutter.exceptions import FailedHookException
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from tests.template.conftest import CHECKOUT, Make
from tests.template.test_answers import ATTACK, on_one_line, shown

# A thing that means something to one of those who read the answer: Jinja, TOML, JSON, Python, Markdown, a shell.
FRAGMENTS = [
    *("{{", "}}", "{%", "%}", "{#", "#}", "{% raw %}", "{% endraw %}", "{{ 7 * 7 }}", "{{ cookiecutter }}", ATTACK),
    *("{{ cookiecutter.__slug }}", "{% include 'x' %}", "{% set x = 1 %}", "{{ configured_index() }}"),
    *('"', "'", '"""', "'''", "\\", "\\n", "\\u0041", "\\x00", "`", "```", "$(id)", "${HOME}", "%s", "%(x)s"),
    *("\n", "\r\n", "\t", "\x00", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u202e", "\ufeff", "\U0001f469"),
    *("<x>", "</p>", "<!--", "&lt;", "[a](b)", "![a](b)", "*", "_", "~~", "# ", "- ", "1. ", "> ", "| a |", "---"),
    *("[tool.x]", "name = 1", "# comment", ", ", ";", ":", "@", "/", "..", "../", "C:\\", "a", "Zoë", " ", "  "),
]
TEXT = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=8).map("".join)
WORD = st.from_regex(r"\A[a-z][a-z0-9._-]{0,20}\Z")
ANSWERS = st.fixed_dictionaries(
    {
        "project_name": WORD | TEXT | st.text(max_size=12),
        "description": TEXT,
        "author_name": TEXT,
    },
    optional={
        "author_email": TEXT | st.emails(),
        "kind": st.sampled_from(["library", "cli"]) | TEXT,
        "license": st.sampled_from(["MIT", "Proprietary", "Apache-2.0"]) | TEXT,
        "index_url": TEXT.map(lambda text: f"http://127.0.0.1:9/{text}/simple/") | TEXT,
    },
)
NUMBERS = itertools.count()


def check_module(module: Path, answers: dict[str, str]) -> None:
    """Assert that a module holds the answers unharmed."""
    recorded = json.loads((module / ".modpress.json").read_text(encoding="utf-8"))
    assert {key: recorded[key] for key in answers} == answers
    document = tomllib.loads((module / "pyproject.toml").read_text(encoding="utf-8"))
    assert on_one_line(document["project"]["description"]) == on_one_line(answers["description"])
    assert "x" not in document["tool"]
    (author,) = document["project"]["authors"]
    # A name of nothing that can be seen is none, and then the module's authors are named after it.
    assert on_one_line(author["name"]) == on_one_line(answers["author_name"]) or not on_one_line(answers["author_name"])
    readme = (module / "README.md").read_text(encoding="utf-8").split("\n\n")
    assert on_one_line(answers["description"]) in {"", shown(readme[1])}


def sentence_of(make: Make, folder: str, answers: dict[str, str]) -> str:
    """Make a module, or return why not."""
    try:
        make(folder, **answers)
    except FailedHookException as refusal:
        return str(refusal)
    return ""


def check_any(make: Make, answers: dict[str, str], tmp_path: Path) -> None:
    """Assert the rule for one set of answers."""
    folder = tmp_path / f"made-{next(NUMBERS)}"

    sentence = sentence_of(make, folder.name, answers)

    event("refused" if sentence else "made")
    if sentence:
        assert len(sentence.splitlines()) == 1
        assert "; type " in sentence
        assert not folder.exists()
    else:
        (module,) = folder.iterdir()
        check_module(module, answers)
        shutil.rmtree(folder)
    assert not list(tmp_path.rglob("attacked"))
    assert not (CHECKOUT / "attacked").exists()


UNHURRIED = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], database=None
)


@settings(UNHURRIED, max_examples=60)
@given(ANSWERS)
@example({"project_name": "{{ cookiecutter.__slug }}", "description": "", "author_name": ""})
@example({"project_name": "acme", "description": "", "author_name": "\x00"})
@example({"project_name": "acme", "description": "{{ configured_email() }}", "author_name": "{{ configured_index() }}"})
def test_any_answers_make_a_module_or_a_sentence(make: Make, tmp_path: Path, answers: dict[str, str]) -> None:
    check_any(make, answers, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(UNHURRIED, max_examples=4000)
@given(ANSWERS)
def test_thousands_of_answers_make_a_module_or_a_sentence(make: Make, tmp_path: Path, answers: dict[str, str]) -> None:
    check_any(make, answers, tmp_path)
