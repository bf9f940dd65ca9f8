"""Uploading: real forms, real twine; every refusal is a sentence and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from private_index.accounts import Accounts
from private_index.catalogue import Catalogue, change_project
from private_index.settings import STATE_FOLDER
from tests.real_index import Index, Make, Post, Serve, files_of
from tests.waiting import workers_of

WHEEL = "acme_one-1.0-py3-none-any.whl"


@pytest.mark.parametrize("door", ["", "legacy/", "legacy"])
def test_an_upload_is_listed_and_served_byte_for_byte(index: Index, post: Post, make_wheel: Make, door: str) -> None:
    wheel = make_wheel()

    answer = post(index, wheel, door=door)

    page = requests.get(f"{index.simple_url}acme-one/", headers={"Accept": "application/json"}, timeout=60)
    assert answer.status_code == 200
    assert "acme_one-1.0-py3-none-any.whl" in page.text
    assert requests.get(f"{index.url}packages/{wheel.name}", timeout=60).content == wheel.read_bytes()


def test_twine_uploads_both_kinds(index: Index, make_wheel: Make, make_sdist: Make) -> None:
    command = ["twine", "upload", "--non-interactive", str(make_wheel()), str(make_sdist())]

    run = subprocess.run(command, env=index.env, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr
    assert files_of(index) == ["acme_one-1.0-py3-none-any.whl", "acme_one-1.0.tar.gz"]


def test_the_same_bytes_again_are_welcome(index: Index, post: Post, make_wheel: Make) -> None:
    wheel = make_wheel()
    post(index, wheel)

    answer = post(index, wheel)

    assert answer.status_code == 200
    assert "already published" in answer.text


def test_other_bytes_under_a_used_name_are_refused_and_the_first_stay(
    index: Index, post: Post, make_wheel: Make
) -> None:
    wheel = make_wheel()
    first = wheel.read_bytes()
    post(index, wheel)

    answer = post(index, make_wheel(code="x = 1"))

    assert answer.status_code == 409
    assert "acme_one-1.0-py3-none-any.whl is already published; bump the version" in answer.text
    assert (index.root / wheel.name).read_bytes() == first
    assert files_of(index) == [wheel.name]


def test_verbose_twine_shows_the_sentence(index: Index, post: Post, make_wheel: Make) -> None:
    post(index, make_wheel())
    command = ["twine", "upload", "--verbose", "--non-interactive", str(make_wheel(code="x = 1"))]

    run = subprocess.run(command, env=index.env, capture_output=True, text=True, check=False)

    assert run.returncode == 1
    assert "409" in run.stdout
    assert "bump the version" in run.stdout


def test_uv_shows_the_sentence_of_a_refusal(index: Index, post: Post, make_wheel: Make) -> None:
    post(index, make_wheel())
    reach = {"UV_PUBLISH_USERNAME": index.user, "UV_PUBLISH_PASSWORD": index.password, "UV_PUBLISH_URL": index.url}
    command = ["uv", "publish", str(make_wheel(code="x = 1"))]

    run = subprocess.run(command, env=index.env | reach, capture_output=True, text=True, check=False)

    assert run.returncode != 0
    assert "bump the version" in run.stderr


def test_uv_publishes(index: Index, make_wheel: Make) -> None:
    reach = {"UV_PUBLISH_USERNAME": index.user, "UV_PUBLISH_PASSWORD": index.password, "UV_PUBLISH_URL": index.url}

    run = subprocess.run(
        ["uv", "publish", str(make_wheel())], env=index.env | reach, capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr
    assert files_of(index) == ["acme_one-1.0-py3-none-any.whl"]


def test_success_is_told_in_json_where_asked(index: Index, post: Post, make_wheel: Make) -> None:
    answer = post(index, make_wheel(), headers={"Accept": "application/json"})

    assert answer.json() == {"message": f"{WHEEL} is published"}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("Acme.One-1.0-py3-none-any.whl", id="name"),
        pytest.param("acme_one-1.0.0-py3-none-any.whl", id="version"),
        pytest.param("acme_one-1.0-PY3-None-Any.whl", id="tags"),
    ],
)
def test_a_second_spelling_of_a_published_wheel_is_refused(
    index: Index, post: Post, make_wheel: Make, other: str
) -> None:
    post(index, make_wheel())

    answer = post(index, make_wheel(filename=other, code="x = 1"))

    assert answer.status_code == 409
    assert answer.text.startswith(f"{other} is the same project, version and tags as {WHEEL}")
    assert files_of(index) == [WHEEL]


def test_wheels_that_installers_tell_apart_are_all_taken(index: Index, post: Post, make_wheel: Make) -> None:
    others = ["-1-py3-none-any", "-py2-none-any", "-py3-none-any-null", "-cp311-cp311-beos_9_quantum"]
    wheels = [make_wheel(filename=f"acme_one-1.0{other}.whl") for other in others]

    answers = [post(index, wheel).status_code for wheel in [*wheels, make_wheel(), make_wheel(version="1.0.1")]]

    assert answers == [200] * 6


@pytest.mark.parametrize("label", ["null", "x86_64_v3", "cu12.8_and_a_long_name"])
def test_a_wheel_with_a_variant_label_is_listed_and_served(
    index: Index, post: Post, make_wheel: Make, label: str
) -> None:
    plain, wheel = make_wheel(), make_wheel(filename=f"acme_one-1.0-py3-none-any-{label}.whl", code="x = 1")

    answers = [post(index, file).status_code for file in (plain, wheel)]

    json = {"Accept": "application/vnd.pypi.simple.v1+json"}
    page = requests.get(f"{index.simple_url}acme-one/", headers=json, timeout=60)
    served = {
        file["filename"]: requests.get(requests.compat.urljoin(page.url, file["url"]), timeout=60).content
        for file in page.json()["files"]
    }
    assert answers == [200, 200]
    assert served == {file.name: file.read_bytes() for file in (plain, wheel)}
    assert requests.get(f"{index.url}packages/{wheel.name}.metadata", timeout=60).status_code == 200


@pytest.mark.parametrize(("version"), ["1.0+local.1", "1!2.0"])
def test_local_versions_and_epochs_are_listed_and_served(
    index: Index, post: Post, make_wheel: Make, make_sdist: Make, version: str
) -> None:
    files = [make_wheel(version=version), make_sdist(version=version)]

    answers = [post(index, file).status_code for file in files]

    json = {"Accept": "application/vnd.pypi.simple.v1+json"}
    page = requests.get(f"{index.simple_url}acme-one/", headers=json, timeout=60)
    urls = [requests.compat.urljoin(page.url, file["url"]) for file in page.json()["files"]]
    assert answers == [200, 200]
    assert [requests.get(url, timeout=60).content for url in urls] == [file.read_bytes() for file in files]


def test_a_reserved_name_is_published_by_its_owners_only(serve: Serve, post: Post, make_wheel: Make) -> None:
    index = serve("--reserved", "acme-*=alice,bob")
    Accounts(index.users).add("alice", "secret")

    stranger = post(index, make_wheel())
    owner = post(index, make_wheel(), auth=("alice", "secret"))
    elsewhere = post(index, make_wheel("zoo"))

    assert stranger.status_code == 403
    assert stranger.text.startswith("me may not publish acme-one: the name is reserved for others")
    assert [owner.status_code, elsewhere.status_code] == [200, 200]


@pytest.mark.parametrize("status", ["archived", "quarantined"])
def test_a_closed_project_takes_no_new_file_but_the_same_again(
    index: Index, post: Post, make_wheel: Make, status: str
) -> None:
    post(index, make_wheel())
    catalogue = Catalogue(index.root / STATE_FOLDER / "catalogue.sqlite")
    with catalogue.writing() as connection:
        change_project(connection, "acme-one", status=status, status_reason="use acme-two")
    catalogue.close()

    same = post(index, make_wheel())
    other = post(index, make_wheel(version="2.0"))

    assert same.status_code == 200
    assert other.status_code == 403
    assert other.text.startswith(f"acme-one is {status} (use acme-two) and takes no uploads")
    assert files_of(index) == [WHEEL]


def test_a_file_over_the_limit_is_refused_whether_its_length_is_announced_or_not(serve: Serve) -> None:
    index = serve("--largest-file", "1MB")
    head = b'--x\r\nContent-Disposition: form-data; name="content"; filename="a-1.0.tar.gz"\r\n\r\n'

    def body() -> Iterator[bytes]:
        yield head
        for _ in range(10):
            yield b"x" * 1_000_000

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    auth = (index.user, index.password)
    announced = requests.post(index.url, data=b"".join(body()), headers=headers, auth=auth, timeout=60)
    chunked = requests.post(index.url, data=body(), headers=headers, auth=auth, timeout=60)

    assert [announced.status_code, chunked.status_code] == [413, 413]
    assert "the upload is larger than the 5,194,304 bytes" in announced.text
    assert "a-1.0.tar.gz is larger than the 1,000,000 bytes" in chunked.text
    assert files_of(index) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process limit another one")
def test_a_full_disk_is_told_and_leaves_nothing(serve: Serve, post: Post, make_wheel: Make, tmp_path: Path) -> None:
    import resource  # noqa: PLC0415 - Windows has none

    index = serve()
    (worker,) = workers_of(index)
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
    wheel = make_wheel(members={"acme_one/noise.bin": tmp_path.name.encode() + bytes(range(256)) * 1})
    big = wheel.read_bytes() + b"\0" * 3_000_000
    wheel.write_bytes(big)

    answer = post(index, wheel)

    assert answer.status_code == 507
    assert "no room left" in answer.text
    assert files_of(index) == []
    assert requests.get(f"{index.url}health", timeout=60).status_code == 200


def test_bytes_that_were_removed_by_hand_can_be_uploaded_again_at_once(
    index: Index, post: Post, make_wheel: Make
) -> None:
    wheel = make_wheel()
    post(index, wheel)
    (index.root / wheel.name).unlink()

    answer = post(index, wheel)

    assert answer.status_code == 200
    assert (index.root / wheel.name).read_bytes() == wheel.read_bytes()


def test_what_is_no_file_in_the_place_of_one_is_told(index: Index, post: Post, make_wheel: Make) -> None:
    wheel = make_wheel()
    os.mkfifo(index.root / wheel.name)

    answer = post(index, wheel)

    assert answer.status_code == 503
    assert "is no file" in answer.text
