"""What leaves the checkout as modpress: a wheel with types, an sdist from which a packager can run these tests."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

import modpress
import private_index
from tests.surroundings import clean_environment

ROOT = Path(__file__).parent.parent
NEEDED = (
    ".ci/run",
    "constraints.txt",
    "CONTRIBUTING.md",
    "docs/operation.md",
    "examples/palette/noxfile.py",
    "noxfile.py",
    "template/cookiecutter.json",
    "template/{{ cookiecutter.__slug }}/pyproject.toml",
    "tests/conftest.py",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist of the checkout, and the wheel that was built from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    env = clean_environment(tmp_path_factory.mktemp("home"))
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_wheel_carries_the_two_packages_with_their_types(built: Path) -> None:
    (wheel,) = built.glob("*.whl")

    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    assert {"modpress/py.typed", "private_index/py.typed", "modpress/template/cookiecutter.json"} <= set(names)
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"modpress", "private_index"}


def test_the_sdist_carries_what_its_tests_need_and_nothing_that_they_leave(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")

    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert set(NEEDED) <= names
    assert not [name for name in names if "__pycache__" in name or ".nox" in name or "_cache/" in name]


@pytest.mark.parametrize(
    "check", [["twine", "check", "--strict"], ["check-wheel-contents"]], ids=lambda check: check[0]
)
def test_the_checks_of_a_publisher_have_nothing_to_say(built: Path, env: dict[str, str], check: list[str]) -> None:
    pattern = "*" if check[0] == "twine" else "*.whl"

    done = subprocess.run([*check, *map(str, built.glob(pattern))], cwd=ROOT, env=env, capture_output=True, check=False)

    assert done.returncode == 0, done.stdout.decode()


@pytest.mark.parametrize("package", [modpress, private_index], ids=lambda package: package.__name__)
def test_nothing_is_promised_to_those_who_import(package: ModuleType) -> None:
    assert package.__all__ == []


def test_without_the_extra_the_index_says_what_to_install(env: dict[str, str]) -> None:
    # -S hides whatever is installed.
    command = [sys.executable, "-S", "-m", "private_index", "serve"]

    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert done.stderr.endswith("install modpress[index]\n")
    assert done.stderr.count("\n") == 1
