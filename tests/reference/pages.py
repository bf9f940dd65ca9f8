"""Which pages the reference has, each made of the code it tells of."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Iterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route

import modpress
import private_index
from modpress.cli import main as modpress_command
from modpress.errors import Fault
from modpress.exits import Exit
from private_index.app import create_app
from private_index.cli import main as index_command
from private_index.configuration import KEYS, Key
from private_index.errors import IndexFault
from private_index.settings import Settings
from tests.reference import commands, guards, packages, sentences

MADE = "<!-- Made by `python -m tests.reference` of the code; change that, not this. -->\n\n"


def pages() -> dict[str, str]:
    """Return file name -> text."""
    made = {
        "modpress.md": commands.page("The command modpress", modpress_command, "modpress"),
        "private-index.md": commands.page("The command private-index", index_command, "private-index"),
        "settings.md": _settings(),
        "http.md": _interface(),
        "index-errors.md": sentences.page(
            "What the index refuses",
            "Each sentence is in the body of the answer: `message` where JSON is asked for, else the text itself.\n"
            "The status is 400 where no other is named. A command prints the sentence after\n"
            "`Error: ` and ends with exit code 1.",
            packages.kinds(private_index, IndexFault),
            status="HTTP status",
            code=packages.modules(private_index),
        ),
        "modpress-errors.md": sentences.page(
            "What modpress refuses",
            "Each sentence is printed after `Error: `; the command ends with exit code 1 where no other is named.",
            packages.kinds(modpress, Fault),
            status="Exit code",
            code=packages.modules(modpress),
        ),
        "guards.md": guards.page(),
        "exit-codes.md": _exit_codes(),
    }
    return {name: MADE + text for name, text in made.items()}


def _exit_codes() -> str:
    rows = "".join(f"| {code.value} | {code.meaning} |\n" for code in Exit)
    return f"# How modpress ends\n\n| exit code | what it means |\n|---|---|\n{rows}"


def _settings() -> str:
    return (
        "# Settings of the index\n\n"
        "On the command line a setting is `--NAME`, in the settings file `NAME`, in the environment its variable. The\n"
        "command line is asked first, then the environment, then the file.\n\n" + "\n".join(map(_setting, KEYS))
    )


def _setting(key: Key) -> str:
    default = key.otherwise if key.default is None else f"`{key.default}`" if key.default not in ("", []) else "none"
    return f"## {key.name}\n\n{key.help}\n\n- variable `{key.variable}`\n- {key.kind.expects}\n- default: {default}\n"


def _interface() -> str:
    # One line for all addresses of the same answer: a table of three columns is none that a phone can show.
    answers: dict[tuple[str, str], list[str]] = {}
    for path, methods, says in sorted(_routes()):
        answers.setdefault((methods, says), []).append(f"`{path}`")
    lines = "".join(f"- {methods} {', '.join(paths)}: {says}\n" for (methods, says), paths in answers.items())
    return f"# The HTTP interface of the index\n\nWhat answers to GET answers to HEAD.\n\n{lines}"


def _routes() -> Iterator[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(root=Path(folder), users=Path(folder, "users"), read="open")
        app = create_app(settings)
    router = app if isinstance(app, Starlette) else vars(app)["_app"]
    for route in router.routes:
        assert isinstance(route, Route)
        summary = (inspect.getdoc(route.endpoint) or "").split("\n\n", maxsplit=1)[0].replace("\n", " ")
        yield route.path, ", ".join(sorted((route.methods or set()) - {"HEAD"})), summary
