"""A file is sent once; every refusal and every silence is a sentence that says what to do now."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from modpress.credentials import open_account
from modpress.destination import Destination
from modpress.errors import IndexFault, OtherBytes
from modpress.order import Manners
from modpress.release import Artifact
from modpress.uploads import Uploader, find_missing
from modpress.urls import Login
from tests.hand_made import write_wheel
from tests.modpress.conftest import Answer, Odd

LOGIN = Login("bob", "hunter2 ü€")
HTML = "text/html; charset=utf-8"
PAGE = b"<html><head><title>Error</title></head><body><h1>Error</h1><pre>Tom &amp; Jerry\n said no</pre></body></html>"


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    """A wheel."""
    return Artifact.read(write_wheel(tmp_path, "acme-one", "1.0"))


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, env: Mapping[str, str]) -> None:
    """No credentials but those of a test."""
    monkeypatch.setenv("HOME", env["HOME"])
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", env["PYTHON_KEYRING_BACKEND"])
    for variable in ("TWINE_USERNAME", "TWINE_PASSWORD", "TWINE_CERT"):
        monkeypatch.delenv(variable, raising=False)


def send(artifact: Artifact, url: str, wait: float = 5) -> None:
    destination = Destination(upload_url=url, simple_url=f"{url}simple/", login=LOGIN)
    with Uploader(url, open_account(destination, Manners(wait=wait))) as uploader:
        uploader.send(artifact)


def test_a_file_that_is_there_is_not_missing() -> None:
    files = [Artifact(Path("a.whl"), "1" * 64), Artifact(Path("a.tar.gz"), "2" * 64)]

    assert find_missing(files, {"a.whl": "1" * 64, "b.whl": "3" * 64}, "") == files[1:]


def test_a_file_of_other_content_stops_all() -> None:
    files = [Artifact(Path("a.whl"), "1" * 64), Artifact(Path("a.tar.gz"), "2" * 64)]

    with pytest.raises(
        OtherBytes, match=r"a\.tar\.gz is already published .* bump the version .*sha256 33.*built was 22"
    ):
        find_missing(files, {"a.tar.gz": "3" * 64}, "https://team.example/simple/a/")


@pytest.mark.usefixtures("nobody")
def test_a_login_goes_out_in_utf_8(odd: Odd, artifact: Artifact) -> None:
    odd.answers["POST /"] = [Answer()]

    send(artifact, odd.url)

    assert odd.asked == [("POST", "/", "Basic Ym9iOmh1bnRlcjIgw7zigqw=")]


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        pytest.param(
            Answer(status=403, body=json.dumps({"message": "bob may only read"}).encode(), kind="application/json"),
            r"refused acme_one-1.0-py3-none-any.whl: bob may only read \(403\). It was asked as user 'bob'.* the URL",
            id="the words of JSON",
        ),
        pytest.param(
            Answer(status=400, body=b'{"title": "Bad", "detail": "no name"}', kind="application/problem+json"),
            r": no name \(400\)",
            id="the words of a problem report",
        ),
        pytest.param(Answer(status=400, body=b"bad\nform"), r": bad form \(400\)", id="the words of plain text"),
        pytest.param(
            Answer(status=409, body=PAGE, kind=HTML), r": Tom & Jerry said no \(409\). Bump", id="pypiserver's"
        ),
        pytest.param(Answer(status=400, reason="File exists", body=b"<p>", kind=HTML), "File exists", id="reason"),
        pytest.param(Answer(status=401), r"401 Unauthorized. It was asked as user 'bob'", id="401"),
        pytest.param(Answer(status=404), "404 Not Found. Is it an upload URL", id="404"),
        pytest.param(Answer(status=405), "405 Method Not Allowed. Is it an upload URL", id="405"),
        pytest.param(Answer(status=409), "409 Conflict. Bump the version", id="409"),
        pytest.param(Answer(status=413), "The file is larger", id="413"),
        pytest.param(Answer(status=500), "look at its log", id="500"),
        pytest.param(Answer(status=507), "Its disk is full", id="507"),
        pytest.param(Answer(status=503), "look at its log", id="503"),
        pytest.param(Answer(status=599, reason="Odd"), "Odd", id="a status that is none"),
        pytest.param(Answer(status=302, headers={"Location": "https://sso.example/"}), "sso.example", id="a redirect"),
        pytest.param(Answer(status=400, body=LOGIN.password.encode()), r": \*\*\*\* \(400\)", id="the password"),
        pytest.param(Answer(status=400, body=b"\x1b[31mred"), r": \?\[31mred ", id="a terminal's commands"),
        pytest.param(Answer(status=400, body=b"x" * 10_000), f": {'x' * 500} .400.$", id="endless words"),
        pytest.param(Answer(status=400, body=b"[1]", kind="application/json"), "400 Bad Request", id="other JSON"),
    ],
)
def test_a_refusal_is_a_sentence(answer: Answer, sentence: str, odd: Odd, artifact: Artifact) -> None:
    odd.answers["POST /"] = [answer]

    with pytest.raises(IndexFault, match=sentence) as caught:
        send(artifact, odd.url)

    assert LOGIN.password not in str(caught.value)


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize(("status", "times"), [(500, 1), (507, 1), (503, 5)])
def test_only_what_may_pass_is_tried_again(status: int, times: int, odd: Odd, artifact: Artifact) -> None:
    odd.answers["POST /"] = [Answer(status=status)]

    with pytest.raises(IndexFault):
        send(artifact, odd.url)

    assert len(odd.asked) == times


@pytest.mark.usefixtures("nobody")
def test_an_index_that_does_not_run_is_told_with_the_way_to_start_it(dead_url: str, artifact: Artifact) -> None:
    with pytest.raises(IndexFault, match=f"{dead_url} is answered by no index: start it with `private-index serve`"):
        send(artifact, dead_url)


@pytest.mark.usefixtures("nobody")
def test_an_index_that_does_not_speak_tls_is_told(odd: Odd, artifact: Artifact) -> None:
    with pytest.raises(IndexFault, match=r"cannot be trusted .*: what answers there speaks no TLS"):
        send(artifact, odd.url.replace("http:", "https:"))


@pytest.mark.usefixtures("nobody")
def test_a_host_that_is_none_is_told(artifact: Artifact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")

    with pytest.raises(IndexFault, match="has no address: is the address right"):
        send(artifact, "http://packages.invalid/")


@pytest.mark.usefixtures("nobody")
def test_an_index_that_hangs_is_not_waited_for_without_end(odd: Odd, artifact: Artifact) -> None:
    odd.answers["POST /"] = [Answer(seconds=2)]

    with pytest.raises(IndexFault, match=r"gave no answer within 0.3 s: try with a longer --wait"):
        send(artifact, odd.url, wait=0.3)
