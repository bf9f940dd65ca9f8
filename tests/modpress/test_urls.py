"""What a URL tells, and what it must never tell."""

import pytest

from modpress.errors import BadIndexUrl
from modpress.urls import Login, check_url, is_loopback, is_public, is_same_origin, split_login

SECRET = Login("me", "p@ss/w:rd €")


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("packages.example.com/simple/", id="no scheme"),
        pytest.param("ftp://example.com/simple/", id="another protocol"),
        pytest.param("https:///simple/", id="no host"),
        pytest.param("https://me:secret@/simple/", id="no host, a login"),
        pytest.param("https://me:secret@example.com:port/", id="a port that is none"),
        pytest.param("https://me:secret@[::1/simple/", id="half an address"),
    ],
)
def test_what_is_no_url_of_an_index_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BadIndexUrl, match="--index-url is ") as caught:
        check_url(url, "--index-url")

    assert "secret" not in str(caught.value)


def test_a_url_ends_in_a_slash() -> None:
    assert check_url(" https://example.com/simple#top", "") == "https://example.com/simple/"


def test_a_login_goes_into_a_url_and_comes_out_again() -> None:
    url = SECRET.put_into("https://example.com:8443/simple/")

    assert split_login(url) == ("https://example.com:8443/simple/", SECRET)
    assert SECRET.password not in url


def test_a_password_is_hidden_however_it_is_spelled() -> None:
    words = f"no: {SECRET.put_into('https://example.com/')} with {SECRET.password} or {SECRET.token}"

    assert SECRET.hide(words) == "no: https://me:****@example.com/ with **** or ****"
    assert SECRET.password not in repr(SECRET)


def test_an_empty_password_hides_nothing() -> None:
    assert Login("me", "").hide("as it is") == "as it is"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        pytest.param("https://a.example/x", "https://a.example:443/y", True, id="the usual port"),
        pytest.param("https://a.example/", "http://a.example/", False, id="another protocol"),
        pytest.param("http://a.example/", "http://a.example:8080/", False, id="another port"),
        pytest.param("http://a.example/", "http://a.example@b.example/", False, id="another host behind an @"),
    ],
)
def test_a_server_is_a_protocol_a_host_and_a_port(one: str, other: str, *, is_same: bool) -> None:
    assert is_same_origin(one, other) is is_same


def test_this_machine_has_several_names() -> None:
    loopbacks = ["http://localhost:1/", "http://127.0.0.9/", "http://[::1]:80/", "http://a.localhost/"]

    assert all(map(is_loopback, loopbacks))
    assert not is_loopback("http://packages.example.com/")


def test_the_public_index_has_several_names() -> None:
    assert is_public("https://upload.pypi.org/legacy/")
    assert is_public("https://PyPI.org/simple/")
    assert is_public("https://pypi.org./legacy/")
    assert not is_public("https://pypi.org.example.com/simple/")
