"""Forms over HTTP: one action, one file, well formed, and whatever else comes is refused in a sentence."""

from __future__ import annotations

import hashlib
import random

import pytest
import requests

from tests.hand_made_forms import BOUNDARY, a_form, a_part, mutate
from tests.real_index import Index, Make, Post, files_of

WHEEL = "acme_one-1.0-py3-none-any.whl"
MUTATIONS = 300


@pytest.mark.parametrize("second", ["doc_upload", "remove_pkg", "verify", "submit", "file_upload "])
def test_no_second_action_is_smuggled_past_the_first(strict_index: Index, make_wheel: Make, second: str) -> None:
    content = make_wheel().read_bytes()
    form = [
        (":action", (None, b"file_upload")),
        ("sha256_digest", (None, hashlib.sha256(content).hexdigest().encode())),
        ("content", (WHEEL, content)),
        (":action", (None, second.encode())),
    ]

    answer = requests.post(
        strict_index.url,
        files=form,
        auth=(strict_index.user, strict_index.password),
        timeout=60,
    )

    assert answer.status_code == 400
    assert f":action={second}" in answer.text
    assert files_of(strict_index) == []


def test_no_mutation_of_a_valid_upload_is_answered_otherwise_than_well(index: Index, make_wheel: Make) -> None:
    content = make_wheel().read_bytes()
    digest = hashlib.sha256(content).hexdigest().encode()
    form = a_form(
        a_part('name=":action"', b"file_upload"),
        a_part('name="sha256_digest"', digest),
        a_part(f'name="content"; filename="{WHEEL}"', content),
        a_part('name="version"', b"1.0"),
    )
    chance = random.Random(7)  # noqa: S311 - the same forms each time, not a secret
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

    with requests.Session() as session:
        session.auth = (index.user, index.password)
        answers = [
            session.post(index.url, data=mutate(form, chance), headers=headers, timeout=60) for _ in range(MUTATIONS)
        ]

    kept = [path for path in index.root.iterdir() if path.is_file()]
    assert {answer.status_code for answer in answers} <= {200, 400, 413}
    assert all(path.read_bytes() == content for path in kept)
    assert all(answer.text.strip() for answer in answers)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        pytest.param({":action": None}, ":action=nothing", id="no action"),
        pytest.param({":action": "doc_upload"}, ":action=doc_upload", id="documentation"),
        pytest.param({":action": "remove_pkg"}, ":action=remove_pkg", id="removal"),
        pytest.param({"name": "other"}, "its form disagree", id="form of another project"),
        pytest.param({"version": "9"}, "its form disagree", id="form of another version"),
        pytest.param({"version": "1" * 5000}, "its form disagree", id="form of a version that nobody can read"),
    ],
)
def test_a_form_that_means_something_else_is_refused(
    strict_index: Index, post: Post, make_wheel: Make, fields: dict[str, str | None], sentence: str
) -> None:
    answer = post(strict_index, make_wheel(), fields=fields)

    assert answer.status_code == 400
    assert sentence in answer.text
    assert files_of(strict_index) == []


def test_a_form_needs_a_file(strict_index: Index) -> None:
    answer = requests.post(
        strict_index.url,
        data={":action": "file_upload"},
        files={"other": ("x", b"x")},
        auth=(strict_index.user, strict_index.password),
        timeout=60,
    )

    assert answer.status_code == 400
    assert "no field 'content'" in answer.text


def test_what_is_no_form_is_refused(strict_index: Index) -> None:
    answer = requests.post(strict_index.url, json={"a": 1}, auth=(strict_index.user, strict_index.password), timeout=60)

    assert answer.status_code == 400
    assert "multipart/form-data" in answer.text


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"--x\r\n", id="one boundary"),
        pytest.param(b'--x\r\nContent-Disposition: form-data; name="content"; filename="a"\r\n\r\nabc', id="no end"),
        pytest.param(b"--x\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--x--\r\n", id="a part without a name"),
        pytest.param(b"--x\r\n\0: y\r\n\r\nabc\r\n--x--\r\n", id="a bad header"),
        pytest.param(b"no boundary at all", id="no boundary"),
        pytest.param(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--\r\n', id="not UTF-8"),
    ],
)
def test_a_broken_form_is_refused(strict_index: Index, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}

    answer = requests.post(
        strict_index.url, data=body, headers=headers, auth=(strict_index.user, strict_index.password), timeout=60
    )

    assert answer.status_code == 400
    assert answer.text.strip()
    assert files_of(strict_index) == []


def test_a_form_with_far_too_much_metadata_is_refused(strict_index: Index, post: Post, make_wheel: Make) -> None:
    answer = post(strict_index, make_wheel(), fields={"description": "x" * 5_000_000})

    assert answer.status_code == 413
    assert files_of(strict_index) == []


def test_a_form_tells_json_readers_in_json(strict_index: Index, post: Post, make_wheel: Make) -> None:
    answer = post(
        strict_index, make_wheel(filename="x.whl"), headers={"Accept": "application/json;q=0.9, text/plain;q=0.8"}
    )

    assert answer.headers["Content-Type"] == "application/json"
    assert "no valid name" in answer.json()["message"]
    assert answer.json()["code"].startswith("400 ")
