"""What tests of publishing share: tiny modules, the command itself, a team's index, a stock one and an odd one."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import pytest

from tests.real_index import Index, run_index
from tests.surroundings import clean_environment
from tests.waiting import answers, wait_for

TIMES = re.compile(r"\d+\.\d s")


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """A team's index that tests share, each with names of its own."""
    env = clean_environment(tmp_path_factory.mktemp("home"))
    with run_index(tmp_path_factory.mktemp("team") / "packages", ("--no-fallback",), env) as index:
        yield index


@pytest.fixture
def name() -> str:
    """A project name that no other test uses."""
    return f"acme-{uuid4().hex[:8]}"


@dataclass(frozen=True)
class Modules:
    """Writes tiny modules into one folder."""

    folder: Path

    def make(  # noqa: PLR0913 - each is one way in which modules differ
        self,
        name: str,
        version: str = "1.0",
        *,
        dependencies: Sequence[str] = (),
        classifiers: Sequence[str] = (),
        code: str = "",
        extra: str = "",
    ) -> Path:
        """Write a module and return its folder; `extra` is further TOML, which may begin with keys of [project]."""
        folder = self.folder / name
        package = folder / "src" / name.replace("-", "_").replace(".", "_").lower()
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").write_text(code)
        (folder / "README.md").write_text(f"# {name}\n")
        (folder / "pyproject.toml").write_text(
            '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
            f'[project]\nname = "{name}"\nversion = "{version}"\ndescription = "Made by a test."\n'
            'readme = "README.md"\nrequires-python = ">=3.11"\n'
            f"dependencies = {list(dependencies)}\nclassifiers = {list(classifiers)}\n{extra}"
        )
        return folder


@pytest.fixture
def modules(tmp_path: Path) -> Modules:
    """A folder to write tiny modules into."""
    return Modules(tmp_path / "modules")


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def timeless(self) -> str:
        """Standard output, with every time as T."""
        return TIMES.sub("T", self.out)


Publish = Callable[..., Outcome]


@pytest.fixture
def publish(tmp_path: Path) -> Publish:
    """A function that runs `modpress publish`, sees that it never betrays a password, and returns the outcome."""

    def run(*arguments: str | Path, env: Mapping[str, str]) -> Outcome:
        command = [sys.executable, "-m", "modpress", "publish", *map(str, arguments)]
        done = subprocess.run(
            command, env=env, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert env.get("TWINE_PASSWORD", "\0") not in done.stdout + done.stderr
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


@dataclass(frozen=True)
class Stock:
    """A running stock pypiserver."""

    url: str
    root: Path
    env: dict[str, str]


@pytest.fixture
def stock(tmp_path: Path, env: dict[str, str]) -> Iterator[Stock]:
    """A stock pypiserver, without accounts, serving a folder."""
    root = tmp_path / "stock"
    root.mkdir()
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    login = {"TWINE_REPOSITORY_URL": url, "TWINE_USERNAME": "me", "TWINE_PASSWORD": "any-pass"}
    command = [sys.executable, "-m", "pypiserver", "run", "-i", "127.0.0.1", "-p", str(port), "-P", ".", "-a", "."]
    with subprocess.Popen([*command, "--disable-fallback", str(root)], env=env, stderr=subprocess.DEVNULL) as process:
        wait_for(lambda: answers(url))
        yield Stock(url, root, env | login)
        process.terminate()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the odd index answers."""

    status: int = 200
    body: bytes = b""
    kind: str = "text/plain"
    reason: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0


@dataclass
class Odd:
    """A server that answers what it is told to: the last of several answers stays.

    Attributes:
        url: where it is.
        answers: by method and path, in their order.
        asked: the method, the path and the Authorization header of each request.

    """

    url: str
    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)

    def next_answer(self, request: str) -> Answer:
        """Return what is to be answered to `GET /path`."""
        answers = self.answers.get(request, [Answer(status=404)])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def show(self, page: str, files: Mapping[str, Path], *, late: int = 0) -> None:
        """Serve files and, from the request after `late` others on, a page that links to them."""
        links = "".join(f'<a href="/files/{name}">{name}</a>\n' for name in files)
        empty = [Answer(status=404)] * late
        self.answers[f"GET {page}"] = [*empty, Answer(body=links.encode(), kind="text/html")]
        for name, path in files.items():
            self.answers[f"GET /files/{name}"] = [Answer(body=path.read_bytes(), kind="application/octet-stream")]


@pytest.fixture
def odd() -> Iterator[Odd]:
    """A server that answers what a test tells it to."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _OddHandler) as server:
        server.odd = told = Odd(f"http://127.0.0.1:{server.server_port}/")  # type: ignore[attr-defined]  # our own
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield told
        server.shutdown()
        thread.join()


class _OddHandler(BaseHTTPRequestHandler):
    """Answers from the table, once it has read the request."""

    def handle_any(self) -> None:
        told: Odd = self.server.odd  # type: ignore[attr-defined]  # our own
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        told.asked.append((self.command, self.path, self.headers.get("Authorization")))
        answer = told.next_answer(f"{self.command} {self.path}")
        time.sleep(answer.seconds)
        with suppress(ConnectionError):
            self.send_response(answer.status, answer.reason)
            fields = {"Content-Type": answer.kind, "Content-Length": str(len(answer.body)), **answer.headers}
            for key, value in fields.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_POST = handle_any  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def dead_url() -> str:
    """A URL at which nothing listens."""
    return f"http://127.0.0.1:{free_port()}/"


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The folder for temporary files of a command whose TMPDIR it is made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return server.server_port
