"""Pages: what one says in JSON is what it says in HTML, and what is no page is told."""

from __future__ import annotations

import json

import pytest
import requests

from modpress.errors import NotAnIndex
from modpress.project_page import ACCEPT, ListedFile, read_page
from tests.modpress.conftest import Answer, Odd

JSON = "application/vnd.pypi.simple.v1+json"
WHEEL = {"filename": "a-1.0-py3-none-any.whl", "url": "../../files/a-1.0-py3-none-any.whl", "hashes": {"sha256": "AB"}}
ANCHOR = '<a href="../../files/a-1.0-py3-none-any.whl#sha256=AB" data-yanked="broken">a-1.0-py3-none-any.whl</a>'


def page_of(odd: Odd, body: str, kind: str) -> dict[str, ListedFile]:
    """Return what is read of a page with that body."""
    odd.answers["GET /simple/a/"] = [Answer(body=body.encode(), kind=kind)]
    return read_page(requests.get(f"{odd.url}simple/a/", headers={"Accept": ACCEPT}, timeout=60), "a")


def in_json(*files: object, version: str = "1.4") -> str:
    """Return a page in JSON."""
    return json.dumps({"meta": {"api-version": version}, "name": "a", "files": files})


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(in_json(WHEEL | {"yanked": "broken"}), JSON, id="JSON"),
        pytest.param(f"<!DOCTYPE html><body>{ANCHOR}</body>", "text/html; charset=utf-8", id="HTML"),
    ],
)
def test_both_forms_of_a_page_say_the_same(odd: Odd, body: str, kind: str) -> None:
    files = page_of(odd, body, kind)

    name = "a-1.0-py3-none-any.whl"
    assert files == {name: ListedFile(filename=name, url=f"{odd.url}files/{name}", sha256="ab", is_yanked=True)}


@pytest.mark.parametrize("yanked", [pytest.param({}, id="silent"), pytest.param({"yanked": False}, id="no")])
def test_a_file_is_yanked_only_if_the_page_says_so(odd: Odd, yanked: dict[str, bool]) -> None:
    files = page_of(odd, in_json(WHEEL | yanked), JSON)

    assert [file.is_yanked for file in files.values()] == [False]


@pytest.mark.parametrize(
    ("body", "kind", "wrong"),
    [
        pytest.param("{", JSON, "Expecting", id="no JSON"),
        pytest.param("[]", JSON, "not as PEP 691 describes it", id="a list"),
        pytest.param(in_json({"filename": "a-1.0.tar.gz"}), JSON, "not as PEP 691 describes it", id="no hashes"),
        pytest.param(in_json(version="2.0"), JSON, "version 2.0 of the simple API", id="another version"),
        pytest.param("hello", "text/plain", "text/plain", id="another form"),
    ],
)
def test_what_is_no_page_is_told(odd: Odd, body: str, kind: str, wrong: str) -> None:
    with pytest.raises(NotAnIndex, match=f"simple/a/ is no page of an index: .*{wrong}"):
        page_of(odd, body, kind)
