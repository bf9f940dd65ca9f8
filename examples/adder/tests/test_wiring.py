"""The adder on HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
from servicekit.mu import Request
from servicekit.running import ServiceSettings
from starlette.testclient import TestClient

from adder.wiring import create_app


@pytest.fixture
def client() -> Iterator[TestClient]:
    """Start the application and give a client of it."""
    with TestClient(create_app(ServiceSettings())) as started:
        yield started


def dispatched(client: TestClient, **message: str) -> Any:  # noqa: ANN401 - any value of JSON
    request = Request(message={"role": "adder", **message}, trace="t", seconds=5)
    return client.post("/mu/", json=request.wire()).json()


def test_two_numbers_in_the_path_are_added(client: TestClient) -> None:
    answer = client.get("/add/1/2")

    assert (answer.status_code, answer.json()) == (200, {"result": "3"})


def test_what_is_no_number_is_a_sentence(client: TestClient) -> None:
    answer = client.get("/add/1/two")

    assert answer.status_code == 422
    assert answer.json()["error"].startswith("“two” is not a number")


def test_a_message_is_answered_too(client: TestClient) -> None:
    assert dispatched(client, cmd="add", first="1", second="2")["response"] == "3"
    assert dispatched(client, cmd="add", first="1")["err"]["kind"] == "refused"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        pytest.param({}, 'value=""', id="nothing yet"),
        pytest.param({"first": "1", "second": "2", "result": "3"}, "result = 3", id="a result"),
        pytest.param({"problem": "no number"}, 'role="alert">no number', id="a problem"),
        pytest.param({"first": '"><script>'}, 'value="&quot;&gt;&lt;script&gt;"', id="an attack"),
    ],
)
def test_the_fragment_shows_what_was_typed_and_what_came_of_it(
    client: TestClient, said: dict[str, str], shown: str
) -> None:
    answer = dispatched(client, cmd="component", **said)["response"]

    assert shown in answer["html"]


def test_it_lives_and_is_ready(client: TestClient) -> None:
    assert [client.get(path).status_code for path in ("/livez", "/readyz")] == [200, 200]
