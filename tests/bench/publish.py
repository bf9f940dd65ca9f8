"""One module and twelve, published by ours with all its guards and by each peer with none, in turn in one run."""

from __future__ import annotations

import itertools
import subprocess
import sys
import sysconfig
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from modpress import journey
from tests.bench.measure import timed
from tests.bench.tables import table
from tests.real_index import Index, run_index

OURS, STOCK, UV = "modpress publish, all guards", "python -m build, twine upload", "uv build, uv publish"
PEERS = ("build", "twine", "hatch", "poetry", "flit")
# Each builds with the backend that its tool can build with.
BACKENDS = {
    "hatchling": 'requires = ["hatchling"]\nbuild-backend = "hatchling.build"',
    "poetry": 'requires = ["poetry-core>=2"]\nbuild-backend = "poetry.core.masonry.api"',
    "flit": 'requires = ["flit_core>=3.11"]\nbuild-backend = "flit_core.buildapi"',
}
# Who needs whom among twelve modules, with diamonds.
GRAPH = {
    0: [],
    1: [0],
    2: [0],
    3: [1, 2],
    4: [1],
    5: [2, 4],
    6: [3, 5],
    7: [6],
    8: [6, 4],
    9: [7, 8],
    10: [],
    11: [9, 10],
}
# Ours over a peer's, at most.
LIMITS = {STOCK: 1.0, UV: 2.0}
PYPROJECT = """\
[build-system]
{backend}

[project]
name = "{name}"
version = "{version}"
description = "Made to be measured."
readme = "README.md"
requires-python = ">=3.11"
license = "MIT"
license-files = ["LICENSE"]
authors = [{{ name = "A", email = "a@example.com" }}]
dependencies = {needs}
"""
INTRODUCTION = """\
# How long publishing takes

{rounds} rounds after one to warm up, every way once in each; the figures are medians in seconds, and in brackets ours
divided by it. Ours asks every guard, stages, tries out together, flips and proves; the others build and upload. The
modules have no tests of their own, whose time would be theirs. Made by:

```console
$ nox -s bench -- publish
```

"""


