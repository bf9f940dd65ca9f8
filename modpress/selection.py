"""Which modules are meant by some paths, and in which order they can be published."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from packaging.utils import NormalizedName

from modpress.errors import AmbiguousName, BadField, DependencyCycle, Fault, NoModules
from modpress.history import Repository
from modpress.module import PYPROJECT, Module, read_members

__all__ = ["find_around", "find_modules", "in_order"]


def find_modules(paths: Iterable[Path]) -> list[Module]:
    """Read the modules that paths lead to: a module's folder, a folder of such, or one that names its modules."""
    folders = dict.fromkeys(folder for path in paths for folder in _module_folders(_resolve(path)))
    modules = [Module.read(folder) for folder in folders]
    _check_names(modules)
    return modules


def find_around(repository: Repository, known: Sequence[Module]) -> list[Module]:
    """Return all modules of a repository: those that are known, and those that git finds and that can be read."""
    modules = {module.key: module for module in known}
    folders: list[Path] = [module.folder.resolve() for module in known]
    for folder in sorted(repository.folders_with(PYPROJECT), key=lambda folder: len(folder.parts)):
        # What lies within another module is a piece of its tests, unless that one is the whole repository.
        is_within = any(folder.is_relative_to(other) for other in folders if other != repository.root)
        if is_within:
            continue
        # A project without a name, as a workspace's root, is nobody's sibling.
        with suppress(Fault):
            module = Module.read(folder)
            modules.setdefault(module.key, module)
            folders.append(folder)
    return list(modules.values())


def in_order(modules: Iterable[Module]) -> list[Module]:
    """Return modules so that each comes after those it depends on; otherwise by name."""
    by_key = {module.key: module for module in sorted(modules, key=lambda module: module.key)}
    graph = {key: sorted(module.dependencies & by_key.keys() - {key}) for key, module in by_key.items()}
    try:
        return [by_key[key] for key in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        # graphlib names the cycle against the arrows: each is needed by the next.
        raise DependencyCycle(list(reversed(error.args[1]))) from None


def _resolve(path: Path) -> Path:
    try:
        return path.resolve()
    except OSError:
        # The folder that we are in is gone.
        raise NoModules(path) from None


def _module_folders(path: Path) -> list[Path]:
    """Return the modules' folders that a path leads to: what it names, itself, or the folders in it."""
    if (path / PYPROJECT).is_file():
        members = [folder for pattern in read_members(path) for folder in _matching(path, pattern)]
        return members or [path]
    folders = _folders_in(path)
    if not folders:
        raise NoModules(path)
    return folders


def _matching(path: Path, pattern: str) -> list[Path]:
    """Return the modules that one entry of [tool.modpress] modules means: a module, a folder of them, or a pattern."""
    try:
        places = [path] if pattern == "." else sorted(path.glob(pattern))
    except (ValueError, NotImplementedError):
        places = []
    folders = [
        folder for place in places for folder in ([place] if (place / PYPROJECT).is_file() else _folders_in(place))
    ]
    if not folders:
        raise BadField(path / PYPROJECT, "tool.modpress.modules", f"leads to no module: {pattern!r}")
    return folders


def _folders_in(path: Path) -> list[Path]:
    return sorted(pyproject.parent for pyproject in path.glob(f"*/{PYPROJECT}"))


def _check_names(modules: Iterable[Module]) -> None:
    folders: dict[NormalizedName, list[Path]] = defaultdict(list)
    for module in modules:
        folders[module.key].append(module.folder)
    for name, places in folders.items():
        if len(places) > 1:
            raise AmbiguousName(name, places)
