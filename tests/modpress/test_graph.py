"""Who needs whom, as a tree and as a picture."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest

from modpress.graph import Graph
from modpress.graph_svg import as_svg
from modpress.module import Module, names_required
from modpress.selection import in_order
from tests.modpress.conftest import Modules

DIAMOND = {"base": [], "left": ["base>=1.0"], "right": ["base>=2"], "top": ["left", "right", "base", "rich>=14"]}
CHAIN = {f"m{number}": [f"m{other}" for other in range(number)] for number in range(6)}
SVG = "{http://www.w3.org/2000/svg}"


def graph_of(needs: dict[str, list[str]]) -> Graph:
    modules = [
        Module(folder=Path(name), name=name, version="1.5", dependencies=names_required(each))
        for name, each in needs.items()
    ]
    return Graph.of(in_order(modules), {module.key: needs[module.name] for module in modules})


def test_a_tree_shows_versions_bounds_and_what_is_not_met() -> None:
    assert graph_of(DIAMOND).as_lines() == [
        "top 1.5",
        "├── base 1.5",
        "├── left 1.5",
        "│   └── base 1.5  >=1.0",
        "└── right 1.5",
        "    └── base 1.5  >=2  NOT MET",
    ]


def test_what_was_drawn_is_named_and_not_drawn_again() -> None:
    lines = graph_of(CHAIN).as_lines()

    assert len(lines) < sum(2**number for number in range(6))
    assert "└── m4 1.5 (see above)" not in lines
    assert any(line.endswith("(see above)") for line in lines)


def test_an_inverted_tree_shows_whom_a_change_reaches() -> None:
    lines = graph_of({"base": [], "mid": ["base"], "top": ["mid"]}).inverted().as_lines()

    assert lines == ["base 1.5", "└── mid 1.5", "    └── top 1.5"]


@pytest.mark.parametrize("needs", [DIAMOND, CHAIN, {"alone": []}], ids=["diamond", "chain", "alone"])
def test_a_picture_has_a_box_a_module_and_an_arrow_a_need(needs: dict[str, list[str]]) -> None:
    drawn = ET.fromstring(as_svg(graph_of(needs)))  # noqa: S314 - it is our own

    boxes = [text.text for text in drawn.iter(f"{SVG}text") if text.get("class") is None]
    arrows = [title.text or "" for title in drawn.iter(f"{SVG}title")]
    assert sorted(map(str, boxes)) == sorted(needs)
    assert len(arrows) == sum(len([one for one in each if "rich" not in one]) for each in needs.values())


@pytest.mark.parametrize("needs", [DIAMOND, CHAIN], ids=["diamond", "chain"])
def test_no_box_covers_another_and_who_is_needed_is_below(needs: dict[str, list[str]]) -> None:
    drawn = ET.fromstring(as_svg(graph_of(needs)))  # noqa: S314 - it is our own

    boxes = sorted(
        (float(box.get("y", 0)), float(box.get("x", 0)), float(box.get("width", 0))) for box in drawn.iter(f"{SVG}rect")
    )
    assert all(one[0] < other[0] or one[1] + one[2] < other[1] for one, other in pairwise(boxes))
    for arrow in drawn.findall(f"{SVG}path"):
        heights = [float(y) for _, y in re.findall(r"([\d.]+) ([\d.]+)", arrow.get("d", ""))]
        assert heights == sorted(heights)


def test_names_are_written_so_that_the_picture_stays_well_formed() -> None:
    module = Module(folder=Path("a"), name="<a>&", version=None)

    assert "&lt;a&gt;&amp;" in as_svg(Graph.of([module], {}))


def test_the_command_draws_a_folder_of_modules(modules: Modules, env: dict[str, str], tmp_path: Path) -> None:
    modules.make("base")
    modules.make("top", dependencies=["base>=1"])
    command = [sys.executable, "-m", "modpress", "graph", str(modules.folder)]

    tree = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    picture = subprocess.run([*command, "--svg", str(tmp_path / "g.svg")], env=env, capture_output=True, check=True)

    assert tree.stdout == "top 1.0\n└── base 1.0  >=1\n"
    assert picture.returncode == 0
    assert (tmp_path / "g.svg").read_text().startswith("<svg")


def test_a_picture_that_cannot_be_written_is_told(modules: Modules, env: dict[str, str], tmp_path: Path) -> None:
    modules.make("base")
    command = [sys.executable, "-m", "modpress", "graph", str(modules.folder), "--svg", str(tmp_path / "no" / "g.svg")]

    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (
        1,
        f"Error: {tmp_path / 'no' / 'g.svg'} can't be written: No such file or directory\n",
    )
