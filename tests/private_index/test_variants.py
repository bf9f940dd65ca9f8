"""Of a release's variant wheels one file tells together, which is listed and served beside them (PEP 825)."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
from pypi_simple import PyPISimple

from tests.private_index.authors import Author
from tests.real_index import Index, Make, Post, Serve

JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}
NAME = "acme_one-1.0-variants.json"
V3 = {"x86_64": {"level": ["v3"]}}
MKL = {"blas": {"library": ["mkl", "any"]}}


def variant(make_wheel: Make, label: str, properties: object, **said: object) -> Path:
    """Return a wheel with a label, in which stands what it is."""
    content = {
        "$schema": "https://variants.example/v1.json",
        "default-priorities": {"namespace": ["x86_64"]},
        "variants": {label: properties},
        **said,
    }
    members = {"acme_one-1.0.dist-info/variant.json": json.dumps(content).encode()}
    return make_wheel(filename=f"acme_one-1.0-py3-none-any-{label}.whl", members=members)


def listed(index: Index) -> list[Mapping[str, Any]]:
    """Return what the page tells of files about variants."""
    page = requests.get(f"{index.simple_url}acme-one/", headers=JSON, timeout=60).json()
    return [file for file in page["files"] if file["filename"].endswith(".json")]


def told(index: Index) -> tuple[requests.Response, Mapping[str, Any]]:
    """Return the file of which the page tells, and what the page says of it."""
    (file,) = listed(index)
    return requests.get(requests.compat.urljoin(f"{index.simple_url}acme-one/", file["url"]), timeout=60), file


def test_one_file_tells_of_all_variants_of_a_release(index: Index, post: Post, make_wheel: Make) -> None:
    post(index, make_wheel())
    post(index, variant(make_wheel, "x86_64_v3", V3))
    before, _ = told(index)
    second = {"default-priorities": {"namespace": ["blas", "x86_64"], "feature": {"blas": ["library"]}}}
    post(index, variant(make_wheel, "mkl", MKL, **second))
    post(index, variant(make_wheel, "null", {}))

    answer, file = told(index)

    assert before.json()["variants"] == {"x86_64_v3": V3}
    assert answer.json() == {
        "$schema": "https://variants.example/v1.json",
        "default-priorities": {"namespace": ["x86_64", "blas"], "feature": {"blas": ["library"]}},
        "variants": {"mkl": MKL, "null": {}, "x86_64_v3": V3},
    }
    assert (file["filename"], file["size"]) == (NAME, len(answer.content))
    assert file["hashes"]["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert "immutable" in answer.headers["Cache-Control"]
    assert before.url != answer.url
    assert requests.get(before.url, timeout=60).status_code == 404


def test_a_page_of_variants_is_read_by_others_and_passes_the_probe(index: Index, post: Post, make_wheel: Make) -> None:
    post(index, make_wheel())
    post(index, variant(make_wheel, "x86_64_v3", V3))

    with PyPISimple(index.simple_url) as client:
        names = [package.filename for package in client.get_project_page("acme-one").packages]
    html = requests.get(f"{index.simple_url}acme-one/", headers={"Accept": "text/html"}, timeout=60).text
    command = [sys.executable, "-m", "private_index", "probe", index.simple_url]
    probe = subprocess.run(command, env=index.env, capture_output=True, text=True, check=False)

    assert NAME in names
    assert f">{NAME}</a>" in html
    assert probe.returncode == 0, probe.stdout
    assert " 0 failed, 0 fall short" in probe.stdout


def test_a_variant_that_is_taken_back_is_not_told_of_any_more(serve: Serve, post: Post, make_wheel: Make) -> None:
    index = serve()
    post(index, make_wheel(version="2.0"))
    post(index, variant(make_wheel, "mkl", MKL))
    before = len(listed(index))

    line = [sys.executable, "-m", "private_index", "delete", "acme-one", "1.0", "--yes", f"--root={index.root}"]
    subprocess.run(line, env=index.env, check=True, capture_output=True)

    assert (before, listed(index)) == (1, [])


def test_a_stage_tells_of_the_variants_that_will_be_there(author: Author, post: Post, make_wheel: Make) -> None:
    index = author.index
    post(index, variant(make_wheel, "x86_64_v3", V3))
    author.open()
    author.upload(variant(make_wheel, "mkl", MKL))
    page = f"{author.links['stage']}acme-one/"

    (file,) = (one for one in requests.get(page, headers=JSON, timeout=60).json()["files"] if one["filename"] == NAME)
    answer = requests.get(requests.compat.urljoin(page, file["url"]), timeout=60)
    before, _ = told(index)

    assert answer.json()["variants"] == {"mkl": MKL, "x86_64_v3": V3}
    assert file["hashes"]["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert "private" in answer.headers["Cache-Control"]
    assert before.json()["variants"] == {"x86_64_v3": V3}

    author.publish()

    assert told(index)[0].content == answer.content


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[" * 50_000, id="a deep one"),
        pytest.param(b'{"variants": {"other": {}}}', id="another label"),
        pytest.param(b'{"variants": ["mkl"]}', id="no table"),
        pytest.param(b'{"variants": {"mkl": {}}, "x": [NaN, 1e999]}', id="no number"),
        pytest.param(b'{"variants": {"mkl": {}}, "x": "' + b"x" * 70_000 + b'"}', id="far too long"),
    ],
)
def test_a_wheel_that_does_not_say_what_it_is_is_served_and_told_nothing_of(
    index: Index, post: Post, make_wheel: Make, content: bytes
) -> None:
    members = {"acme_one-1.0.dist-info/variant.json": content}
    wheel = make_wheel(filename="acme_one-1.0-py3-none-any-mkl.whl", members=members)

    answer = post(index, wheel)

    assert (answer.status_code, listed(index)) == (200, [])
    assert requests.get(f"{index.url}packages/{wheel.name}", timeout=60).content == wheel.read_bytes()


def test_what_is_odd_in_one_wheel_is_no_harm_to_what_is_told_of_others(
    index: Index, post: Post, make_wheel: Make
) -> None:
    post(index, variant(make_wheel, "odd", {"a": [1], "b": {"c": [1, "d"], "e": "f"}}, **{"default-priorities": [1]}))
    post(index, variant(make_wheel, "mkl", MKL))

    answer, _ = told(index)

    assert answer.json()["variants"] == {"mkl": MKL, "odd": {"b": {"c": ["d"], "e": []}}}
    assert answer.json()["default-priorities"] == {"namespace": ["x86_64"]}
