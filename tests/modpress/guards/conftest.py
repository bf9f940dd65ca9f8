"""What tests of guards share: a module with everything that is asked of one, and cases made of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest

from modpress.builds import build
from modpress.clients import Uv, clean, find_uv
from modpress.credentials import open_account
from modpress.destination import Destination
from modpress.guards.case import Case, Options, Subject
from modpress.listing import Listing
from modpress.module import Module
from modpress.order import Manners
from modpress.release import Artifact, Release
from modpress.urls import Login
from tests.hand_made import write_sdist, write_wheel
from tests.modpress.conftest import Modules
from tests.real_index import Index
from tests.surroundings import clean_environment

README = "Description-Content-Type: text/markdown\n"
WHO = {f"GIT_{role}_{what}": "a@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(folder: Path, *command: str) -> str:
    """Run git as somebody with no configuration."""
    environ = clean_environment(folder) | WHO | {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    done = subprocess.run(["git", *command], cwd=folder, env=environ, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path) -> None:
    """Commit all that is in a folder."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "change")


@dataclass(frozen=True)
class Made:
    """A good module in a repository that follows a remote, and what was built of it."""

    folder: Path
    release: Release


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A module without fault: built once, never changed."""
    home = tmp_path_factory.mktemp("model")
    name = f"acme-{uuid4().hex[:8]}"
    folder = Modules(home).make(name, code=f'"""A module."""\n\nfrom {package(name)}.shades import shade\n')
    source = folder / "src" / package(name)
    (source / "shades.py").write_text('def shade(colour: str) -> str:\n    return f"dark {colour}"\n')
    (source / "names.json").write_text("{}\n")
    (folder / "LICENSE").write_text("Do what you like.\n")
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n## 1.0 - 2026-01-31\n\n### Added\n\n- Shades.\n")
    pyproject = folder / "pyproject.toml"
    pyproject.write_text(
        pyproject.read_text().replace("dependencies", 'license = "MIT"\nlicense-files = ["LICENSE"]\ndependencies')
    )
    git(home, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    git(folder, "remote", "add", "origin", str(home / "remote.git"))
    git(folder, "push", "--quiet", "--set-upstream", "origin", "main")
    return Made(folder, build(Module.read(folder), tmp_path_factory.mktemp("built")))


@pytest.fixture
def module(model: Made, tmp_path: Path) -> Path:
    """The folder of a module without fault, to plant one in."""
    return Path(shutil.copytree(model.folder, tmp_path / model.folder.name))


MakeCase = Callable[..., Case]


@pytest.fixture
def make_case(
    model: Made, team: Index, env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> MakeCase:
    """A function that makes a case: of a folder that is built, of files, or of the model."""
    for variable in ("TWINE_USERNAME", "TWINE_PASSWORD", "TWINE_CERT"):
        monkeypatch.delenv(variable, raising=False)
    uv = find_uv()
    assert uv

    def make(  # noqa: PLR0913 - each is one way in which cases differ
        folder: Path | None = None,
        *,
        release: Release | None = None,
        wheel: Path | None = None,
        sdist: Path | None = None,
        siblings: Sequence[Release] = (),
        tree: Sequence[Module] = (),
        login: Login | None = None,
        url: str = team.url,
        environ: Mapping[str, str] = env,
    ) -> Case:
        if release is None and folder and not (wheel or sdist):
            release = build(Module.read(folder), Path(tempfile.mkdtemp(dir=tmp_path)))
        release = release or model.release
        if folder:
            release = replace(release, module=replace(release.module, folder=folder))
        if wheel:
            release = replace(release, wheel=Artifact.read(wheel))
        if sdist:
            release = replace(release, sdist=Artifact.read(sdist))
        login = login or Login(team.user, team.password)
        destination = Destination(upload_url=url, simple_url=f"{url}simple/", login=login)
        account = open_account(destination, Manners(wait=5))
        subject = Subject(
            release=release,
            destination=destination,
            account=account,
            listing=Listing(destination, account),
            siblings=siblings,
            tree=tree,
        )
        client = Uv(uv, clean(environ))
        return Case(subject, Options(client=client, environ={**environ, **WHO}, scratch=tmp_path / "scratch"))

    return make


def hand_made(folder: Path, name: str = "acme-one", version: str = "1.0", **wheel: object) -> Release:
    """Return a release whose two files were written by hand, not built."""
    inside = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{README}\n# One\n".encode()
    (folder / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "{version}"\n')
    made = folder / "dist"
    return Release(
        module=Module(folder=folder, name=name, version=version),
        sdist=Artifact.read(write_sdist(made, name, version, inside=inside)),
        wheel=Artifact.read(write_wheel(made, name, version, **{"inside": inside} | wheel)),  # type: ignore[arg-type]
    )


def upload(index: Index, *files: Path) -> None:
    """Publish files as anybody would."""
    command = [sys.executable, "-m", "twine", "upload", "--non-interactive", *map(str, files)]
    subprocess.run(command, env=index.env, check=True, capture_output=True)


def package(name: str) -> str:
    """Return what a module of the model's kind is imported as."""
    return name.replace("-", "_")