@dataclass(frozen=True)
class Shop:
    """An index, the peers' tools, and a folder in which modules are made."""

    index: Index
    tools: Path
    folder: Path
    env: Mapping[str, str]

    def modules(self, count: int, backend: str, version: str) -> list[Path]:
        """Write modules that nobody published yet, committed in a repository of their own."""
        root = self.folder / f"{backend}-{count}-{version}"
        for number in range(count):
            self._write(root / _name(backend, count, number), backend, version, count, number)
        for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "First"]):
            subprocess.run(["git", *words], cwd=root, env=self.env, check=True)
        return sorted(path for path in root.iterdir() if path.name != ".git")

    def _write(self, folder: Path, backend: str, version: str, count: int, number: int) -> None:
        package = folder / "src" / folder.name.replace("-", "_")
        package.mkdir(parents=True)
        needs = [_name(backend, count, other) for other in GRAPH[number] if count > 1]
        imports = "".join(f"import {need.replace('-', '_')}\n" for need in needs)
        (package / "__init__.py").write_text(f'"""Made to be measured."""\n\n{imports}__all__: list[str] = []\n')
        (folder / "README.md").write_text(f"# {folder.name}\n")
        (folder / "LICENSE").write_text("MIT\n")
        (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n## {version}\n\n- New.\n")
        bounds = [f"{need}>={version}" for need in needs]
        text = PYPROJECT.format(backend=BACKENDS[backend], name=folder.name, version=version, needs=bounds)
        (folder / "pyproject.toml").write_text(text)

    def run(self, commands: Sequence[Sequence[str]], folder: Path) -> float:
        """Return the seconds that commands take, one after the other."""
        return timed(*commands, cwd=folder, env=self.env)

    def tool(self, name: str) -> str:
        """Return a peer's program."""
        return str(self.tools / "bin" / name)


def _name(backend: str, count: int, number: int) -> str:
    return f"bench-{backend}-{count}-{number:02}"


def ours(shop: Shop, modules: Sequence[Path]) -> float:
    """Publish with all guards."""
    return shop.run([[sys.executable, "-m", "modpress", "publish", *map(str, modules)]], modules[0].parent)


def stock(shop: Shop, modules: Sequence[Path]) -> float:
    """Build one after the other, as there is no other way, and upload all at once."""
    dist = str(modules[0].parent / "dist")
    python = shop.tool("python")
    builds = [[python, "-m", "build", "--outdir", dist, str(module)] for module in modules]
    return shop.run(
        [*builds, [python, "-m", "twine", "upload", "--disable-progress-bar", f"{dist}/*"]], modules[0].parent
    )


def with_uv(shop: Shop, modules: Sequence[Path]) -> float:
    """Build one after the other and upload all at once."""
    uv, dist = f"{sysconfig.get_path('scripts')}/uv", str(modules[0].parent / "dist")
    builds = [[uv, "build", "--quiet", "--out-dir", dist, str(module)] for module in modules]
    return shop.run([*builds, [uv, "publish", "--quiet", f"{dist}/*"]], modules[0].parent)


def each(*commands: tuple[str, ...]) -> Callable[[Shop, Sequence[Path]], float]:
    """Return a way that runs a peer's commands in each module's folder."""

    def way(shop: Shop, modules: Sequence[Path]) -> float:
        line = [[shop.tool(name), *words] for name, *words in commands]
        return sum(shop.run(line, module) for module in modules)

    return way


WAYS: dict[str, tuple[str, Callable[[Shop, Sequence[Path]], float]]] = {
    OURS: ("hatchling", ours),
    STOCK: ("hatchling", stock),
    UV: ("hatchling", with_uv),
    "hatch build, hatch publish": ("hatchling", each(("hatch", "build"), ("hatch", "publish", "--no-prompt"))),
    "poetry publish --build": ("poetry", each(("poetry", "publish", "--build", "--repository", "bench"))),
    "flit publish": ("flit", each(("flit", "publish", "--repository", "bench"))),
}


@dataclass(frozen=True)
class Comparison:
    """The seconds of every way for each number of modules."""

    seconds: Mapping[int, Mapping[str, Sequence[float]]]
    rounds: int

    def ratio(self, count: int, way: str) -> float:
        """Return our median divided by a way's."""
        return median(self.seconds[count][OURS]) / median(self.seconds[count][way])

    @property
    def misses(self) -> list[str]:
        """The demands that are not kept, in words."""
        return [
            f"{count} modules: ours takes {self.ratio(count, way):.2f} of '{way}', and {limit:.0f} is demanded at most"
            for count in self.seconds
            for way, limit in LIMITS.items()
            if self.ratio(count, way) > limit
        ]

    def as_markdown(self) -> str:
        """Return the page."""
        rows = [[way, *(self._cell(count, way) for count in self.seconds)] for way in WAYS]
        head = ("", *(f"{count} module{'s' if count > 1 else ''}" for count in self.seconds))
        demands = "\n".join(f"- Missed: {miss}." for miss in self.misses) or "- Every demand is kept."
        return INTRODUCTION.format(rounds=self.rounds) + table(head, rows) + f"\n{demands}\n"

    def _cell(self, count: int, way: str) -> str:
        seconds = f"{median(self.seconds[count][way]):.2f} s"
        return seconds if way == OURS else f"{seconds} ({self.ratio(count, way):.2f})"


def compare(outer: Mapping[str, str], counts: Sequence[int], rounds: int, say: Callable[[str], None]) -> Comparison:
    """Publish in each way in turn, once to warm up and then round by round."""
    seconds: dict[int, dict[str, list[float]]] = {count: defaultdict(list) for count in counts}
    versions = itertools.count(1)
    with _shop(outer) as shop:
        for number in range(rounds + 1):
            for count in counts:
                for way, (backend, run) in _turned(list(WAYS.items()), number):
                    # Each time a larger one: several ways build with one backend.
                    modules = shop.modules(count, backend, f"{next(versions)}.0.0")
                    seconds[count][way].append(run(shop, modules))
            say(f"round {number} of {rounds}")
    measured = {count: {way: times[1:] for way, times in ways.items()} for count, ways in seconds.items()}
    return Comparison(measured, rounds)


def _turned(
    ways: list[tuple[str, tuple[str, Callable[[Shop, Sequence[Path]], float]]]], number: int
) -> Iterator[tuple[str, tuple[str, Callable[[Shop, Sequence[Path]], float]]]]:
    turn = number % len(ways)
    yield from ways[turn:] + ways[:turn]


@contextmanager
def _shop(outer: Mapping[str, str]) -> Iterator[Shop]:
    with tempfile.TemporaryDirectory(prefix="modpress-bench-") as name:
        folder = Path(name)
        env = journey.environment(outer, tools=sysconfig.get_path("scripts"), temporary=name)
        env |= {"HOME": str(folder / "home"), "UV_CACHE_DIR": str(folder / "cache")}
        tools = _install(folder / "tools", env)
        with run_index(folder / "packages", (), env) as index:
            yield Shop(index, tools, folder / "made", env | _reach(index, folder / "home"))


def _install(folder: Path, env: Mapping[str, str]) -> Path:
    uv = f"{sysconfig.get_path('scripts')}/uv"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], env=env, check=True)
    install = [uv, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), *PEERS]
    subprocess.run(install, env=env, check=True)
    return folder


def _reach(index: Index, home: Path) -> dict[str, str]:
    """Tell each peer where to publish, and as whom, in the way it reads."""
    home.mkdir(exist_ok=True)
    section = f"[bench]\nrepository = {index.url}\nusername = {index.user}\npassword = {index.password}\n"
    (home / ".pypirc").write_text(f"[distutils]\nindex-servers = bench\n{section}")
    author = {f"GIT_{who}_{what}": "me@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return {
        **author,
        "MODPRESS_INDEX_URL": index.simple_url,
        "TWINE_REPOSITORY_URL": index.url,
        "TWINE_USERNAME": index.user,
        "TWINE_PASSWORD": index.password,
        "UV_PUBLISH_URL": index.url,
        "UV_PUBLISH_USERNAME": index.user,
        "UV_PUBLISH_PASSWORD": index.password,
        "HATCH_INDEX_REPO": index.url,
        "HATCH_INDEX_USER": index.user,
        "HATCH_INDEX_AUTH": index.password,
        "POETRY_REPOSITORIES_BENCH_URL": index.url,
        "POETRY_HTTP_BASIC_BENCH_USERNAME": index.user,
        "POETRY_HTTP_BASIC_BENCH_PASSWORD": index.password,
    }


def write(comparison: Comparison, folder: Path) -> None:
    """Write the page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "publishing_speed.md").write_text(comparison.as_markdown(), encoding="utf-8")
