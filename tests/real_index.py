"""A real index in a process of its own, for any test that needs one."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from private_index.accounts import Accounts
from private_index.settings import Settings
from private_index.store import Store

STOP_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Index:
    """A running index, its one user, and how to reach it."""

    url: str
    root: Path
    users: Path
    env: dict[str, str]
    process: subprocess.Popen[str]
    log: Path
    user: str = "me"
    password: str = 'pass "word" with: ünusual'
    said: list[str] = field(default_factory=list)

    @property
    def simple_url(self) -> str:
        """The simple API's URL."""
        return f"{self.url}simple/"

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send the server a signal and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)


# What the fixtures of these names are: what each takes stands where it is defined.
Serve = Callable[..., Index]
Make = Callable[..., Path]
Post = Callable[..., requests.Response]


@contextmanager
def run_index(root: Path, options: tuple[str, ...], env: dict[str, str]) -> Iterator[Index]:
    """Serve `root` on a free port, with one user, for as long as the block runs."""
    users = root.parent / "users"
    if not root.exists():
        # Its catalogue is made here: what makes it takes longer to load than to work, and is loaded here only once.
        Store(Settings(root=root, users=users)).close()
    Accounts(users).add(Index.user, Index.password)
    command = [
        sys.executable,
        "-m",
        "private_index",
        "serve",
        "--port",
        "0",
        "--root",
        str(root),
        "--users",
        str(users),
    ]
    log = root.parent / "index.log"
    with (
        log.open("a") as stream,
        subprocess.Popen([*command, *options], env=env, stdout=subprocess.PIPE, stderr=stream, text=True) as process,
    ):
        said = [process.stdout.readline().rstrip() for _ in range(3)]  # type: ignore[union-attr]  # it is a pipe
        match = re.search(r"https?://\S+", said[0])
        assert match, f"the index did not start: {said} {log.read_text()}"
        url = match.group()
        index = Index(url=url, root=root, users=users, env=env | _reach(url), process=process, log=log, said=said)
        try:
            yield index
        finally:
            if process.poll() is None:
                index.stop()


def files_of(index: Index) -> list[str]:
    """Return what lies in the index's folder, unfinished parts too."""
    parts = index.root / ".private-index" / "parts"
    return sorted(path.name for path in [*index.root.iterdir(), *parts.iterdir()] if path.is_file())


def get(url: str, accept: str | None = None, **options: object) -> requests.Response:
    """Ask for a page as a client with that Accept header, following no redirect."""
    headers = {"Accept": accept}
    return requests.get(url, headers=headers, timeout=60, allow_redirects=False, **options)  # type: ignore[arg-type]


def _reach(url: str) -> dict[str, str]:
    return {
        "MODPRESS_INDEX_URL": f"{url}simple/",
        "TWINE_REPOSITORY_URL": url,
        "TWINE_USERNAME": Index.user,
        "TWINE_PASSWORD": Index.password,
    }
