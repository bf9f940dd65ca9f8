"""A release is taken back from where it was made: by its name, or by a tag for all that was released with it."""

from __future__ import annotations

import requests

from tests.modpress.conftest import Stock
from tests.modpress.test_releasing import Plant, Tree, plant
from tests.real_index import Index

__all__ = ["plant"]


def yanked(index: Index, project: str) -> list[object]:
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    page = requests.get(f"{index.simple_url}{project}/", headers=accept, timeout=60).json()
    return [file["yanked"] for file in page["files"]]


def test_a_tag_takes_back_all_that_was_released_with_it(plant: Plant, name: str, team: Index) -> None:
    tree = plant({f"{name}-base": [], f"{name}-top": [f"{name}-base>=1.0"]})
    tree.run("release", "1.0.0", ".")

    outcome = tree.run("yank", f"{name}-top-v1.0.0", "--reason", "broken")

    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(f"Yanked: {name}-base 1.0.0, {name}-top 1.0.0 (4 files)\n")
    assert yanked(team, f"{name}-base") + yanked(team, f"{name}-top") == ["broken"] * 4


def test_a_rehearsal_says_who_depends_on_it_and_changes_nothing(plant: Plant, name: str, team: Index) -> None:
    tree = plant({f"{name}-base": [], f"{name}-top": [f"{name}-base>=1.0"]})
    tree.run("release", "1.0.0", ".")

    outcome = tree.run("yank", f"{name}-base==1.0.0", "--dry-run")

    assert outcome.out == (
        f"Would yank: {name}-base 1.0.0 (2 files)\n"
        "These take one of them, by the requirements of their latest release:\n"
        f"  {name}-top 1.0.0  needs {name}-base>=1.0\n"
    )
    assert yanked(team, f"{name}-base") == [False, False]


def test_what_is_no_release_is_told(plant: Plant, name: str) -> None:
    tree = plant({name: []})

    odd = tree.run("yank", "acme", "--dry-run")
    unknown = tree.run("yank", f"{name}==1.0", "--dry-run")
    silent = tree.run("yank", f"{name}==1.0")

    assert (odd.code, unknown.code, silent.code) == (1, 1, 2)
    assert "'acme' is no release: give NAME==VERSION, or a tag" in odd.err
    assert f"the index has never held a project '{name}'; " in unknown.err
    assert unknown.err.endswith("; nothing was changed\n")
    assert "say why with --reason" in silent.err


def test_an_index_that_cannot_take_back_is_told(stock: Stock) -> None:
    outcome = Tree(stock.root, stock.env).run("yank", "acme==1.0", "--reason", "broken")

    assert outcome.code == 1
    assert f"{stock.url} offers no way to take a release back from here" in outcome.err
