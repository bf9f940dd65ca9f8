"""What a compose file says."""

from pathlib import Path

import pytest

from shell import Service, TopologyError, read_topology
from shell.environment import environment

COMPOSE = """
services:
  front:
    build: ./front
    command: python -m front
    ports: ["127.0.0.1:80:3000/tcp"]
    depends_on: {back: {condition: service_started}}
    environment: {NAME: "${NAME:-nobody}", EMPTY: }
    labels: [dev.group=web]
  back:
    build: {context: ./back}
    command: [python, -m, back]
    develop: {watch: [{path: ./back/src}]}
  store:
    image: redis
    expose: [6379]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "compose.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_services_are_read_each_after_what_it_depends_on(tmp_path: Path) -> None:
    back, store, front = read_topology(written(tmp_path, COMPOSE), {})

    assert front == Service(
        name="front",
        group="web",
        command=("python", "-m", "front"),
        port=3000,
        environment={"NAME": "nobody", "EMPTY": ""},
        folder=tmp_path / "front",
        after=("back",),
        is_published=True,
    )
    assert back.watched == (tmp_path / "back" / "src",)
    assert (store.is_process, store.image, store.port) == (False, "redis", 6379)


def test_a_variable_of_the_environment_goes_before_the_default(tmp_path: Path) -> None:
    services = read_topology(written(tmp_path, COMPOSE), {"NAME": "Ada"})

    assert services[-1].environment["NAME"] == "Ada"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("services: [", "cannot be read", id="no YAML"),
        pytest.param("volumes: {}", "cannot be read: 'services'", id="no services"),
        pytest.param("services: {a: 1}", "cannot be read", id="no service"),
        pytest.param("services: {a: {build: .}}", "a has build and no command", id="no command"),
        pytest.param(
            "services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}",
            "these depend on each other, so none can be first: a, b",
            id="a circle",
        ),
    ],
)
def test_what_cannot_be_run_is_said_in_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(TopologyError, match=sentence):
        read_topology(written(tmp_path, text), {})


def test_where_others_are_is_said_in_the_names_of_kubernetes(tmp_path: Path) -> None:
    services = read_topology(written(tmp_path, COMPOSE), {})

    found = environment(services[-1], services, 5300)

    assert found["STORE_SERVICE_HOST"] == "127.0.0.1"
    assert found["STORE_SERVICE_PORT"] == "6379"
    assert found["STORE_PORT_6379_TCP"] == found["STORE_PORT"] == "tcp://127.0.0.1:6379"
    assert (found["HOST"], found["PORT"]) == ("127.0.0.1", "3000")
    assert (found["DNS_HOST"], found["DNS_PORT"]) == ("127.0.0.1", "5300")
    assert "BACK_SERVICE_PORT" not in found
