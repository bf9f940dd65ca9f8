"""What a package defines, in all its modules: nothing that is added to one can be forgotten here."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

# Importing these is running them: one is a command, the others are run by Alembic, which brings what they ask for.
RUN = {"__main__", "migrations"}


def modules(package: ModuleType) -> list[ModuleType]:
    """Return every module of a package and of the packages in it, in the order of their names."""
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    names = sorted(info.name for info in found if RUN.isdisjoint(info.name.split(".")))
    return [package, *map(importlib.import_module, names)]


def kinds(package: ModuleType, base: type[Exception]) -> Iterator[type[Exception]]:
    """Return every fault that a package defines, module by module, as they stand there."""
    for module in modules(package):
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, base) and kind.__module__ == module.__name__:
                yield kind
