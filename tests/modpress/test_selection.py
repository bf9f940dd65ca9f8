"""Which modules paths mean, and the order in which they can be published."""

from pathlib import Path

import pytest

from modpress.errors import AmbiguousName, BadField, DependencyCycle, NoModules
from modpress.module import Module
from modpress.selection import find_modules, in_order
from tests.modpress.conftest import Modules


def names(modules: list[Module]) -> list[str]:
    return [module.name for module in modules]


def test_a_path_is_a_module_or_a_folder_of_modules(modules: Modules) -> None:
    modules.make("b")
    modules.make("a")
    (modules.folder / "notes").mkdir()

    assert names(find_modules([modules.folder / "b"])) == ["b"]
    assert names(find_modules([modules.folder])) == ["a", "b"]


def test_a_module_that_is_named_twice_is_meant_once(modules: Modules) -> None:
    folder = modules.make("a")

    assert names(find_modules([folder, modules.folder, folder / ".." / "a"])) == ["a"]


def test_a_folder_without_modules_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoModules, match="give a module's folder"):
        find_modules([tmp_path])


def test_a_name_is_one_modules(modules: Modules) -> None:
    folders = [modules.make("acme-one"), modules.make("Acme.One")]

    with pytest.raises(AmbiguousName, match=r"acme-one is used by .*acme-one and by .*Acme\.One"):
        find_modules(folders)


def test_a_module_comes_after_what_it_needs(modules: Modules) -> None:
    modules.make("a", dependencies=["B.b>=1"])
    modules.make("b-b", dependencies=["c", "elsewhere"])
    modules.make("c", dependencies=["c"])

    assert names(in_order(find_modules([modules.folder]))) == ["c", "b-b", "a"]


def test_a_circle_is_named(modules: Modules) -> None:
    modules.make("a", dependencies=["b"])
    modules.make("b", dependencies=["c"])
    modules.make("c", dependencies=["a"])
    modules.make("d", dependencies=["a"])

    with pytest.raises(DependencyCycle, match=r"(a -> b -> c -> a|b -> c -> a -> b|c -> a -> b -> c)"):
        in_order(find_modules([modules.folder]))


def test_a_repository_says_where_its_modules_are(tmp_path: Path) -> None:
    for folder, name in [("libs", "b"), ("libs", "a"), ("apps", "c"), ("more", "d")]:
        Modules(tmp_path / folder).make(name)
    (tmp_path / "pyproject.toml").write_text('[tool.modpress]\nmodules = ["libs", "apps/*"]\n')

    assert names(find_modules([tmp_path])) == ["a", "b", "c"]


@pytest.mark.parametrize("pattern", ["nowhere", "/etc", ""])
def test_an_entry_that_leads_to_no_module_is_told(pattern: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[tool.modpress]\nmodules = ["{pattern}"]\n')

    with pytest.raises(BadField, match=r"tool\.modpress\.modules leads to no module"):
        find_modules([tmp_path])
