"""The history on HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servicekit.mu import Request
from starlette.testclient import TestClient

from audit.wiring import Settings, create_app


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """Start the application and give a client of it."""
    with TestClient(create_app(Settings(audit_store=tmp_path / "audit.db"))) as started:
        yield started


def dispatched(client: TestClient, **message: str) -> Any:  # noqa: ANN401 - any value of JSON
    request = Request(message={"role": "audit", **message}, trace="t", seconds=5)
    return client.post("/mu/", json=request.wire()).json()


def test_a_sum_is_kept_and_listed(client: TestClient) -> None:
    kept = client.post("/append", json={"calc": "1+2", "calcResult": "3"})
    listed = client.get("/list").json()["list"]

    assert kept.status_code == 201
    assert [(row["calc"], row["result"]) for row in listed] == [("1+2", "3")]


@pytest.mark.parametrize("body", ["no json", "[]", "{}", '{"calc": "1+2"}', '{"calc": 1, "calcResult": "3"}'])
def test_what_is_no_sum_is_a_sentence(client: TestClient, body: str) -> None:
    answer = client.post("/append", content=body)

    assert answer.status_code == 422
    assert answer.json()["error"].startswith("a sum looks like")


def test_messages_are_answered_too(client: TestClient) -> None:
    dispatched(client, cmd="append", calc="1+2", calcResult="3")

    assert [row["calc"] for row in dispatched(client, cmd="list")["response"]["list"]] == ["1+2"]


def test_the_fragment_shows_the_history_and_no_markup_of_others(client: TestClient) -> None:
    before = dispatched(client, cmd="component")["response"]["html"]
    dispatched(client, cmd="append", calc="<b>1</b>", calcResult="3")
    after = dispatched(client, cmd="component")["response"]["html"]

    assert "No sum yet" in before
    assert "<td>&lt;b&gt;1&lt;/b&gt;</td><td>3</td>" in after


def test_a_sum_too_long_for_a_table_is_shown_by_its_beginning_and_opens(client: TestClient) -> None:
    long = f"{'9' * 200}+{'1' * 200}"
    dispatched(client, cmd="append", calc=long, calcResult="1" * 200)

    html = dispatched(client, cmd="component")["response"]["html"]

    assert f"<details><summary>{'9' * 24}…</summary>{long}</details>" in html


def test_without_its_file_it_lives_but_is_not_ready() -> None:
    with TestClient(create_app(Settings(audit_store=Path("/proc/nowhere/audit.db")))) as client:
        assert client.get("/livez").status_code == 200
        assert client.get("/readyz").json() == {"status": "failed", "checks": {"store": "failed"}}
