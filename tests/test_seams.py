"""Who may import whom, and that what is said once is said the same everywhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEST_COMMAND = 'python3 -m venv .venv && .venv/bin/pip install --quiet "nox[uv]" && .venv/bin/nox -s tests'
DEMO_COMMAND = TEST_COMMAND.replace("-s tests", "-s demo")


def test_nobody_imports_past_a_seam(env: dict[str, str]) -> None:
    run = subprocess.run(["lint-imports", "--no-cache"], cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout
    assert "0 broken" in run.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        pytest.param("private_index/pages.py", "import modpress", "meet over HTTP only", id="index to tool"),
        pytest.param("modpress/errors.py", "import private_index", "meet over HTTP only", id="tool to index"),
        pytest.param("private_index/reads.py", "import pypiserver", "behind one door", id="past the door"),
        pytest.param("private_index/errors/base.py", "import private_index.store", "in layers", id="upwards"),
    ],
)
def test_an_import_past_a_seam_is_caught(
    env: dict[str, str], tmp_path: Path, module: str, line: str, contract: str
) -> None:
    for package in ("modpress", "private_index"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    broken = tmp_path / module
    broken.write_text(f"{broken.read_text('utf-8')}\n{line}\n", "utf-8")

    run = subprocess.run(
        ["lint-imports", "--no-cache"],
        cwd=tmp_path,
        env=env | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1, run.stdout
    assert re.search(rf"{contract}.* BROKEN", run.stdout), run.stdout


@pytest.mark.parametrize(
    ("file", "command"), [("README.md", TEST_COMMAND), ("README.md", DEMO_COMMAND), (".ci/run", TEST_COMMAND)]
)
def test_the_two_commands_stand_where_people_and_machines_find_them(file: str, command: str) -> None:
    assert command in (ROOT / file).read_text("utf-8")


@pytest.mark.parametrize("package", ["modpress", "private_index"])
def test_every_file_begins_by_saying_what_it_is_for(package: str) -> None:
    silent = [path.name for path in (ROOT / package).rglob("*.py") if not path.read_text("utf-8").startswith('"""')]

    assert silent == []


def test_the_version_has_its_entry_in_the_changelog() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]

    assert re.search(rf"^## {re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
