"""Every guard with all that it may say, read from the code that says it."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from types import FunctionType, ModuleType

from modpress.guards.shape import Guard, SetGuard
from modpress.guards.table import every_guard
from tests.reference.sentences import text

FAILS, SKIPS = {"failed", "judged", "append"}, {"skipped"}


def page() -> str:
    """Return the page of the guards."""
    return (
        "# The guards, and what they say\n\n"
        "All are asked before the first byte goes up; how each is made to refuse is shown in [Guards](../guards.md).\n"
        "A fault of the index or of an address speaks for itself: [What modpress refuses](modpress-errors.md).\n\n"
        + "\n".join(map(_section, every_guard()))
    )


def _section(guard: Guard | SetGuard) -> str:
    waived = f"Waived by `--waive {guard.name}`." if guard.is_waivable else "Can't be waived."
    # What has no words of its own repeats a fault's, and what goes on after a semicolon is the end of another.
    said = [one for one in dict.fromkeys(_said(type(guard), FAILS)) if " " in one and not one.startswith(";")]
    skipped = list(dict.fromkeys(_said(type(guard), SKIPS)))
    shown = "".join(f"\n```text\n{sentence}\n```\n" for sentence in said)
    passed = f"\nSkipped where {'; where '.join(skipped)}.\n" if skipped else ""
    return f"## {guard.name}\n\n{guard.says} {waived}\n{shown}{passed}"


def _said(kind: type, calls: set[str]) -> Iterator[str]:
    module = sys.modules[kind.__module__]
    for node in _reached(kind, module):
        if isinstance(node, ast.Call) and _called(node) in calls:
            yield from _texts(node.args, module)
        elif calls is FAILS and isinstance(node, ast.Yield | ast.Return) and node.value:
            yield from _texts([node.value] if isinstance(node, ast.Yield) else _listed(node.value), module)


def _reached(kind: type, module: ModuleType) -> Iterator[ast.AST]:
    """Give the code of a class and of the functions of its module that it uses, and they."""
    waiting: list[type | FunctionType] = [kind]
    seen: set[str] = set()
    while waiting:
        part = waiting.pop(0)
        seen.add(part.__name__)
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(part)))):
            yield node
            used = vars(module).get(node.id) if isinstance(node, ast.Name) else None
            if isinstance(used, FunctionType) and used.__module__ == module.__name__ and used.__name__ not in seen:
                seen.add(used.__name__)
                waiting.append(used)


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _listed(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.List):
        return list(node.elts)
    return [node] if isinstance(node, ast.JoinedStr) else []


def _texts(nodes: list[ast.expr], module: ModuleType) -> Iterator[str]:
    """Give the sentences in some expressions; one in another is a part of it."""
    for node in nodes:
        known = vars(module).get(node.id) if isinstance(node, ast.Name) else None
        if isinstance(known, str):
            yield known
        elif isinstance(node, ast.JoinedStr | ast.BinOp) or (isinstance(node, ast.Constant) and " " in str(node.value)):
            yield text(node)
        else:
            yield from _texts([part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)], module)
