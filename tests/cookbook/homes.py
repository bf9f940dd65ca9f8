"""The homes in which pages are followed: empty but for what the first page of the book has made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.cookbook.engines import engine
from tests.cookbook.following import Left, Mismatch, Reader
from tests.cookbook.pages import needs_engine

CHECKOUT = Path(__file__).parents[2]
BOOK = CHECKOUT / "docs" / "cookbook"
FIRST = BOOK / "getting-ready.md"
# What the first page leaves in a home and every other page counts on.
TOOLS, CLONE, IDENTITY = "tools", "modpress", ".gitconfig"
# What a reader's environment has not: an empty home has no settings of pip, and what a page writes there is to be read.
UNUSUAL = {"PIP_CONFIG_FILE", "COLUMNS", "NO_COLOR", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
OPENING = f". {TOOLS}/bin/activate"
# What sessions and Python keep in the clone; the next recipe is only quicker for it.
HARMLESS = (".nox/", "__pycache__/")
# What `private-index login` writes.
LOGINS = (".netrc", ".pypirc", ".config/pip/pip.conf", ".config/uv/uv.toml")
# What names the ports of a system of services.
SYSTEM = "examples/compose.yaml"


def pages() -> list[Path]:
    """Return the pages of the book, the first one apart."""
    return sorted(page for page in BOOK.rglob("*.md") if page != FIRST)


def _left_in(home: Path) -> list[str]:
    """Return what the next recipe would not expect in a home."""
    files = {path.name for path in home.iterdir() if not path.name.startswith(".")} - {TOOLS, CLONE}
    logins = {login for login in LOGINS if (home / login).exists()}
    status = ["git", "status", "--porcelain", "--ignored=matching"]
    changed = subprocess.run(status, cwd=home / CLONE, check=True, capture_output=True, text=True).stdout
    unexpected = {f"{CLONE}: {line}" for line in changed.splitlines() if not line.endswith(HARMLESS)}
    return sorted(files | logins | unexpected)


class Homes:
    """Makes homes beside each other.

    Args:
        folder: where.
        env: the environment of whoever lives there; HOME and PATH are set anew.

    """

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._first = folder / "first"
        self._folder = folder
        # What becomes of the checkout meanwhile is none of the reader's business.
        self._origin = folder / "origin"
        caches = {"PIP_CACHE_DIR": str(folder / "pip"), "UV_CACHE_DIR": str(folder / "uv")}
        # What happens to be installed beside these tests is not on the reader's machine.
        own = str(Path(sys.executable).parent)
        path = os.pathsep.join(part for part in env["PATH"].split(os.pathsep) if part != own)
        env = {name: value for name, value in env.items() if name not in UNUSUAL}
        self._env = {**env, **caches, "PATH": path, "TERM": "xterm", "LC_ALL": "C.UTF-8"}

    def follow_first(self) -> list[Mismatch | Left]:
        """Follow the book's first page, which installs the tools of all others."""
        self._clone(self._first)
        return list(Reader(self._first, self._env).follow(FIRST))

    def follow(self, page: Path) -> list[Mismatch | Left]:
        """Follow another page in a home of its own.

        Raises:
            NoEngine: the page needs a container engine, and none runs here.

        """
        home = self._folder / page.stem
        shutil.rmtree(home, ignore_errors=True)
        self._clone(home)
        (home / TOOLS).symlink_to(self._first / TOOLS)
        shutil.copy(self._first / IDENTITY, home)
        with ExitStack() as stack:
            is_about_containers = needs_engine(page.read_text(encoding="utf-8"))
            more = stack.enter_context(engine(self._folder / "engine")) if is_about_containers else {}
            return self._follow(page, home, {**self._env, **more})

    @staticmethod
    def _follow(page: Path, home: Path, env: Mapping[str, str]) -> list[Mismatch | Left]:
        reader = Reader(home, env, OPENING)
        system = home / CLONE / SYSTEM
        reader.map_ports(system)
        # To the reader's git it is as it came.
        subprocess.run(["git", "update-index", "--skip-worktree", SYSTEM], cwd=home / CLONE, check=True)
        found = list(reader.follow(page))
        left = _left_in(home)
        return [*found, Left(page, ", ".join(left))] if left else found

    def _clone(self, home: Path) -> None:
        if not self._origin.exists():
            subprocess.run(["git", "clone", "--quiet", "--bare", CHECKOUT, self._origin], check=True)
        home.mkdir(parents=True)
        subprocess.run(["git", "clone", "--quiet", self._origin, home / CLONE], check=True)
