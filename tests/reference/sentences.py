"""The sentence of every fault, read from the class that makes it, or from where it is raised."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable, Iterator
from types import ModuleType

# Attributes that say less than what has them.
VAGUE = {"name", "filename", "__name__", "value", "key", "typed", "path"}


def page(
    title: str, introduction: str, kinds: Iterable[type[Exception]], *, status: str, code: list[ModuleType]
) -> str:
    """Return the page of some faults.

    Args:
        title: the page's heading.
        introduction: what stands before the first.
        kinds: which.
        status: what their number is.
        code: where they may be raised.

    """
    raised = _raised(code)
    sections = [_section(kind, status, _sentences(kind) or raised.get(kind.__name__, [])) for kind in kinds]
    return f"# {title}\n\n{introduction}\n\n" + "\n".join(sections)


def _section(kind: type[Exception], status: str, sentences: list[str]) -> str:
    meaning = (inspect.getdoc(kind) or "").split("\n\n", maxsplit=1)[0].replace("\n", " ")
    shown = "".join(f"\n```text\n{sentence}\n```\n" for sentence in sentences)
    return f"## {kind.__name__}\n\n{meaning}{_told(kind, status)}\n{shown}"


def _told(kind: type[Exception], status: str) -> str:
    # What all faults have unless they say otherwise, the page's introduction tells.
    own = [vars(one)["status"] for one in kind.__mro__ if "status" in vars(one) and one.__base__ is not Exception]
    return f" {status} {int(own[0])}." if own and isinstance(own[0], int) else ""


def _sentences(kind: type[Exception]) -> list[str]:
    if "__init__" not in vars(kind):
        return []
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_super(node.func)]
    return list(_texts(calls))


def _raised(code: Iterable[ModuleType]) -> dict[str, list[str]]:
    """Return the sentences that are given to faults where they are raised, by the fault's name."""
    found: dict[str, list[str]] = {}
    for module in code:
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found.setdefault(node.func.id, []).extend(_texts([node]))
    return {name: list(dict.fromkeys(sentences)) for name, sentences in found.items()}


def _texts(calls: Iterable[ast.Call]) -> Iterator[str]:
    return (sentence for call in calls for argument in call.args if (sentence := text(argument)))


def _is_super(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "__init__"
        and isinstance(function.value, ast.Call)
        and isinstance(function.value.func, ast.Name)
        and function.value.func.id == "super"
    )


def text(node: ast.expr) -> str:
    """Return what an expression says, with a name in capitals where a value will stand; nothing if it is no text."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return f"{{{_name(node.value)}}}"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return text(node.left) + text(node.right)
    return ""


def _name(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute) and node.attr not in VAGUE:
        return node.attr.strip("_").upper()
    # The first name in the expression says best what stands there.
    names = [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
    return next((name for name in reversed(names) if name not in {"str", "map", "repr"}), "…").upper()
