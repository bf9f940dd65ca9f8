"""A new module, from nothing to all checks passed: the template's own nox against uv's own new project."""

from __future__ import annotations

import shutil
import sys
import sysconfig
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import Report, timed
from tests.surroundings import clean_environment

TEMPLATE = Path(__file__).parents[2] / "template"
NAME = "acme-one"
# The same code is checked in both, by the same tools.
AUTHORS_FOLDERS = ("src", "tests")
LIMIT = 1.5
UV = "uv init --lib, uv add --dev, uv run of each tool"
OURS = "cookiecutter, nox"


def compare(outer: Mapping[str, str], rounds: int) -> Report:
    """Make and check a module in each way, once to warm up and then round by round."""
    seconds = defaultdict[str, list[float]](list)
    with tempfile.TemporaryDirectory(prefix="modpress-bench-") as name:
        folder = Path(name)
        home = Path(outer.get("HOME", "~")).expanduser()
        env = clean_environment(folder) | {"XDG_CACHE_HOME": outer.get("XDG_CACHE_HOME", str(home / ".cache"))}
        # Bytecode is a cache, warm on everybody's machine: without it each start of a tool compiles all of it anew.
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        at = Bench(folder, env)
        for number in range(rounds + 1):
            for way, time in at.one_round(number).items():
                seconds[way].append(time)
    measured = {way: seconds[way][1:] for way in (UV, OURS)}
    return Report(f"a new library, checked, {rounds} rounds after one to warm up", measured, LIMIT)


@dataclass(frozen=True)
class Bench:
    """A folder for what is made, and the environment of each tool."""

    folder: Path
    env: Mapping[str, str]

    def one_round(self, number: int) -> dict[str, float]:
        """Measure each way once. Ours makes the code that uv's project is given, so it goes first."""
        at = self.folder / str(number)
        at.mkdir()
        return {OURS: self.ours(at), UV: self.uv(at)}

    def ours(self, at: Path) -> float:
        """Make a module and run its plain nox."""
        options = ("--no-input", f"--output-dir={at / 'ours'}", f"project_name={NAME}", "index_url=")
        made = timed((tool("cookiecutter"), str(TEMPLATE), *options), cwd=at, env=self.env)
        return made + timed((tool("nox"),), cwd=at / "ours" / NAME, env=self.env)

    def uv(self, at: Path) -> float:
        """Make a project and run the same tools in it, in the versions that ours has locked."""
        ours, project = at / "ours" / NAME, at / "uv" / NAME
        project.parent.mkdir()
        init = (tool("uv"), "init", "--lib", "--quiet", "--python", sys.executable, NAME)
        made = timed(init, cwd=project.parent, env=self.env)
        for name in AUTHORS_FOLDERS:
            shutil.copytree(ours / name, project / name, dirs_exist_ok=True)
        shutil.copy(ours / "README.md", project)
        run = (tool("uv"), "run", "--quiet")
        return made + timed(
            (tool("uv"), "add", "--quiet", "--dev", *locked(ours, "lint", "typecheck")),
            (*run, "ruff", "check"),
            (*run, "ruff", "format", "--check", "--line-length=110"),
            (*run, "mypy", "--strict", *AUTHORS_FOLDERS),
            (*run, "pytest", "--cov=acme_one", "--doctest-modules", *AUTHORS_FOLDERS),
            cwd=project,
            env=self.env,
        )


def locked(module: Path, *groups: str) -> list[str]:
    """Return the tools that are locked for some groups, each with its version."""
    files = [(module / "locked" / f"{group}.txt").read_text(encoding="utf-8") for group in groups]
    names = ("ruff", "mypy", "pytest", "pytest-cov")
    words = [line.split(" ")[0] for text in files for line in text.splitlines()]
    return [word for word in words if word.partition("==")[0] in names]


def tool(name: str) -> str:
    """Return a tool of the session that measures, and no other of that name."""
    return f"{sysconfig.get_path('scripts')}/{name}"
