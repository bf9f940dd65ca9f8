"""A made module's own nox: it passes at once, and publishes to one index only."""

from __future__ import annotations

import re
import shlex
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.real_index import Serve
from tests.template.conftest import Make, Run

SAYS_WHO = """
import os, sys

def main():
    print("published by the", {who!r}, sys.argv[1:], os.environ["MODPRESS_INDEX_URL"])
"""


@pytest.fixture
def make_modpress(make_wheel: Callable[..., Path]) -> Callable[[str, str], Path]:
    """A function that writes a wheel named modpress whose command says whose it is."""

    def made(who: str, version: str) -> Path:
        entry = {f"modpress-{version}.dist-info/entry_points.txt": b"[console_scripts]\nmodpress = modpress:main\n"}
        return make_wheel("modpress", version, code=SAYS_WHO.format(who=who), members=entry)

    return made


@pytest.mark.parametrize(
    "kind",
    ["library", pytest.param("cli", marks=pytest.mark.slow), "service", pytest.param("worker", marks=pytest.mark.slow)],
)
def test_plain_nox_passes_the_moment_a_module_is_made(make: Make, run: Run, kind: str) -> None:
    module = make(project_name="acme-tool", kind=kind)

    # A continuous integration server says CI, at which nox by itself demands every Python there is.
    result = run("nox", cwd=module, CI="true")

    assert result.returncode == 0, result.stdout
    assert re.findall(r"^nox > \* (lint|typecheck|tests)\S*: success", result.stdout, re.MULTILINE) == [
        "lint",
        "typecheck",
        "tests",
    ]


def test_the_hooks_of_pre_commit_use_the_tools_that_the_sessions_have_locked(make: Make, env: dict[str, str]) -> None:
    module = make(project_name="acme-tool")
    config = yaml.safe_load((module / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = {hook["id"]: hook for repo in config["repos"] for hook in repo["hooks"]}
    locked = "".join(path.read_text(encoding="utf-8") for path in (module / "locked").glob("*.txt"))

    for hook, name in (("ruff-check", "ruff"), ("ruff-format", "ruff"), ("mypy", "mypy")):
        words = shlex.split(hooks[hook]["entry"])
        command = [*words[: words.index(name) + 1], "--version"]
        done = subprocess.run(command, cwd=module, env=env, capture_output=True, text=True, check=True)
        assert f"\n{name}=={done.stdout.split()[1]} " in f"\n{locked}"
        assert hooks[hook]["language"] == "system"
    assert set(config["ci"]["skip"]) == {"ruff-check", "ruff-format", "mypy"}


def test_a_build_begins_with_an_empty_folder(make: Make, run: Run) -> None:
    module = make(project_name="acme-tool")
    stale = module / "dist" / "acme_tool-0.0.1.tar.gz"
    stale.parent.mkdir()
    stale.touch()

    result = run("nox", "-s", "build", cwd=module)

    assert result.returncode == 0, result.stdout
    built = sorted(path.name for path in stale.parent.iterdir())
    assert built == ["acme_tool-0.1.0-py3-none-any.whl", "acme_tool-0.1.0.tar.gz"]


def test_what_is_not_named_is_never_published(make: Make, run: Run) -> None:
    module = make(project_name="acme-tool")
    (module / "notes.txt").write_text("secret", encoding="utf-8")

    result = run("hatchling", "build", "--target", "sdist", cwd=module)

    assert result.returncode == 0, result.stdout
    with tarfile.open(module / "dist" / "acme_tool-0.1.0.tar.gz") as archive:
        names = archive.getnames()
    assert "acme_tool-0.1.0/tests/test_slugs.py" in names
    assert not [name for name in names if name.endswith("notes.txt")]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        pytest.param("", "No index is set: put your team's", id="none"),
        pytest.param("https://pypi.org/simple/", "is the public index", id="public"),
        pytest.param("https://TEST.pypi.org./simple", "is the public index", id="public test"),
    ],
)
def test_without_a_team_s_index_nothing_is_published(make: Make, run: Run, url: str, sentence: str) -> None:
    module = make(project_name="acme-tool")

    result = run("nox", "-s", "publish", cwd=module, MODPRESS_INDEX_URL=url)

    assert sentence in result.stdout
    assert "install" not in result.stdout
    assert result.returncode != 0


@pytest.mark.parametrize("backend", ["uv", "virtualenv"])
def test_a_stranger_s_modpress_is_never_run(  # noqa: PLR0913, PLR0917 - each fixture is a part of the scene
    make: Make, run: Run, serve: Serve, make_modpress: Callable[[str, str], Path], tmp_path: Path, backend: str
) -> None:
    team = serve("--no-fallback", "--seed", str(make_modpress("team", "1.0")))
    strangers = make_modpress("stranger", "99.0")
    pip_conf, uv_toml = tmp_path / "pip.conf", tmp_path / "uv.toml"
    pip_conf.write_text(f"[global]\nfind-links = {strangers.parent}\n[install]\nfind-links = {strangers.parent}\n")
    uv_toml.write_text(f'find-links = ["{strangers.parent}"]\n')
    configured = {
        "PIP_CONFIG_FILE": str(pip_conf),
        "PIP_FIND_LINKS": str(strangers.parent),
        "UV_CONFIG_FILE": str(uv_toml),
        "UV_FIND_LINKS": str(strangers.parent),
    }
    module = make(project_name="acme-tool", index_url=team.simple_url)
    command = ("nox", "--force-venv-backend", backend, "-s", "publish", "--", "--repository", "acme")

    result = run(*command, cwd=module, **configured)

    assert result.returncode == 0, result.stdout
    assert f"published by the team ['publish', '.', '--repository', 'acme'] {team.simple_url}" in result.stdout
