"""A service that the template makes, from nothing to an answer on its port: no line of it is edited."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.bench.processes import Server, free_port
from tests.real_index import Index
from tests.template.conftest import Make
from tests.waiting import wait_for


@pytest.fixture
def installed(make: Make, index: Index, tmp_path: Path) -> Path:
    """An environment in which a service was installed that was made, published, and had from the index."""
    made = make(project_name="acme-names", kind="service", index_url=index.simple_url)
    publish = [sys.executable, "-m", "modpress", "publish", str(made)]
    done = subprocess.run(publish, env=index.env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    venv = tmp_path / "venv"
    for command in (["venv", "--python", sys.executable, venv], ["pip", "install", "--python", venv, "acme-names"]):
        env = {**index.env, "UV_DEFAULT_INDEX": index.simple_url, "UV_CACHE_DIR": str(tmp_path / "cache")}
        subprocess.run([sys.executable, "-m", "uv", *map(str, command)], env=env, check=True, capture_output=True)
    return venv


@pytest.fixture
def url(installed: Path, env: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """Where the service answers."""
    port = free_port()
    server = Server([str(installed / "bin" / "acme-names")], {**env, "PORT": str(port)}, tmp_path / "service.log")
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.mark.slow
def test_a_made_service_is_published_installed_and_answers_with_no_edit(url: str) -> None:
    wait_for(lambda: is_ready(url))

    answer = requests.get(f"{url}/names", params={"text": "Crème Brûlée"}, timeout=60)

    assert answer.json() == {"text": "Crème Brûlée", "name": "creme-brulee"}
    assert requests.get(f"{url}/livez", timeout=60).status_code == 200


@pytest.mark.parametrize("kind", ["service", "worker"])
def test_what_runs_has_a_containerfile(kind: str, make: Make) -> None:
    made = make(project_name="acme-names", kind=kind)

    assert "--only-binary=:all:" in (made / "Containerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["library", "cli"])
def test_what_does_not_run_has_none(kind: str, make: Make) -> None:
    made = make(project_name="acme-names", kind=kind)

    assert not (made / "Containerfile").exists()


def is_ready(url: str) -> bool:
    """Tell whether the service says that it is ready."""
    try:
        return requests.get(f"{url}/readyz", timeout=60).status_code == 200
    except requests.ConnectionError:
        return False
