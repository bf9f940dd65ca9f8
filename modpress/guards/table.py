"""All guards, in the order in which they are told. What looks at files with a library loads it when it is asked."""

from __future__ import annotations

from modpress.guards.api import Api
from modpress.guards.built import Contents, License, Metadata, Names, OwnFiles, Record, Reproducible, Size
from modpress.guards.code import Declared, Importable, Tests
from modpress.guards.secrets import Secrets, Untracked
from modpress.guards.sets import Bounds, Cycles, Resolvable
from modpress.guards.shape import Guard, SetGuard
from modpress.guards.targets import AllowedIndex, Free, Newer, Reachable, Right
from modpress.guards.tree import Behind, Branch, Changelog, Clean, Lock

__all__ = ["GUARDS", "SET_GUARDS", "every_guard", "waivable_names"]

GUARDS: tuple[Guard, ...] = (
    Clean(),
    Branch(),
    Behind(),
    Changelog(),
    Lock(),
    OwnFiles(),
    Names(),
    Metadata(),
    Record(),
    Contents(),
    License(),
    Untracked(),
    Secrets(),
    Size(),
    Reproducible(),
    Resolvable(),
    Importable(),
    Declared(),
    Tests(),
    Bounds(),
    Api(),
    Reachable(),
    AllowedIndex(),
    Right(),
    Free(),
    Newer(),
)
SET_GUARDS: tuple[SetGuard, ...] = (Cycles(),)


def every_guard() -> tuple[Guard | SetGuard, ...]:
    """Return the guards of a module and those of the set."""
    return (*GUARDS, *SET_GUARDS)


def waivable_names() -> tuple[str, ...]:
    """Return the names that `--waive` takes."""
    return tuple(guard.name for guard in every_guard() if guard.is_waivable)
