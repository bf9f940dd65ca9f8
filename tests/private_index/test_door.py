"""Who may upload: a user with a password, asked for once and in time, and nobody kept waiting by those who guess."""

from __future__ import annotations

import secrets
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from private_index.accounts import Accounts
from tests.real_index import Index, Make, Post, files_of


@pytest.mark.parametrize(
    "auth",
    [
        pytest.param(None, id="nobody"),
        pytest.param(("me", "wrong"), id="wrong password"),
        pytest.param(("stranger", Index.password), id="unknown user"),
        pytest.param(("", ""), id="empty"),
    ],
)
def test_who_has_no_user_uploads_nothing(
    strict_index: Index, post: Post, make_wheel: Make, auth: tuple[str, str] | None
) -> None:
    answer = post(strict_index, make_wheel(), auth=auth)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert "user" in answer.text
    assert files_of(strict_index) == []


@pytest.mark.parametrize("token", ["\xe9", "a", "", "bWU=\x80"])
def test_what_is_no_credentials_is_asked_for_some(strict_index: Index, token: str) -> None:
    headers = {"Authorization": f"Basic {token}".encode("latin-1")}

    answer = requests.post(strict_index.url, headers=headers, timeout=60)

    assert answer.status_code == 401
    assert "this needs a user" in answer.text


def test_who_asks_before_sending_is_refused_without_being_told_to_send(strict_index: Index) -> None:
    host, port = strict_index.url.removeprefix("http://").strip("/").split(":")
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n"

    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(head)
        answer = connection.recv(10_000)

    assert answer.startswith(b"HTTP/1.1 401 ")


def test_who_proved_a_password_is_not_kept_waiting_by_those_who_guess(
    strict_index: Index, post: Post, make_wheel: Make
) -> None:
    wheel = make_wheel(filename="x.whl")
    post(strict_index, wheel)

    with ThreadPoolExecutor(200) as pool:
        guesses = [pool.submit(guess, strict_index.url, str(number)) for number in range(400)]
        answer = post(strict_index, wheel)
        refusals = [refusal.result() for refusal in guesses]

    refused = [refusal for refusal in refusals if refusal.status_code == 429]
    assert answer.status_code == 400
    assert {refusal.status_code for refusal in refusals} == {401, 429}
    assert {refusal.headers["Retry-After"] for refusal in refused} == {"2"}
    assert "too many passwords wait" in refused[0].text


def test_many_jobs_that_begin_at_once_are_all_let_in(strict_index: Index) -> None:
    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(guess, [strict_index.url] * 100, [strict_index.password] * 100))

    assert {answer.status_code for answer in answers} == {400}


def guess(url: str, password: str) -> requests.Response:
    """Try a password."""
    return requests.post(url, auth=("me", password), timeout=60)


def test_a_large_upload_without_a_user_still_hears_why(strict_index: Index, post: Post, make_wheel: Make) -> None:
    wheel = make_wheel(members={"acme_one/big.bin": b"\0" * 100})
    with wheel.open("ab") as stream:
        stream.write(b"\0" * 30_000_000)

    answer = post(strict_index, wheel, auth=("me", "wrong"))

    assert answer.status_code == 401
    assert "wrong" in answer.text


def test_who_guesses_from_one_place_does_not_keep_others_out(index: Index) -> None:
    Accounts(index.users).add("other", "other-word")
    over = threading.Event()

    def guess_on() -> None:
        while not over.is_set():
            guess(index.url, secrets.token_hex(4))

    with ThreadPoolExecutor(40) as pool:
        for _ in range(40):
            pool.submit(guess_on)
        try:
            answers = [from_elsewhere(index, "other", "other-word") for _ in range(2)]
        finally:
            over.set()

    assert [answer.status_code for answer in answers] == [400, 400]


def from_elsewhere(index: Index, user: str, password: str) -> requests.Response:
    """Ask from another address of this machine."""
    with requests.Session() as session:
        session.mount("http://", Elsewhere())
        return session.post(index.url, auth=(user, password), timeout=60)


class Elsewhere(HTTPAdapter):
    """Connects from another address of this machine."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - as in requests
        """Bind each connection to it."""
        super().init_poolmanager(*arguments, source_address=("127.0.0.2", 0), **options)


def test_a_users_file_that_cannot_be_read_is_told_and_whoever_may_read_goes_on(index: Index) -> None:
    index.users.unlink()
    index.users.mkdir()

    answer = requests.post(index.url, auth=(index.user, index.password), timeout=60)

    assert (answer.status_code, "the users file" in answer.text) == (500, True)
    assert requests.get(index.simple_url, timeout=60).status_code == 200
    assert "Traceback" not in index.log.read_text()


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        pytest.param("POST", "simple/", 405, "GET, HEAD", id="an upload to the pages"),
        pytest.param("PUT", "", 405, "GET, HEAD, POST", id="a wrong method"),
        pytest.param("PATCH", "upload/2.0/", 405, "GET, HEAD, POST", id="a wrong method of sessions"),
        pytest.param("POST", "pypi/", 404, None, id="an upload to nowhere"),
    ],
)
def test_who_asks_at_a_wrong_address_is_told_the_right_one(
    index: Index, method: str, path: str, status: int, allowed: str | None
) -> None:
    answer = requests.request(method, f"{index.url}{path}", data=b"x" * 2_000_000, timeout=60)

    assert (answer.status_code, answer.headers.get("Allow")) == (status, allowed)
    assert f"files are uploaded to {index.url}" in answer.text
