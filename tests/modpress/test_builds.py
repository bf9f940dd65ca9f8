"""A build is fresh, comes from the sdist, and speaks only when it fails."""

import shutil
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from modpress.builds import build
from modpress.errors import BuildFailed
from modpress.module import Module
from tests.hand_made import write_sdist, write_wheel
from tests.modpress.conftest import Modules, Stock

# A backend that is nowhere installed. It builds nothing: it hands out what lies ready.
BACKEND = """
import pathlib, shutil

def _ready(pattern, folder):
    return pathlib.Path(shutil.copy(next(pathlib.Path("ready").glob(pattern)), folder)).name

def build_sdist(folder, settings=None):
    return _ready("*.tar.gz", folder)

def build_wheel(folder, settings=None, metadata=None):
    return _ready("*.whl", folder)
"""
OWN_BACKEND = '[build-system]\nrequires = ["acme-backend"]\nbuild-backend = "acme_backend"\n'


def test_a_release_is_an_sdist_and_its_wheel(modules: Modules, tmp_path: Path) -> None:
    release = build(Module.read(modules.make("acme-one")), tmp_path / "scratch")

    assert [artifact.filename for artifact in release.files] == [
        "acme_one-1.0.tar.gz",
        "acme_one-1.0-py3-none-any.whl",
    ]
    assert release.requirement == "acme-one==1.0"


def test_what_lies_in_dist_is_never_looked_at(modules: Modules, tmp_path: Path) -> None:
    folder = modules.make("acme-one")
    write_wheel(folder / "dist", "acme-one", "0.9")
    (folder / "dist" / "acme_one-1.0-py3-none-any.whl").write_bytes(b"garbage")

    release = build(Module.read(folder), tmp_path / "scratch")

    assert ZipFile(release.wheel.path).testzip() is None
    with tarfile.open(release.sdist.path) as sdist:
        assert not [name for name in sdist.getnames() if "dist/" in name]
    assert len(list(release.wheel.path.parent.iterdir())) == 2


def test_the_wheel_has_only_what_the_sdist_has(modules: Modules, tmp_path: Path) -> None:
    folder = modules.make("acme-one", extra='[tool.hatch.build.targets.sdist]\nexclude = ["*.json"]\n')
    (folder / "src" / "acme_one" / "table.json").write_text("{}")

    release = build(Module.read(folder), tmp_path / "scratch")

    assert "acme_one/table.json" not in ZipFile(release.wheel.path).namelist()


def test_what_is_dynamic_is_known_once_it_is_built(modules: Modules, tmp_path: Path) -> None:
    folder = modules.make("acme-one", code='__version__ = "3.1"')
    pyproject = folder / "pyproject.toml"
    text = pyproject.read_text().replace('version = "1.0"', 'dynamic = ["version"]')
    pyproject.write_text(f'{text}[tool.hatch.version]\npath = "src/acme_one/__init__.py"\n')

    release = build(Module.read(folder), tmp_path / "scratch")

    assert str(release.module) == "acme-one 3.1"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param(("hatchling.build", "no.such_backend"), "no.such_backend", id="no such backend"),
        pytest.param(('readme = "README.md"', 'readme = "MISSING.md"'), "MISSING.md", id="a file is missing"),
        pytest.param(('["hatchling"]', '"hatchling"'), "array of strings", id="a wrong build-system"),
        pytest.param(('["hatchling"]', '["hatch ling"]'), "hatch ling", id="a wrong requirement"),
        pytest.param(('"hatchling.build"', '"hatchling.build"\nbackend-path = ["../.."]'), "inside", id="a path"),
    ],
)
def test_a_failed_build_shows_what_the_backend_said(
    change: tuple[str, str], sentence: str, modules: Modules, tmp_path: Path
) -> None:
    folder = modules.make("acme-one")
    pyproject = folder / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace(*change))

    with pytest.raises(BuildFailed, match=f"(?s)building the sdist of acme-one failed: .*({sentence})"):
        build(Module.read(folder), tmp_path / "scratch")


def test_a_backend_that_talks_is_not_heard(modules: Modules, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = modules.make("acme-one", extra="[tool.hatch.build.hooks.custom]\n")
    (folder / "hatch_build.py").write_text(
        "from hatchling.builders.hooks.plugin.interface import BuildHookInterface\n"
        "class Talks(BuildHookInterface):\n    def initialize(self, version, data): print('blah')\n"
    )

    build(Module.read(folder), tmp_path / "scratch")

    assert capfd.readouterr() == ("", "")


def test_what_is_not_installed_here_is_installed_apart(
    stock: Stock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(write_wheel(tmp_path, "acme-backend", "1.0", code=BACKEND), stock.root)
    wheel = write_wheel(tmp_path, "acme-one", "1.0")
    pyproject = f'{OWN_BACKEND}[project]\nname = "acme-one"\nversion = "1.0"\n'
    members = {
        "acme_one-1.0/pyproject.toml": pyproject.encode(),
        "acme_one-1.0/ready/acme_one-1.0-py3-none-any.whl": wheel.read_bytes(),
    }
    folder = tmp_path / "acme-one"
    write_sdist(folder / "ready", "acme-one", "1.0", members=members)
    (folder / "pyproject.toml").write_text(pyproject)
    for variable in ("UV_DEFAULT_INDEX", "PIP_INDEX_URL"):
        monkeypatch.setenv(variable, f"{stock.url}simple/")

    release = build(Module.read(folder), tmp_path / "scratch")

    assert release.wheel.path.read_bytes() == wheel.read_bytes()


def test_build_requirements_that_nobody_has_are_told(
    stock: Stock, modules: Modules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = modules.make("acme-one")
    pyproject = folder / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace('["hatchling"]', '["acme-nowhere"]'))
    for variable in ("UV_DEFAULT_INDEX", "PIP_INDEX_URL"):
        monkeypatch.setenv(variable, f"{stock.url}simple/")

    with pytest.raises(BuildFailed, match=r"(?s)build requirements cannot be installed.*acme-nowhere"):
        build(Module.read(folder), tmp_path / "scratch")
