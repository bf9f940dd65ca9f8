"""Releases are taken back over HTTP: a whole set or nothing, by who may publish them, with a word on who needs them."""

from __future__ import annotations

import json
import socket
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from tests.hand_made import write_wheel
from tests.private_index.sending import send
from tests.real_index import Index, run_index
from tests.surroundings import clean_environment

RELEASES = [
    ("acme-one", "1.0", ""),
    ("acme-two", "2.0", ""),
    ("uses-old", "1.0", "Requires-Dist: Acme.One<2\n"),
    ("uses-old", "2.0", "Requires-Dist: acme-one>=3\n"),
    ("uses-new", "1.0", 'Requires-Dist: acme_one>=1.0; python_version > "3"\n'),
    ("uses-else", "1.0", "Requires-Dist: acme-oneself\n"),
]
LOGIN = (Index.user, Index.password)


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """An index with two releases that belong together, and projects that need one of them or do not."""
    made = tmp_path_factory.mktemp("made")
    env = clean_environment(tmp_path_factory.mktemp("home"))
    options = ("--no-fallback", "--reserved", "secret-*=boss")
    with run_index(tmp_path_factory.mktemp("stocked") / "packages", options, env) as index:
        for name, version, extra in RELEASES:
            send(index, write_wheel(made, name, version, extra=extra)).raise_for_status()
        yield index


def ask(index: Index, *releases: tuple[str, str], **more: object) -> requests.Response:
    body = {"releases": [{"name": name, "version": version} for name, version in releases], **more}
    return requests.post(f"{index.url}yanks", json=body, auth=LOGIN, timeout=60)


def yanked(index: Index, project: str) -> list[object]:
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    page = requests.get(f"{index.simple_url}{project}/", headers=accept, timeout=60).json()
    return [file["yanked"] for file in page["files"]]


def test_a_set_is_taken_back_and_offered_again(stocked: Index) -> None:
    releases = [("acme-one", "1.0"), ("Acme_Two", "2")]

    taken = ask(stocked, *releases, reason="broken")
    after = (yanked(stocked, "acme-one"), yanked(stocked, "acme-two"))
    ask(stocked, *releases, undo=True)

    assert (taken.status_code, len(taken.json()["files"])) == (200, 2)
    assert after == (["broken"], ["broken"])
    assert (yanked(stocked, "acme-one"), yanked(stocked, "acme-two")) == ([False], [False])


def test_one_release_that_is_not_there_leaves_the_others_as_they_were(stocked: Index) -> None:
    answer = ask(stocked, ("acme-one", "1.0"), ("acme-two", "9"), reason="broken")

    assert answer.status_code == 404
    assert yanked(stocked, "acme-one") == [False]


def test_who_depends_on_it_is_told_by_the_latest_releases(stocked: Index) -> None:
    answer = ask(stocked, ("acme-one", "1.0"), rehearsal=True)

    assert [(each["name"], each["needs"]) for each in answer.json()["dependants"]] == [("uses-new", "acme-one==1.0")]
    assert yanked(stocked, "acme-one") == [False]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        pytest.param(b"", "no JSON object", id="nothing"),
        pytest.param(b"[" * 100_000, "no JSON object", id="a deep one"),
        pytest.param(b'{"releases": []}', "no release is named", id="an empty list"),
        pytest.param(b'{"releases": [{"name": "acme-one"}]}', "no list of releases", id="no version"),
        pytest.param(b'{"releases": [{"name": "a", "version": "1"}], "reason": "a\\nb"}', "one line", id="lines"),
        pytest.param(
            b'{"releases": [{"name": "\\ud800", "version": "1"}]}', "can't be a project's name", id="half a letter"
        ),
        pytest.param(b'{"releases": [{"name": "-a", "version": "1"}]}', "can't be a project's name", id="no name"),
        pytest.param(json.dumps({"releases": [{"name": "a", "version": "1"}] * 501}).encode(), "more than", id="many"),
        pytest.param(b'{"releases": "' + b"x" * 1_000_001, "more than 1,000,000 bytes", id="endless"),
    ],
)
def test_what_makes_no_sense_is_refused(body: bytes, sentence: str, stocked: Index) -> None:
    answer = requests.post(f"{stocked.url}yanks", data=body, auth=LOGIN, timeout=60)

    assert answer.status_code == 400
    assert sentence in answer.text


def test_a_stranger_takes_nothing_back(stocked: Index) -> None:
    body = {"releases": [{"name": "acme-one", "version": "1.0"}], "reason": "x"}

    nobody = requests.post(f"{stocked.url}yanks", json=body, timeout=60)
    wrong = requests.post(f"{stocked.url}yanks", json=body, auth=("me", "wrong"), timeout=60)

    assert (nobody.status_code, wrong.status_code) == (401, 401)
    assert yanked(stocked, "acme-one") == [False]


@pytest.mark.parametrize("spelled", ["secret-thing", "Secret_Thing", "SECRET.thing", "secret--thing"])
def test_anothers_name_is_left_alone_however_it_is_spelled(stocked: Index, spelled: str) -> None:
    answer = ask(stocked, ("acme-one", "1.0"), (spelled, "1.0"), reason="x")

    assert answer.status_code == 403
    assert yanked(stocked, "acme-one") == [False]


def test_a_client_that_goes_away_in_the_middle_is_no_fault_of_the_index(stocked: Index) -> None:
    url = urlsplit(stocked.url)
    token = b64encode(":".join(LOGIN).encode()).decode()
    head = f"POST /yanks HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {token}\r\nContent-Length: 100\r\n\r\n{{"
    with socket.create_connection((str(url.hostname), url.port or 80)) as connection:
        connection.sendall(head.encode())

    requests.post(f"{stocked.url}yanks", timeout=60)

    assert "Traceback" not in stocked.log.read_text()
