"""What the pages say: the same in both forms, read by a reader that is not ours, and true of what is served."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
import requests
from pypi_simple import ACCEPT_HTML_ONLY, ACCEPT_JSON_ONLY, DistributionPackage, ProjectPage, PyPISimple

from private_index.negotiation import HTML_TYPE, JSON_TYPE
from private_index.pages import project_page
from private_index.project_json import latest_release
from private_index.releases import Releases
from private_index.rows import Actor, File, Project
from private_index.settings import Settings
from private_index.store import Store
from tests.hand_made import write_sdist, write_wheel
from tests.real_index import Index, Serve, run_index
from tests.surroundings import clean_environment

Make = Callable[..., Path]
Post = Callable[..., requests.Response]

TESTER = Actor(name=None, origin="a test")
HOSTILE = """</a><script>alert("it's")</script>&amp;"""


@pytest.fixture(scope="module")
def full_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """A running index with two projects, one of them with all that a page can say; its tests only read."""
    folder = tmp_path_factory.mktemp("full")
    paths = [
        write_wheel(
            folder,
            "acme-one",
            "1.0",
            extra="Requires-Python: >=3.8\nSummary: One.\nProject-URL: Source, https://acme.example\n",
        ),
        write_sdist(folder, "acme-one", "1.0"),
        write_wheel(folder, "acme-one", "1.1+local.1"),
        write_wheel(folder, "acme-one", "2.0a1"),
        write_wheel(folder, "acme-two", "1!1.0"),
    ]
    root = folder / "packages"
    store = Store(Settings(root=root, users=folder / "users"))
    releases = Releases(store, TESTER)
    assert all(store.adopt(path, TESTER) for path in paths)
    releases.yank("acme-one", "1.1+local.1", HOSTILE)
    releases.set_status("acme-one", "deprecated", HOSTILE)
    store.close()
    with run_index(root, (), clean_environment(tmp_path_factory.mktemp("home"))) as index:
        yield index


@pytest.fixture(params=[ACCEPT_JSON_ONLY, ACCEPT_HTML_ONLY], ids=["json", "html"])
def reader(full_index: Index, request: pytest.FixtureRequest) -> Iterator[PyPISimple]:
    """pypi-simple, reading the full index in one of the two forms."""
    with PyPISimple(full_index.simple_url, accept=request.param) as client:
        yield client


def facts(package: DistributionPackage) -> tuple[object, ...]:
    """Return what both forms tell of a file."""
    return (package.filename, package.url, package.digests, package.requires_python, package.metadata_digests)


def test_pypi_simple_reads_the_list_and_every_page(reader: PyPISimple) -> None:
    assert list(reader.get_index_page().projects) == ["acme-one", "acme-two"]

    for name in reader.get_index_page().projects:
        page = reader.get_project_page(name)

        assert page.repository_version == "1.4"
        assert all(package.version for package in page.packages)


def test_both_forms_say_the_same(full_index: Index) -> None:
    pages: list[ProjectPage] = []
    for accept in (ACCEPT_JSON_ONLY, ACCEPT_HTML_ONLY):
        with PyPISimple(full_index.simple_url, accept=accept) as client:
            pages.append(client.get_project_page("acme-one"))

    from_json, from_html = ([facts(package) for package in page.packages] for page in pages)
    assert from_json == from_html


def test_what_a_page_promises_of_a_file_is_what_is_served(reader: PyPISimple) -> None:
    for package in reader.get_project_page("acme-one").packages:
        content = requests.get(package.url, timeout=60).content

        assert hashlib.sha256(content).hexdigest() == package.digests["sha256"]
        assert package.size in (None, len(content))
        assert bool(package.has_metadata) is (package.package_type == "wheel")
        if package.has_metadata:
            sidecar = reader.get_package_metadata_bytes(package, verify=True)
            assert sidecar == metadata_in(requests.get(package.url, timeout=60).content)


def test_a_yanked_file_has_its_reason(reader: PyPISimple) -> None:
    yanked = [package for package in reader.get_project_page("acme-one").packages if package.is_yanked]

    assert [package.yanked_reason for package in yanked] == [HOSTILE]


def test_a_reason_can_not_become_markup(full_index: Index) -> None:
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: tags.append(tag)  # type: ignore[method-assign]  # noqa: ARG005

    parser.feed(requests.get(f"{full_index.simple_url}acme-one/", timeout=60).text)

    assert set(tags) == {"html", "head", "meta", "title", "body", "h1", "a", "br"}


def test_a_status_stands_on_both_forms(full_index: Index) -> None:
    url = f"{full_index.simple_url}acme-one/"

    as_json = requests.get(url, headers={"Accept": JSON_TYPE}, timeout=60).json()
    as_html = requests.get(url, headers={"Accept": HTML_TYPE}, timeout=60).text

    assert as_json["project-status"] == {"status": "deprecated", "reason": HOSTILE}
    assert '<meta name="pypi:project-status" content="deprecated">' in as_html
    assert "pypi:project-status-reason" in as_html


def test_the_metadata_stands_under_both_its_names(full_index: Index) -> None:
    page = requests.get(f"{full_index.simple_url}acme-one/", headers={"Accept": JSON_TYPE}, timeout=60).json()
    wheel, sdist = page["files"][:2]

    assert wheel["core-metadata"] == wheel["data-dist-info-metadata"]
    assert "dist-info-metadata" not in wheel
    assert "core-metadata" not in sdist
    assert requests.get(f"{full_index.url}packages/{sdist['filename']}.metadata", timeout=60).status_code == 404


def test_robots_read_a_project_and_its_releases(full_index: Index) -> None:
    page = requests.get(f"{full_index.url}pypi/acme-one/json", timeout=60).json()

    assert page["info"]["version"] == "1.0"
    assert page["info"]["summary"] == "One."
    assert page["info"]["project_urls"] == {"Source": "https://acme.example"}
    assert list(page["releases"]) == ["1.0", "1.1+local.1", "2.0a1"]
    assert page["releases"]["1.1+local.1"][0]["yanked_reason"] == HOSTILE
    assert page["vulnerabilities"] == []
    for file in page["urls"]:
        content = requests.get(file["url"], timeout=60).content
        assert hashlib.sha256(content).hexdigest() == file["digests"]["sha256"]
        assert hashlib.blake2b(content, digest_size=32).hexdigest() == file["digests"]["blake2b_256"]
        assert file["size"] == len(content)
        assert file["upload_time_iso_8601"].startswith(file["upload_time"])


@pytest.mark.parametrize("asked", ["pypi/acme-one/1.0/json", "pypi/acme-one/1.0.0/json", "pypi/Acme.One/1/json"])
def test_robots_read_one_release_however_they_spell_it(full_index: Index, asked: str) -> None:
    page = requests.get(f"{full_index.url}{asked}", timeout=60).json()

    assert page["info"]["version"] == "1.0"
    assert [file["packagetype"] for file in page["urls"]] == ["bdist_wheel", "sdist"]
    assert [file["python_version"] for file in page["urls"]] == ["py3", "source"]
    assert "releases" not in page


def test_robots_read_of_a_wheel_with_a_variant_label(index: Index, post: Post, make_wheel: Make) -> None:
    post(index, make_wheel(filename="acme_one-1.0-py2.py3-none-any-cu12_8.whl"))

    page = requests.get(f"{index.url}pypi/acme-one/json", timeout=60).json()

    assert [file["python_version"] for file in page["urls"]] == ["py2.py3"]


def test_robots_are_sent_to_the_public_index_for_public_names_only(serve: Serve) -> None:
    index = serve("--reserved", "acme-*")

    def ask(path: str) -> requests.Response:
        return requests.get(f"{index.url}pypi/{path}", timeout=60, allow_redirects=False)

    public, release, own = ask("requests/json"), ask("requests/2.0/json"), ask("acme-secret/json")
    assert public.headers["Location"] == "https://pypi.org/pypi/requests/json"
    assert release.headers["Location"] == "https://pypi.org/pypi/requests/2.0/json"
    assert own.status_code == 404


def test_of_another_fallback_it_is_not_known_what_robots_find_there(serve: Serve) -> None:
    index = serve("--fallback-url", "https://public.example/simple/")

    answer = requests.get(f"{index.url}pypi/requests/json", timeout=60, allow_redirects=False)

    assert answer.status_code == 404


def metadata_in(wheel: bytes) -> bytes:
    """Return the METADATA in a wheel."""
    with zipfile.ZipFile(BytesIO(wheel)) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA")))


def a_file(version: str, *, yanked: bool = False) -> File:
    """Return a row of the catalogue."""
    return File(
        filename=f"acme_one-{version}-py3-none-any.whl",
        project="acme-one",
        version=version,
        kind="wheel",
        sha256="0" * 64,
        blake2_256="0" * 64,
        size=1,
        requires_python=None,
        metadata_sha256=None,
        uploaded_at="2026-11-24T13:00:00.000000Z",
        yanked=yanked,
    )


@pytest.mark.parametrize(
    ("files", "version"),
    [
        pytest.param([a_file("1.9"), a_file("1.10")], "1.10", id="by number"),
        pytest.param([a_file("1.0"), a_file("2.0rc1")], "1.0", id="stable first"),
        pytest.param([a_file("1.0"), a_file("2.0", yanked=True)], "1.0", id="not yanked"),
        pytest.param([a_file("1.0a1"), a_file("1.0a2")], "1.0a2", id="only early ones"),
        pytest.param([], None, id="none"),
    ],
)
def test_the_latest_release_is_the_one_to_take(files: list[File], version: str | None) -> None:
    assert latest_release(files) == version


def test_a_file_yanked_without_a_reason_is_yanked_all_the_same() -> None:
    project = Project(name="acme-one", status="active", status_reason=None)
    files = [a_file("1.0", yanked=True)]

    assert b'"yanked":true' in project_page(project, files, JSON_TYPE)
    assert b'data-yanked=""' in project_page(project, files, HTML_TYPE)
