"""What whoever runs the index relies on: health, logs, an orderly end, several workers, limits."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import time
from urllib.parse import urlsplit

import pytest
import requests

from private_index.settings import STATE_FOLDER
from tests.real_index import Index, Make, Post, Serve
from tests.slow_upload import SlowUpload
from tests.waiting import has_ended, parts_of, wait_for, workers_of

UPLOADS = 24
# So many bytes that the index writes some before it has all.
NOISE = os.urandom(3_000_000)
CONNECTIONS = 30


def status_of(url: str) -> int | None:
    """Return the status of a GET over a new connection; None where nobody answers."""
    try:
        return requests.get(url, timeout=60, allow_redirects=False).status_code
    except requests.ConnectionError:
        return None


def lines_of(index: Index) -> list[dict[str, object]]:
    """Return the lines of a log in JSON."""
    return [json.loads(line) for line in index.log.read_text().splitlines()]


def test_it_is_ready_while_its_catalogue_answers_and_its_folder_can_be_written(index: Index) -> None:
    ready = requests.get(f"{index.url}ready", timeout=60)

    assert ready.status_code == 200
    assert ready.text == "ready\n"


def test_it_is_alive_but_not_ready_when_its_folder_can_not_be_written(index: Index) -> None:
    (index.root / STATE_FOLDER / "parts").rename(index.root / "gone")

    ready = requests.get(f"{index.url}ready", timeout=60)

    assert ready.status_code == 503
    assert "the index is not ready: its folder can't be written" in ready.text
    assert requests.get(f"{index.url}health", timeout=60).status_code == 200


def test_it_is_not_ready_when_its_catalogue_does_not_answer(index: Index) -> None:
    for path in (index.root / STATE_FOLDER).glob("catalogue.sqlite*"):
        path.write_bytes(b"noise" * 100_000)

    ready = requests.get(f"{index.url}ready", timeout=60)

    assert ready.status_code == 503
    assert "the catalogue does not answer" in ready.text


def test_while_an_upload_ends_a_stopping_index_reads_on_and_begins_nothing(
    serve: Serve, post: Post, make_wheel: Make
) -> None:
    index = serve()
    post(index, make_wheel(version="1.0"))
    upload = SlowUpload(index, make_wheel(version="2.0", members={"acme_one/noise": NOISE}))
    wait_for(lambda: len(parts_of(index)) == 1)

    index.process.send_signal(signal.SIGTERM)

    wait_for(lambda: status_of(f"{index.url}ready") == 503)
    assert status_of(f"{index.url}health") == 200
    assert status_of(f"{index.simple_url}acme-one/") == 200
    refused = post(index, make_wheel(version="3.0"))
    assert refused.status_code == 503
    assert "it is being stopped; try again in a moment" in refused.text
    assert upload.finish() == 200
    assert index.process.wait(60) == 0
    assert (index.root / "acme_one-2.0-py3-none-any.whl").exists()


def test_balancers_get_time_to_leave(serve: Serve) -> None:
    index = serve("--leave-seconds", "3")
    started = time.monotonic()

    index.process.send_signal(signal.SIGTERM)

    wait_for(lambda: status_of(f"{index.url}ready") == 503)
    assert status_of(index.simple_url) == 200
    assert index.process.wait(60) == 0
    assert time.monotonic() - started >= 3


@pytest.mark.parametrize("workers", ["1", "3"])
def test_every_upload_in_flight_ends_well(serve: Serve, make_wheel: Make, workers: str) -> None:
    index = serve("--workers", workers, "--stop-seconds", "60")
    wheels = [make_wheel(version=f"{number}.0", members={"acme_one/noise": NOISE}) for number in range(UPLOADS)]
    uploads = [SlowUpload(index, wheel) for wheel in wheels]
    wait_for(lambda: len(parts_of(index)) == UPLOADS)

    index.process.send_signal(signal.SIGTERM)
    statuses = [upload.finish() for upload in uploads]

    assert statuses == [200] * UPLOADS
    assert index.process.wait(60) == 0
    assert all((index.root / wheel.name).read_bytes() == wheel.read_bytes() for wheel in wheels)


def test_an_upload_that_does_not_end_is_cut_and_leaves_nothing(serve: Serve, make_wheel: Make) -> None:
    index = serve("--stop-seconds", "1")
    wheel = make_wheel(members={"acme_one/noise": NOISE})
    upload = SlowUpload(index, wheel)
    wait_for(lambda: len(parts_of(index)) == 1)
    started = time.monotonic()

    index.process.send_signal(signal.SIGTERM)

    assert index.process.wait(60) == 0
    assert time.monotonic() - started > 0.9
    assert "refused to gracefully stop" not in index.log.read_text()
    assert not (index.root / wheel.name).exists()
    upload.abandon()
    assert parts_of(serve()) == []


def test_every_worker_sees_at_once_what_another_took(serve: Serve, post: Post, make_wheel: Make) -> None:
    index = serve("--workers", "3")
    page = f"{index.simple_url}acme-one/"
    seen = []
    for version in ("1.0", "2.0"):
        post(index, make_wheel(version=version))
        seen.append({requests.get(page, timeout=60).text.count("<a ") for _ in range(CONNECTIONS)})

    assert seen == [{1}, {2}]


def test_a_worker_that_dies_is_replaced_and_the_others_go_on(serve: Serve, post: Post, make_wheel: Make) -> None:
    index = serve("--workers", "2")
    first, second = workers_of(index)

    subprocess.run(["kill", "-9", str(first)], check=True)

    wait_for(lambda: len(workers_of(index)) == 2 and first not in workers_of(index))
    wait_for(lambda: status_of(f"{index.url}ready") == 200)
    assert second in workers_of(index)
    assert post(index, make_wheel()).status_code == 200
    assert index.stop() == 0


def test_no_worker_outlives_a_killed_parent(serve: Serve) -> None:
    index = serve("--workers", "3")
    workers = workers_of(index)

    index.process.kill()

    wait_for(lambda: all(map(has_ended, workers)))


def test_a_json_log_has_a_line_for_each_upload_and_refusal(serve: Serve, post: Post, make_wheel: Make) -> None:
    index = serve("--log-format", "json")
    wheel = make_wheel()
    post(index, wheel)
    post(index, wheel, auth=None)
    requests.get(index.simple_url, timeout=60)
    index.stop()

    taken, refused = lines_of(index)
    assert taken["message"] == f"{wheel.name} is published"
    assert {taken[name] for name in ("method", "path", "client", "status", "user")} == {
        "POST",
        "/",
        "127.0.0.1",
        200,
        "me",
    }
    assert float(str(taken["ms"])) > 0
    assert refused["status"] == 401
    assert "user" not in refused


def test_reads_are_logged_where_that_is_wanted(serve: Serve) -> None:
    index = serve("--access-log", "--log-format", "json")
    answer = requests.get(f"{index.simple_url}?token=secret", timeout=60)
    index.stop()

    (line,) = lines_of(index)
    assert (line["method"], line["path"], line["status"]) == ("GET", "/simple/", 200)
    assert str(line["bytes"]) == answer.headers["content-length"]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_secret_is_in_the_log(serve: Serve, post: Post, make_wheel: Make, log_format: str) -> None:
    index = serve("--access-log", "--log-format", log_format, "--read", "users")
    token = base64.b64encode(f"{index.user}:{index.password}".encode()).decode()
    wheel = make_wheel()
    post(index, wheel)
    post(index, wheel, auth=(index.user, "wrong-secret"))
    post(index, wheel, fields={"password": "form-secret", ":action": "other"})
    requests.get(f"{index.simple_url}?token=query-secret", headers={"Cookie": "cookie-secret"}, timeout=60)
    requests.get(index.simple_url.replace("//", "//me:url-secret@"), timeout=60)
    requests.get(index.simple_url, headers={"Authorization": "Bearer header-secret"}, timeout=60)
    index.stop()

    log = index.log.read_text()
    assert "is published" in log
    assert "secret" not in log
    assert index.password not in log
    assert token not in log


def test_what_a_client_sends_can_not_forge_a_line(serve: Serve) -> None:
    index = serve("--access-log")
    requests.get(f"{index.simple_url}x%0A2026-01-01%20forged%1B[2J/", timeout=60)
    index.stop()

    (line,) = index.log.read_text().splitlines()
    assert r"path=/simple/x\n2026-01-01 forged\x1b[2J/" in line


@pytest.mark.parametrize("sent", [b"GET /simple/ HTTP/1.1\r\nHost: loc", b""], ids=["half a head", "nothing"])
def test_a_head_that_does_not_end_is_cut(serve: Serve, sent: bytes) -> None:
    index = serve("--header-seconds", "1")
    started = time.monotonic()

    with socket.create_connection(("127.0.0.1", urlsplit(index.url).port or 0), timeout=60) as connection:
        connection.sendall(sent)
        while connection.recv(1000):
            pass

    assert time.monotonic() - started < 60


def test_a_file_over_the_limit_is_refused(serve: Serve, post: Post, make_wheel: Make) -> None:
    index = serve("--largest-file", "1kB")

    answer = post(index, make_wheel(code="x = 1\n" * 10_000, members={"acme_one/noise": bytes(range(256)) * 20}))

    assert answer.status_code == 413
    assert "larger than the 1,000 bytes" in answer.text


@pytest.mark.parametrize(
    ("options", "client"), [(["--proxies", "127.0.0.1"], "203.0.113.9"), ([], "127.0.0.1")], ids=["ours", "a stranger"]
)
def test_a_proxy_s_word_is_taken_where_it_is_known(serve: Serve, options: list[str], client: str) -> None:
    index = serve("--access-log", "--log-format", "json", *options)
    requests.get(index.simple_url, headers={"X-Forwarded-For": "203.0.113.9"}, timeout=60)
    index.stop()

    (line,) = lines_of(index)
    assert line["client"] == client


def test_the_public_url_is_what_people_are_told(serve: Serve) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    index = serve("--url", "https://packages.example.org/pypi/", "--port", address.rsplit(":", 1)[1])

    front = requests.get(f"{address}/", timeout=60).text

    assert index.said[0].endswith(" at https://packages.example.org/pypi/")
    assert "--index-url https://packages.example.org/pypi/simple/ NAME" in front


@pytest.mark.parametrize("path", ["pypi", "packages", "simple", "a/b"])
def test_behind_a_proxy_that_takes_a_path_off_every_page_and_redirect_is_found(
    serve: Serve, make_wheel: Make, path: str
) -> None:
    wheel = make_wheel()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve("--url", f"https://packages.example.org/{path}/", "--port", str(port), "--seed", str(wheel))

    def ask(asked: str) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{port}/{asked}", allow_redirects=False, timeout=60)

    for _ in range(2):
        assert ask(f"packages/{wheel.name}").content == wheel.read_bytes()
        assert ask("simple/acme-one/").status_code == 200
        robot = ask("pypi/acme-one/json").json()
        assert robot["urls"][0]["url"] == f"https://packages.example.org/{path}/packages/{wheel.name}"
    redirects = {
        "simple": "simple/",
        "simple/Acme.One/": "simple/acme-one/",
        "pypi/Acme.One/json": "pypi/acme-one/json",
        "pypi/acme-one/json/": "pypi/acme-one/json",
        "pypi/acme-one/1.0/json/": "pypi/acme-one/1.0/json",
    }
    for asked, there in redirects.items():
        assert ask(asked).headers["location"] == f"/{path}/{there}"


def test_with_no_time_to_stop_a_running_upload_is_cut_at_once(serve: Serve, make_wheel: Make) -> None:
    index = serve("--stop-seconds", "0")
    upload = SlowUpload(index, make_wheel(members={"acme_one/noise": NOISE}))
    wait_for(lambda: len(parts_of(index)) == 1)

    index.process.send_signal(signal.SIGTERM)

    assert index.process.wait(60) == 0
    upload.abandon()
