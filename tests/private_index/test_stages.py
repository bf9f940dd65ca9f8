"""A stage shows what a session holds, to those who know its URL, as an index will once it is published."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import requests

from tests.private_index.authors import (
    JSON_PAGE,
    SDIST,
    WHEEL,
    Author,
)
from tests.private_index.sending import send
from tests.real_index import Make, Serve


@pytest.mark.parametrize("accept", [JSON_PAGE["Accept"], "text/html"])
def test_a_stage_shows_what_is_staged_over_what_is_published(
    author: Author, make_wheel: Make, make_sdist: Make, accept: str
) -> None:
    send(author.index, make_wheel(version="0.9"))
    send(author.index, make_wheel("acme-two"))
    author.open()
    author.upload(make_wheel(), make_sdist())
    stage = author.links["stage"]

    mine, others, listed = (
        requests.get(f"{stage}{page}", headers={"Accept": accept}, timeout=60)
        for page in ("acme-one/", "acme-two/", "")
    )

    assert [name in mine.text for name in ("acme_one-0.9-py3-none-any.whl", WHEEL, SDIST)] == [True] * 3
    assert mine.headers["Content-Type"].startswith(accept)
    assert "acme_two-1.0-py3-none-any.whl" in others.text
    assert ["acme-one" in listed.text, "acme-two" in listed.text] == [True, True]
    assert "private" in mine.headers["Cache-Control"]


def test_a_stage_hands_out_files_and_their_metadata(author: Author, make_wheel: Make) -> None:
    send(author.index, make_wheel(version="0.9"))
    author.open()
    author.upload(make_wheel())
    files = author.links["stage"].replace("/simple/", "/packages/")

    new, old, metadata = (
        requests.get(f"{files}{name}", timeout=60)
        for name in (WHEEL, "acme_one-0.9-py3-none-any.whl", f"{WHEEL}.metadata")
    )

    assert new.content == make_wheel().read_bytes()
    assert old.content == make_wheel(version="0.9").read_bytes()
    assert "Name: acme-one" in metadata.text


def test_uv_installs_releases_that_need_each_other_from_a_stage(
    author: Author, make_wheel: Make, tmp_path: Path
) -> None:
    author.open(("acme-one", "1.0"), ("acme-two", "1.0"))
    author.upload(make_wheel(), make_wheel("acme-two", extra="Requires-Dist: acme-one>=1.0\n"))
    env, folder = author.index.env, tmp_path / "venv"
    subprocess.run(["uv", "venv", "--quiet", str(folder)], env=env, check=True)

    line = ["uv", "pip", "install", "--python", str(folder), "--index-url", author.links["stage"], "acme-two"]
    run = subprocess.run(line, env=env, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    assert "+ acme-one==1.0" in run.stderr


def test_whoever_guesses_a_session_finds_none(author: Author) -> None:
    url = author.index.url

    answers = [
        author.ask("GET", f"{url}upload/2.0/sessions/guess"),
        author.ask("POST", f"{url}upload/2.0/sessions/guess/publish"),
        requests.get(f"{url}stage/guess/simple/", timeout=60),
        requests.get(f"{url}stage/guess/simple/acme-one/", timeout=60),
        requests.get(f"{url}stage/guess/packages/{WHEEL}", timeout=60),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5


def test_a_closed_index_shows_a_stage_to_its_users_only(serve: Serve, make_wheel: Make) -> None:
    author = Author(serve("--read", "users"))
    author.open()
    author.upload(make_wheel())
    page = f"{author.links['stage']}acme-one/"

    answers = [requests.get(page, timeout=60), author.ask("GET", page)]

    assert [answer.status_code for answer in answers] == [401, 200]
