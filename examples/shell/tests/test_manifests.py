"""What a compose file becomes for a cluster; each object is checked against Kubernetes' own schema."""

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from shell.manifests_cli import main

COMPOSE = """
services:
  web:
    build: ./web
    command: [python, -m, web]
    ports: ["80:3000"]
    environment: { QUEUE_URL: "${QUEUE_URL:-sqlite:var/queue.db}", GREETING: hello }
    volumes: ["queue:/app/var"]
  work:
    build: ./work
    command: python -m work
    volumes: ["queue:/app/var"]
  store:
    image: redis:8
    expose: ["6379"]
"""


@pytest.fixture
def compose(tmp_path: Path) -> Path:
    """Give a compose file with a service, a worker without a port, and what others look after."""
    for name in ("web", "work"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pyproject.toml").write_text('project = { version = "2.1" }', encoding="utf-8")
    file = tmp_path / "compose.yaml"
    file.write_text(COMPOSE, encoding="utf-8")
    return file


def made(compose: Path, *options: str) -> dict[str, list[dict[str, Any]]]:
    """Return what was written, file by file."""
    folder = compose.parent / "out"
    assert main(["--file", str(compose), "--output", str(folder), *options]) == 0
    return {path.stem: list(yaml.safe_load_all(path.read_text())) for path in sorted(folder.iterdir())}


def test_each_service_gets_a_deployment_and_a_door_if_it_has_a_port(compose: Path) -> None:
    files = made(compose)

    kinds = {name: [each["kind"] for each in objects] for name, objects in files.items()}
    assert kinds == {
        "store": ["Deployment", "Service"],
        "volumes": ["PersistentVolumeClaim"],
        "web": ["Deployment", "Service"],
        "work": ["Deployment"],
    }
    assert [files[name][1]["spec"]["type"] for name in ("web", "store")] == ["LoadBalancer", "ClusterIP"]


def test_a_service_is_asked_whether_it_lives_and_whether_it_can_work(compose: Path) -> None:
    [container] = made(compose)["web"][0]["spec"]["template"]["spec"]["containers"]

    asked = {probe: container[probe]["httpGet"]["path"] for probe in ("livenessProbe", "readinessProbe")}
    assert asked == {"livenessProbe": "/livez", "readinessProbe": "/readyz"}


@pytest.mark.parametrize(
    ("options", "image"),
    [
        pytest.param([], "localhost/web:2.1", id="the version of its folder"),
        pytest.param(["--tag", "2.1-abc"], "localhost/web:2.1-abc", id="a tag"),
        pytest.param(
            ["--registry", "registry.example.com/team"], "registry.example.com/team/web:2.1", id="a registry"
        ),
    ],
)
def test_an_image_is_named_by(compose: Path, options: list[str], image: str) -> None:
    [container] = made(compose, *options)["web"][0]["spec"]["template"]["spec"]["containers"]

    assert container["image"] == image


def test_a_password_is_in_no_file(compose: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUEUE_URL", "redis://:hidden@store:6379/0")

    [container] = made(compose)["web"][0]["spec"]["template"]["spec"]["containers"]

    assert container["env"][0]["valueFrom"] == {"secretKeyRef": {"name": "web", "key": "QUEUE_URL"}}
    assert "hidden" not in (compose.parent / "out" / "web.yaml").read_text()


def test_the_same_compose_file_gives_the_same_files(compose: Path) -> None:
    folder = compose.parent / "out"
    made(compose)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    made(compose)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_who_shares_a_volume_is_told(compose: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(compose)

    assert "web and work share the volume queue" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(
            "services: {a: {image: 5}}", "the Deployment of a is not valid", id="an image no cluster takes"
        ),
        pytest.param(
            "services: {other: {build: ., command: x}}", "says no version of other", id="no version"
        ),
        pytest.param("- nothing", "cannot be read", id="no compose file"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_written(
    compose: Path, text: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    compose.write_text(text, encoding="utf-8")

    code = main(["--file", str(compose), "--output", str(compose.parent / "out")])

    assert code == 1
    assert sentence in capsys.readouterr().err
    assert not (compose.parent / "out").exists()


def test_without_the_extra_a_sentence_says_how_to_install_it(
    compose: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # As Python marks what is not there.
    monkeypatch.setitem(sys.modules, "kubernetes_validate", None)

    code = main(["--file", str(compose)])

    assert code == 1
    assert 'pip install "shell[manifests]"' in capsys.readouterr().err
