"""Make a module of answers, in a process of its own: two versions of the template bring two versions of their code."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from packaging.utils import InvalidName, canonicalize_name

from modpress.update_errors import NoMaker, NotRendered

__all__ = ["check_maker", "render"]


def render(template: Path, version: str, answers: Mapping[str, str], folder: Path, environ: Mapping[str, str]) -> Path:
    """Make a module in an empty folder and return where it is; a question without an answer gets its default."""
    check_maker()
    order = {"template": str(template), "answers": dict(answers), "folder": str(folder)}
    # The template is not ours to write to, nor is the folder that the command was called in a place to import from.
    environ = {**environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-P", "-m", "modpress.rendering"]
    done = subprocess.run(
        command, input=json.dumps(order), capture_output=True, cwd=folder, env=environ, encoding="utf-8", check=False
    )
    if done.returncode:
        raise NotRendered(version, done.stdout + done.stderr)
    return Path(done.stdout.splitlines()[-1])


def check_maker() -> None:
    """Refuse to begin without what makes a module: it is an extra, and not everybody has it."""
    if not importlib.util.find_spec("cookiecutter"):
        raise NoMaker


def settled(answers: Mapping[str, str]) -> dict[str, str]:
    """Return what the template is not to judge: a module that is there already keeps its name.

    Its own name on the index is no reason to refuse it, nor is a tool of that name that the sessions came to use since.
    """
    free = {"__free_name": ""}
    try:
        return {**free, "__slug": canonicalize_name(answers.get("project_name", ""), validate=True)}
    except InvalidName:
        # It may be a path; the template's own sentence says what is wrong.
        return free


def main() -> None:
    """Read an order, make the module, and say where it is."""
    from cookiecutter.exceptions import CookiecutterException  # noqa: PLC0415 - an extra: not everybody has it
    from cookiecutter.main import cookiecutter  # noqa: PLC0415

    order = json.load(sys.stdin)
    folder = Path(order["folder"])
    config = folder.with_name(f"{folder.name}.config")
    # A person's own defaults would change the answers, and a replay would be left in the person's home.
    config.write_text(json.dumps({"replay_dir": os.fspath(folder.with_name(f"{folder.name}.replay"))}))
    try:
        made = cookiecutter(
            order["template"],
            no_input=True,
            extra_context={**order["answers"], **settled(order["answers"])},
            output_dir=str(folder),
            config_file=str(config),
        )
    except (CookiecutterException, ValueError) as error:
        sys.exit(str(error))
    print(made)  # noqa: T201 - to the process that asked


if __name__ == "__main__":
    main()
