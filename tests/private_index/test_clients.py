"""The index and every client that people use, each as its newest release is today, in an environment of its own.

They come from the public index, so these tests run apart: nox -s clients.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.real_index import Index, Make, Post
from tests.surroundings import clean_environment

pytestmark = [pytest.mark.clients, pytest.mark.timeout(180)]

Install = Callable[..., Path]

# What a client's newest release says when it does not even start, here or anywhere else.
BROKEN = {"pdm": "module 'hishel' has no attribute 'SyncSqliteStorage'"}


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """How one tool publishes.

    Args:
        command: its words; {url}, {user} and {password} are the index's, FILES what was built.
        requirement: what is installed.
        backend: the build backend of the project; a tool that knows only one builds by itself.
        env: further variables, with the same holes.

    """

    command: list[str]
    requirement: str
    backend: str = "hatchling"
    env: dict[str, str] = field(default_factory=dict)


FILES = "FILES"
PUBLISHERS = {
    "twine": Publisher(requirement="twine", command=["twine", "upload", "--non-interactive", FILES]),
    "uv": Publisher(
        requirement="uv",
        command=["uv", "publish", FILES],
        env={"UV_PUBLISH_URL": "{url}", "UV_PUBLISH_USERNAME": "{user}", "UV_PUBLISH_PASSWORD": "{password}"},
    ),
    "hatch": Publisher(
        requirement="hatch",
        command=["hatch", "publish", "--no-prompt", FILES],
        env={"HATCH_INDEX_REPO": "{url}", "HATCH_INDEX_USER": "{user}", "HATCH_INDEX_AUTH": "{password}"},
    ),
    "flit": Publisher(
        requirement="flit",
        command=["flit", "publish"],
        backend="flit_core",
        env={"FLIT_INDEX_URL": "{url}", "FLIT_USERNAME": "{user}", "FLIT_PASSWORD": "{password}"},
    ),
    "poetry": Publisher(
        requirement="poetry",
        command=["poetry", "publish", "--no-interaction", "--repository", "team"],
        env={
            "POETRY_REPOSITORIES_TEAM_URL": "{url}",
            "POETRY_HTTP_BASIC_TEAM_USERNAME": "{user}",
            "POETRY_HTTP_BASIC_TEAM_PASSWORD": "{password}",
        },
    ),
    "pdm": Publisher(
        requirement="pdm",
        command=["pdm", "publish", "--no-build"],
        env={"PDM_PUBLISH_REPO": "{url}", "PDM_PUBLISH_USERNAME": "{user}", "PDM_PUBLISH_PASSWORD": "{password}"},
    ),
}
# With the versions that its authors locked, pdm starts.
PUBLISHERS["pdm locked"] = Publisher(
    requirement="pdm[locked]", command=PUBLISHERS["pdm"].command, env=PUBLISHERS["pdm"].env
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Install:
    """A function that installs a client into an environment of its own, once, and returns its folder of commands."""
    base = tmp_path_factory.mktemp("clients")
    env = clean_environment(base / "home") | {"UV_CACHE_DIR": str(base / "cache")}

    def install(requirement: str) -> Path:
        folder = base / requirement
        if not folder.exists():
            subprocess.run(["uv", "venv", "--quiet", "--seed", str(folder)], env=env, check=True)
            command = ["uv", "pip", "install", "--quiet", "--python", str(folder), requirement]
            subprocess.run(command, env=env, check=True)
        return folder / ("Scripts" if sys.platform == "win32" else "bin")

    return install


def run(bin_folder: Path, command: list[str], folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a client's command; one whose newest release is known to be broken is skipped with its error."""
    done = subprocess.run(
        [bin_folder / command[0], *command[1:]],
        cwd=folder,
        env=env | {"PATH": f"{bin_folder}:{env['PATH']}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    error = BROKEN.get(command[0])
    if error is not None and error in done.stdout:
        asked = subprocess.run(
            [bin_folder / command[0], "--version"], env=env, capture_output=True, text=True, check=False
        )
        pytest.skip(f"{asked.stdout.strip()} is broken: {error}")
    return done


def write_project(folder: Path, backend: str, code: str = "") -> Path:
    """Write a small project and build it, if its backend is not its publisher's own; return its folder."""
    (folder / "acme_two").mkdir(parents=True, exist_ok=True)
    (folder / "acme_two" / "__init__.py").write_text(f'"""Acme."""\n{code}\n')
    api = {"hatchling": "hatchling.build", "flit_core": "flit_core.buildapi"}[backend]
    (folder / "pyproject.toml").write_text(
        f'[build-system]\nrequires = ["{backend}"]\nbuild-backend = "{api}"\n\n'
        '[project]\nname = "acme-two"\nversion = "1.0"\ndescription = "A second one."\nrequires-python = ">=3.9"\n'
        'dependencies = ["acme-one"]\nlicense = "MIT"\n'
    )
    if backend == "hatchling":
        command = [sys.executable, "-m", "build", "--no-isolation", str(folder)]
        subprocess.run(command, check=True, capture_output=True)
    return folder


def filled(texts: dict[str, str], index: Index) -> dict[str, str]:
    """Fill the holes of a publisher's variables."""
    return {name: text.format(url=index.url, user=index.user, password=index.password) for name, text in texts.items()}


@pytest.mark.parametrize("name", PUBLISHERS)
def test_every_publisher_may_send_the_same_again_and_never_other_bytes(
    index: Index, installed: Install, tmp_path: Path, name: str
) -> None:
    publisher = PUBLISHERS[name]
    bin_folder = installed(publisher.requirement)
    env = index.env | filled(publisher.env, index) | {"SOURCE_DATE_EPOCH": "1700000000"}

    project = tmp_path / "project"

    def publish() -> subprocess.CompletedProcess[str]:
        files = sorted(str(path) for path in (project / "dist").glob("*"))
        words = [part for word in publisher.command for part in (files if word == FILES else [word])]
        return run(bin_folder, words, project, env)

    def published() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in index.root.iterdir() if path.is_file()}

    write_project(project, publisher.backend, "x = 1")
    first, kept, again = publish(), published(), publish()
    write_project(project, publisher.backend, "x = 2")
    other = publish()

    assert first.returncode == 0, first.stdout
    assert len(kept) == 2
    assert again.returncode == 0, again.stdout
    assert other.returncode != 0
    assert "409" in other.stdout
    assert published() == kept


@pytest.fixture
def team(index: Index, post: Post, make_wheel: Make) -> Index:
    """An index with a project and one that it needs."""
    assert post(index, make_wheel()).ok
    assert post(index, make_wheel("acme-two", "1.0", extra="Requires-Dist: acme-one")).ok
    return index


def write_application(folder: Path, extra: str) -> Path:
    """Write an application that needs acme-two, with lines for one installer."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "app"\nversion = "0.1"\nrequires-python = ">=3.11"\ndependencies = ["acme-two"]\n{extra}'
    )
    return folder


@dataclass(frozen=True, kw_only=True)
class Installer:
    """How one tool installs an application from one URL into .venv beside it.

    Args:
        requirement: what is installed.
        command: its words; {url} is the index's simple URL.
        files: further files of the application, with the same hole.
        extra: further lines of its pyproject.toml.
        env: further variables.

    """

    requirement: str
    command: list[str]
    files: dict[str, str] = field(default_factory=dict)
    extra: str = ""
    env: dict[str, str] = field(default_factory=dict)


PDM = Installer(
    requirement="pdm",
    command=["pdm", "install"],
    extra='[tool.pdm]\ndistribution = false\n[[tool.pdm.source]]\nname = "pypi"\nurl = "{url}"\nverify_ssl = false\n',
    env={"PDM_CHECK_UPDATE": "false"},
)
INSTALLERS = {
    "pip": Installer(
        requirement="pip",
        command=["python", "-m", "pip", "--python", ".venv", "install", "--index-url", "{url}", "acme-two"],
    ),
    "uv": Installer(
        requirement="uv",
        command=["uv", "sync", "--no-install-project"],
        extra='[[tool.uv.index]]\nurl = "{url}"\ndefault = true\n',
    ),
    "poetry": Installer(
        requirement="poetry",
        command=["poetry", "install", "--no-interaction"],
        extra='[tool.poetry]\npackage-mode = false\n[[tool.poetry.source]]\nname = "team"\nurl = "{url}"\n',
        env={"POETRY_VIRTUALENVS_IN_PROJECT": "true"},
    ),
    "pdm": PDM,
    "pdm locked": Installer(requirement="pdm[locked]", command=PDM.command, extra=PDM.extra, env=PDM.env),
    "pipenv": Installer(
        requirement="pipenv",
        command=["pipenv", "install"],
        files={"Pipfile": '[[source]]\nname = "team"\nurl = "{url}"\nverify_ssl = false\n[packages]\nacme-two = "*"\n'},
        env={"PIPENV_VENV_IN_PROJECT": "1", "PIPENV_NOSPIN": "1"},
    ),
}


@pytest.mark.parametrize("name", INSTALLERS)
def test_every_installer_installs_from_the_one_url(team: Index, installed: Install, tmp_path: Path, name: str) -> None:
    installer = INSTALLERS[name]
    application = write_application(tmp_path / "app", installer.extra.replace("{url}", team.simple_url))
    for file, text in installer.files.items():
        (application / file).write_text(text.replace("{url}", team.simple_url))
    if name == "pip":
        subprocess.run(["uv", "venv", "--quiet", ".venv"], cwd=application, env=team.env, check=True)
    command = [word.replace("{url}", team.simple_url) for word in installer.command]

    done = run(installed(installer.requirement), command, application, team.env | installer.env)

    assert done.returncode == 0, done.stdout
    imports = [str(application / ".venv" / "bin" / "python"), "-c", "import acme_one, acme_two"]
    assert subprocess.run(imports, cwd=tmp_path, env=team.env, check=False).returncode == 0


def test_uv_publishes_only_what_its_check_url_lacks(
    index: Index, installed: Install, make_wheel: Make, tmp_path: Path
) -> None:
    env = index.env | filled(PUBLISHERS["uv"].env, index)
    command = ["uv", "publish", "--check-url", index.simple_url, str(make_wheel())]
    bin_folder = installed("uv")

    first = run(bin_folder, command, tmp_path, env)
    again = run(bin_folder, command, tmp_path, env)
    make_wheel(code="x = 2")
    other = run(bin_folder, command, tmp_path, env)

    assert [first.returncode, again.returncode] == [0, 0], first.stdout + again.stdout
    assert "already exists, skipping" in again.stdout
    assert other.returncode != 0
    assert "do not match" in other.stdout


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["uv", "pip", "compile", "--default-index", "{url}", "--exclude-newer", "{date}", "-"], id="uv"),
        pytest.param(
            ["pip", "install", "--dry-run", "--index-url", "{url}", "--uploaded-prior-to", "{date}", "acme-two"],
            id="pip",
        ),
    ],
)
def test_a_cut_off_date_is_held(team: Index, installed: Install, tmp_path: Path, command: list[str]) -> None:
    def resolve(date: str) -> subprocess.CompletedProcess[str]:
        words = [word.replace("{url}", team.simple_url).replace("{date}", date) for word in command]
        words = [str(wanted) if word == "-" else word for word in words]
        return run(installed(command[0]), words, tmp_path, team.env)

    wanted = tmp_path / "requirements.in"
    wanted.write_text("acme-two\n")

    early, late = resolve("2020-01-01T00:00:00Z"), resolve("2100-01-01T00:00:00Z")

    assert early.returncode != 0
    assert "upload-time metadata" not in early.stdout
    assert late.returncode == 0, late.stdout


def test_what_pip_locked_stays_what_it_installs(
    team: Index, post: Post, make_wheel: Make, installed: Install, tmp_path: Path
) -> None:
    bin_folder = installed("pip")
    lock = ["pip", "lock", "--index-url", team.simple_url, "acme-two", "--output", "pylock.toml"]
    locked = run(bin_folder, lock, tmp_path, team.env)
    assert post(team, make_wheel("acme-two", "2.0")).ok

    install = ["pip", "install", "--dry-run", "--no-index", "--requirement", "pylock.toml"]
    done = run(bin_folder, install, tmp_path, team.env)

    assert locked.returncode == 0, locked.stdout
    assert done.returncode == 0, done.stdout
    assert "acme-two-1.0" in done.stdout


class KnowsNoVulnerability(BaseHTTPRequestHandler):
    """The service that uv asks for vulnerabilities besides the index, knowing none."""

    def do_POST(self) -> None:
        """Answer a batch."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"results": [{} for _ in asked.get("queries", [])]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def vulnerabilities() -> Iterator[str]:
    """The URL of a service of vulnerabilities."""
    with ThreadingHTTPServer(("127.0.0.1", 0), KnowsNoVulnerability) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_uv_audits_what_the_index_says_of_a_project(
    team: Index, installed: Install, tmp_path: Path, vulnerabilities: str
) -> None:
    status = [
        "private-index",
        "status",
        "acme-one",
        "deprecated",
        "--reason",
        "use acme-three",
        "--root",
        str(team.root),
    ]
    subprocess.run(status, env=team.env, check=True, capture_output=True)
    application = write_application(tmp_path / "app", INSTALLERS["uv"].extra.replace("{url}", team.simple_url))
    command = ["uv", "audit", "--preview-features", "audit-command", "--service-url", vulnerabilities]

    done = run(installed("uv"), command, application, team.env)

    assert "acme-one" in done.stdout
    assert "use acme-three" in done.stdout
