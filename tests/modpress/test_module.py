"""A module is read from its pyproject.toml, and every mistake in that is a sentence."""

from pathlib import Path

import pytest

from modpress.errors import Fault
from modpress.module import Module

PYPROJECT = """
[project]
name = "Acme.Colours"
version = "1.0.0-beta.1"
dependencies = ["Hsl_To.Hex>=1", "rich; python_version < '4'", "never; extra == 'x'"]
classifiers = ["Private :: Do Not Upload"]

[tool.modpress]
index = "https://packages.example.com/simple/"
"""


def write(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(text)
    return folder


def test_a_module_is_what_its_pyproject_says(tmp_path: Path) -> None:
    module = Module.read(write(tmp_path, PYPROJECT))

    assert (module.folder, module.name, module.key) == (tmp_path, "Acme.Colours", "acme-colours")
    assert module.version == "1.0.0b1"
    assert module.dependencies == {"hsl-to-hex", "rich"}
    assert module.is_private
    assert module.index == "https://packages.example.com/simple/"


def test_a_dynamic_version_is_not_known_yet(tmp_path: Path) -> None:
    module = Module.read(write(tmp_path, '[project]\nname = "acme"\ndynamic = ["version"]'))

    assert module.version is None
    assert str(module) == "acme"


def test_an_empty_index_is_none(tmp_path: Path) -> None:
    module = Module.read(write(tmp_path, '[project]\nname = "a"\nversion = "1"\n[tool.modpress]\nindex = ""'))

    assert module.index is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("[project\n", "cannot be read: .* line 1", id="no TOML"),
        pytest.param("", "project.name is missing", id="empty"),
        pytest.param("project = 1", "project must be a table", id="project is no table"),
        pytest.param("[project]\nversion = '1'", "project.name is missing", id="no name"),
        pytest.param("[project]\nname = 7", "project.name must be a string", id="name is a number"),
        pytest.param("[project]\nname = '-a-'", "project.name is no valid name", id="bad name"),
        pytest.param("[project]\nname = '../a'", "project.name is no valid name", id="a path for a name"),
        pytest.param("[project]\nname = 'a'", "project.version is missing", id="no version"),
        pytest.param("[project]\nname = 'a'\nversion = 'one'", "no valid version: 'one'", id="bad version"),
        pytest.param("[project]\nname = 'a'\nversion = '1'\ndependencies = 'b'", "array of strings", id="no array"),
        pytest.param("[project]\nname = 'a'\nversion = '1'\ndependencies = ['b c']", "no valid requirement", id="junk"),
        pytest.param("tool = 1\n[project]\nname = 'a'\nversion = '1'", "tool must be a table", id="tool is no table"),
        pytest.param("[project]\nname = 'a'\nversion = '1'\n[tool.modpress]\nindex = []", "a string", id="index"),
    ],
)
def test_a_mistake_in_a_pyproject_is_told_with_its_place(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Fault, match=rf"pyproject\.toml.*{sentence}"):
        Module.read(write(tmp_path, text))


def test_a_pyproject_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes('[project]\nname = "é"'.encode("latin-1"))

    with pytest.raises(Fault, match="UTF-8"):
        Module.read(tmp_path)
