"""The command: what it proves on our own index and finds on stock pypiserver, its codes, its sentences, its forms."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from private_index.probe import EVERY_CHECK
from tests.hand_made import metadata
from tests.real_index import Index, Make, Post, Serve
from tests.surroundings import clean_environment
from tests.waiting import answers, wait_for

# What stock pypiserver lacks; all that it promises, it keeps.
LACKING_IN_STOCK = {
    "file-etag",
    "file-kept",
    "html-version",
    "json-offered",
    "page-compressed",
    "page-etag",
    "range-beyond",
    "requires-python-given",
    "sidecar-offered",
}


def run_probe(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-m", "private_index", "probe", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def odd_releases(make_wheel: Make, make_sdist: Make) -> list[Path]:
    """Releases that are valid, and each odd in its way."""
    needs = "Requires-Python: >=3.9,<4,!=3.10.*\n"
    return [
        make_wheel("acme-one", "1.0", extra=needs),
        make_sdist("acme-one", "1.0", inside=metadata("acme-one", "1.0", needs)),
        *(make_wheel("acme-one", f"1.0.{patch}", extra=needs) for patch in range(1, 17)),
        make_wheel("Acme.Local", "2.0+cpu", filename="acme_local-2.0+cpu-py3-none-any.whl", members={}, **_local()),
        make_wheel("zebra", "1.0a1.dev3", members={"zebra/large.bin": bytes(range(256)) * 999}),
        make_wheel("gpu", "1.0", filename="gpu-1.0-py3-none-any-cu12_8.whl"),
        make_wheel("gpu", "1.0", filename="gpu-1.0-1-py3-none-any-x86_64_v3.whl"),
        make_sdist("z", "0"),
    ]


def _local() -> dict[str, bytes]:
    return {"inside": metadata("acme-local", "2.0+cpu")}


def test_our_own_index_keeps_every_promise(index: Index, post: Post, odd_releases: list[Path]) -> None:
    for path in odd_releases:
        assert post(index, path).status_code == 200, path.name

    run = run_probe(index.env, index.simple_url, "--strict")

    assert run.returncode == 0, run.stdout
    assert run.stderr == ""
    assert "0 failed, 0 fall short" in run.stdout


def test_yanked_releases_and_statuses_keep_their_promises(index: Index, post: Post, odd_releases: list[Path]) -> None:
    for path in odd_releases:
        post(index, path)
    root = ("--root", str(index.root))
    for change in (("yank", "acme-one", "1.0", "--reason", 'it "lost" <data> & more'), ("status", "z", "quarantined")):
        command = [sys.executable, "-m", "private_index", change[0], *root, *change[1:]]
        subprocess.run(command, env=index.env, capture_output=True, text=True, check=True)

    run = run_probe(index.env, index.simple_url, "--strict", "--json")

    report = json.loads(run.stdout)
    assert (run.returncode, report["failed"]) == (0, {"must": [], "should": []})
    proved = {check["name"]: check["proved"] for check in report["checks"]}
    assert proved["project-status"] > 0


@contextmanager
def stock_pypiserver(folder: Path) -> Iterator[str]:
    """Serve a folder as stock pypiserver does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "pypiserver", "run", "-i", "127.0.0.1", "-p", str(port)]
    env = clean_environment(folder)
    with subprocess.Popen(
        [*command, "--disable-fallback", "--server", "wsgiref", str(folder)],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        url = f"http://127.0.0.1:{port}/simple/"
        try:
            wait_for(lambda: answers(url))
            yield url
        finally:
            process.terminate()


def test_stock_pypiserver_lacks_what_is_said_of_it(env: dict[str, str], odd_releases: list[Path]) -> None:
    with stock_pypiserver(odd_releases[0].parent) as url:
        run = run_probe(env, url, "--json", "--jobs", "1")

    report = json.loads(run.stdout)
    assert report["files"] == len(odd_releases)
    assert run.returncode == 0
    assert report["failed"]["must"] == []
    assert set(report["failed"]["should"]) == LACKING_IN_STOCK


def test_a_should_fails_the_run_only_if_asked(env: dict[str, str], make_wheel: Make) -> None:
    with stock_pypiserver(make_wheel().parent) as url:
        codes = [run_probe(env, url, *strict).returncode for strict in ((), ("--strict",))]

    assert codes == [0, 1]


def test_a_failure_tells_where_what_was_expected_and_what_was_seen(env: dict[str, str], make_wheel: Make) -> None:
    with stock_pypiserver(make_wheel().parent) as url:
        run = run_probe(env, url)

    assert re.search(
        rf"should html-version +0 +2  .*\n +{re.escape(url)}\n +expected version 1\.x  \[PEP 629.*\]\n +seen +none",
        run.stdout,
    )
    assert "\x1b" not in run.stdout


def test_only_the_named_projects_are_walked(index: Index, post: Post, odd_releases: list[Path]) -> None:
    for path in odd_releases[-2:]:
        post(index, path)

    named = run_probe(index.env, index.simple_url, "--json", "--project", "Zebra")
    first = run_probe(index.env, index.simple_url, "--json", "--most", "1", "--no-download")

    assert [json.loads(run.stdout)["projects"] for run in (named, first)] == [1, 1]
    assert json.loads(first.stdout)["listed"] == 2


@pytest.mark.parametrize("source", ["URL", "netrc"])
def test_a_user_comes_from_the_url_or_netrc_and_is_never_printed(
    serve: Serve, post: Post, make_wheel: Make, tmp_path: Path, source: str
) -> None:
    index = serve("--read", "users")
    post(index, make_wheel())
    netrc = tmp_path / "netrc"
    netrc.write_text(f'machine 127.0.0.1 login {index.user} password "{_escaped(index.password)}"\n', "utf-8")
    netrc.chmod(0o600)
    user = f"{index.user}:{requests.utils.quote(index.password, safe='')}@"  # type: ignore[attr-defined]
    url = index.simple_url.replace("://", f"://{user}") if source == "URL" else index.simple_url
    env = index.env | {"NETRC": str(netrc)} if source == "netrc" else index.env

    kept_out, run = run_probe(index.env, index.simple_url), run_probe(env, url)

    assert (kept_out.returncode, run.returncode) == (3, 0), run.stdout + run.stderr
    assert "it answers 401; give a user" in kept_out.stderr
    assert index.password not in run.stdout
    assert user not in run.stdout


def _escaped(password: str) -> str:
    return password.replace("\\", "\\\\").replace('"', '\\"')


@pytest.mark.parametrize(
    ("url", "code", "sentence"),
    [
        pytest.param("ftp://me:secret@host/simple/", 2, "'ftp://host/simple/' is no URL of a simple API", id="no http"),
        pytest.param("simple", 2, "'simple' is no URL of a simple API", id="no URL"),
        pytest.param(
            "http://me:secret@127.0.0.1:1/simple", 3, "http://127.0.0.1:1/simple/ can't be reached: ", id="closed"
        ),
        pytest.param(
            "http://no-such-host.invalid/", 3, "http://no-such-host.invalid/ can't be reached: ", id="no host"
        ),
    ],
)
def test_what_can_not_be_probed_is_told_in_a_sentence(env: dict[str, str], url: str, code: int, sentence: str) -> None:
    run = run_probe(env, url)

    assert run.returncode == code
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr
    assert "secret" not in run.stdout + run.stderr


def test_a_netrc_file_that_does_not_read_is_wrong_usage(index: Index, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me pasword secret\n")

    run = run_probe(index.env | {"NETRC": str(netrc)}, index.simple_url)

    assert run.returncode == 2
    assert "the netrc file can't be read: line 1 is not of the form" in run.stderr
    assert "secret" not in run.stdout + run.stderr


def test_a_page_that_is_no_project_list_is_told_in_a_sentence(index: Index) -> None:
    run = run_probe(index.env, f"{index.url}nothing/")

    assert run.returncode == 3
    assert "no list of projects is there (status 404" in run.stderr


def test_the_docs_list_each_check_as_the_command_does(env: dict[str, str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "probe.md").read_text("utf-8")

    listed = run_probe(env, "--list").stdout

    assert listed in page
    assert all(f"`{check.name}`" in listed for check in EVERY_CHECK)
