"""Each lie that an index can tell is found by exactly the check that is there for it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from private_index.probe import EVERY_CHECK, Credentials, Plan, Report, Web, probe
from tests.hand_made import metadata, write_sdist, write_wheel
from tests.lying_index import JSON, KEPT, Answering, Asked, Lie, Published, Reply, lying_index
from tests.private_index.lies import (
    NEEDS,
    OTHER_DIGEST,
    WHEEL,
    Document,
    answering,
    file_added,
    foreign_metadata,
    headed,
    in_each_file,
    in_html,
    in_json,
    instead,
    longer,
    moved,
    on_files,
    on_pages,
    on_sidecars,
    other_gzip,
    set_key,
    shifted,
    status,
    twice,
    unread_qualities,
    without,
    zipped,
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Published]:
    """What the index holds: two projects, one with enough releases that its page is worth compressing."""
    folder = tmp_path_factory.mktemp("made")
    wheels = [write_wheel(folder, "acme-one", f"1.{minor}", extra=NEEDS) for minor in range(6)]
    inside = [metadata("acme-one", f"1.{minor}", NEEDS) for minor in range(6)]
    return [
        *(published(path, "acme-one", text) for path, text in zip(wheels, inside, strict=True)),
        published(write_sdist(folder, "zebra", "2.0"), "zebra"),
    ]


def published(path: Path, project: str, text: bytes | None = None) -> Published:
    """Return a file as an honest page lists it; the first one is yanked and has a provenance."""
    first = path.name == WHEEL
    return Published(
        project=project,
        filename=path.name,
        content=path.read_bytes(),
        metadata=text,
        requires_python=">=3.9,<4" if text else None,
        yanked="it lost <data>" if first else None,
        provenance=first,
    )


def examine(files: list[Published], lie: Lie, *, download: bool = True) -> Report:
    """Return what a probe finds."""
    with lying_index(files, lie) as url, Web(Credentials(url, None)) as web:
        return probe(web, url, Plan(download=download), lambda _done, _of: None)


def failed(report: Report) -> set[str]:
    """Return the names of the checks in which something failed."""
    return {name for name, tally in report.tallies.items() if tally.failed}


LIES = [
    pytest.param("list-schema", in_json(lambda d: d["projects"].append({"title": "x"}), "/simple/"), id="no name"),  # type: ignore[attr-defined]
    pytest.param("list-links", in_html('"acme-one/"', '"acme_one/"', "/simple/"), id="link to another spelling"),
    pytest.param("list-once", in_json(twice("projects"), "/simple/"), id="project listed twice"),
    pytest.param("list-agrees", in_html('<a href="zebra/">zebra</a>', "", "/simple/"), id="project in JSON only"),
    pytest.param("unknown-project", answering(lambda a: "no-such" in a.path, status(403)), id="403 for the unknown"),
    pytest.param("unknown-project", answering(lambda a: "no-such" in a.path, status(200)), id="200 for the unknown"),
    pytest.param("odd-names", answering(lambda a: "%00" in a.path, status(500)), id="500 for an odd name"),
    pytest.param("page-exists", answering(lambda a: a.path == "/simple/zebra/", status(404)), id="page is not there"),
    pytest.param("page-exists", answering(lambda a: a.path == "/simple/zebra/", status(500)), id="page fails"),
    pytest.param("last-slash", answering(lambda a: a.path[-9:] == "/acme-one", status(200)), id="no slash needed"),
    pytest.param(
        "negotiation",
        answering(lambda a: on_pages(a) and a.accept == "*/*;q=0.1", status(406)),
        id="406 for anything a little",
    ),
    pytest.param(
        "negotiation",
        answering(lambda a: "latest" in (a.accept or ""), headed(content_type="text_html")),
        id="a type that is none",
    ),
    pytest.param(
        "negotiation",
        answering(lambda a: on_pages(a) and a.accept is None, headed(content_type="application/json")),
        id="plain JSON for no Accept",
    ),
    pytest.param("preferences", Lie(reply=unread_qualities), id="q-values unread"),
    pytest.param(
        "json-offered",
        Lie(reply=lambda asked, honest: without("accept")(asked, honest) if on_pages(asked) else honest(asked)),
        id="HTML only",
    ),
    pytest.param(
        "default-form",
        Lie(
            reply=lambda a, honest: honest(
                a if not on_pages(a) or a.accept not in {None, "*/*"} else replace(a, headers={"accept": JSON})
            )
        ),
        id="JSON for no Accept",
    ),
    pytest.param("vary", answering(on_pages, headed(vary="Accept-Encoding")), id="Vary without Accept"),
    pytest.param("vary", answering(on_pages, headed(vary="accept")), id="Vary without Accept-Encoding"),
    pytest.param("json-reads", instead("^{", "", kinds=(JSON,), page="/simple/zebra/"), id="JSON that is none"),
    pytest.param("json-reads", instead("^.*$", "[]", kinds=(JSON,), page="/simple/zebra/"), id="JSON of another shape"),
    pytest.param("api-version", in_json(set_key("meta", {"api-version": "2.0"})), id="an API of the future"),
    pytest.param("html-version", in_html("repository-version", "version"), id="HTML without version"),
    pytest.param(
        "page-head",
        answering(lambda a: on_pages(a) and a.method == "HEAD", headed(etag=None)),
        id="HEAD of a page without ETag",
    ),
    pytest.param(
        "page-head", answering(lambda a: on_pages(a) and a.method == "HEAD", status(405)), id="no HEAD of a page"
    ),
    pytest.param("page-decodes", answering(on_pages, other_gzip), id="gzip of another page"),
    pytest.param(
        "page-decodes",
        answering(lambda a: on_pages(a) and a.headers["accept-encoding"] == "zstd", zipped),
        id="gzip for zstd",
    ),
    pytest.param(
        "page-compressed",
        Lie(reply=lambda a, honest: without("accept-encoding")(a, honest) if on_pages(a) else honest(a)),
        id="never compressed",
    ),
    pytest.param("page-fresh", answering(on_pages, headed(cache_control="max-age=600")), id="page kept ten minutes"),
    pytest.param(
        "page-fresh",
        answering(on_pages, headed(cache_control=None, last_modified="Thu, 01 Jan 2026 00:00:00 GMT")),
        id="page with Last-Modified alone",
    ),
    pytest.param(
        "page-fresh",
        answering(on_pages, headed(cache_control=None, expires="Thu, 01 Jan 2099 00:00:00 GMT")),
        id="page that expires late",
    ),
    pytest.param("page-etag", Lie(etag=lambda k, e: e if k == "file" else f"W/{e}"), id="page with a weak ETag"),
    pytest.param("page-etag", answering(on_pages, headed(etag=None)), id="page without ETag"),
    pytest.param("etag-per-form", Lie(etag=lambda k, e: e if k == "file" else '"one"'), id="one ETag for all forms"),
    pytest.param(
        "page-304",
        Lie(reply=lambda a, honest: without("if-none-match")(a, honest) if on_pages(a) else honest(a)),
        id="the whole page each time",
    ),
    pytest.param(
        "page-304",
        answering(lambda a: on_pages(a) and a.headers.get("if-none-match") == '"another"', status(304)),
        id="304 for another page",
    ),
    pytest.param("other-spellings", answering(lambda a: "ACME" in a.path, status(404)), id="other spelling not found"),
    pytest.param("project-name", in_json(set_key("name", "Acme_One")), id="name not normalised"),
    pytest.param(
        "files-schema",
        in_json(lambda document: document["files"][1].update(yanked=1)),  # type: ignore[index]
        id="yanked is a number",
    ),
    pytest.param("files-schema", in_each_file(set_key("gpg-sig", "yes")), id="gpg-sig is a text"),
    pytest.param("files-schema", in_each_file(lambda entry: entry["hashes"].update(md4="NONE")), id="odd digest"),  # type: ignore[attr-defined]
    pytest.param("files-once", in_json(twice("files")), id="file listed twice"),
    pytest.param("versions", in_json(lambda document: document["versions"].pop()), id="a version is missing"),  # type: ignore[attr-defined]
    pytest.param("versions", in_json(twice("versions")), id="a version twice"),
    pytest.param("versions", in_json(lambda document: document.pop("versions")), id="no versions"),
    pytest.param("versions-parse", in_json(lambda d: d["versions"].append("latest")), id="a version that is none"),  # type: ignore[attr-defined]
    pytest.param("size-schema", in_each_file(set_key("size", "12")), id="size is a text"),
    pytest.param("size-schema", in_each_file(lambda entry: entry.pop("size")), id="no size"),
    pytest.param("upload-time", in_each_file(set_key("upload-time", "2026-01-01 00:00")), id="upload-time of own form"),
    pytest.param("upload-time", in_each_file(set_key("upload-time", "2026-02-30T00:00:00Z")), id="no such day"),
    pytest.param("upload-time", in_each_file(set_key("upload-time", "2099-01-01T00:00:00Z")), id="uploaded tomorrow"),
    pytest.param("upload-time-given", in_each_file(lambda entry: entry.pop("upload-time")), id="no upload-time"),
    pytest.param("project-status", in_json(set_key("project-status", {"status": "asleep"})), id="unknown status"),
    pytest.param("project-status", in_json(set_key("project-status", ["active"])), id="status is a list"),
    pytest.param(
        "project-status",
        in_json(set_key("project-status", {"status": "quarantined"})),
        id="quarantined, with files",
    ),
    pytest.param("requires-python-parses", instead("(>=|&gt;=)3.9,(<|&lt;)4", "three"), id="requires-python is none"),
    pytest.param("sidecar-keys", in_each_file(set_key("dist-info-metadata", {"sha256": "00"})), id="old key differs"),
    pytest.param("sidecar-keys", in_html("data-core-metadata", "data-other"), id="old key alone"),
    pytest.param("html-links", in_html(f">{WHEEL}<", ">acme-one<"), id="a link's text is no file name"),
    pytest.param("html-hashes", in_html("#sha256=[0-9a-f]+", ""), id="no fragment"),
    pytest.param("html-escapes", in_html("&gt;", ">"), id="a bare bracket"),
    pytest.param("forms-agree", in_html(' data-yanked="[^"]*"', ""), id="yanked in JSON only"),
    pytest.param("forms-agree", in_html("<a [^>]*>acme_one-1.3[^<]*</a>", ""), id="file in JSON only"),
    pytest.param("forms-agree", in_html("&gt;=3.9", "&gt;=3.8"), id="requires-python differs"),
    pytest.param("filename-parses", file_added(filename="acme_one-1.0.egg", metadata=None), id="an egg"),
    pytest.param("file-belongs", file_added(project="zebra"), id="another project's file"),
    pytest.param(
        "file-served", answering(lambda a: a.path == f"/packages/{WHEEL}", status(404)), id="file is not there"
    ),
    pytest.param(
        "file-served",
        answering(lambda a: a.path == f"/packages/{WHEEL}", headed(content_length="99999")),
        id="file is cut",
    ),
    pytest.param("sha256-given", instead('(hashes": {"|(?:whl|gz)#)sha256', r"\1sha0"), id="no sha256"),
    pytest.param(
        "file-digest",
        instead('(hashes": {"sha256": "|(?:whl|gz)#sha256=)[0-9a-f]{64}', rf"\g<1>{OTHER_DIGEST}"),
        id="wrong digest",
    ),
    pytest.param("file-size", in_each_file(lambda entry: entry.update(size=entry["size"] + 1)), id="wrong size"),  # type: ignore[operator]
    pytest.param(
        "file-identity",
        answering(lambda a: on_files(a) and "gzip" in a.headers["accept-encoding"], zipped),
        id="file is gzipped",
    ),
    pytest.param(
        "file-head", answering(lambda a: on_files(a) and a.method == "HEAD", status(405)), id="no HEAD of a file"
    ),
    pytest.param(
        "file-head",
        answering(lambda a: on_files(a) and a.method == "HEAD", headed(content_length="0")),
        id="HEAD says length 0",
    ),
    pytest.param(
        "range-offered",
        Lie(
            reply=lambda a, honest: (
                headed(accept_ranges=None)(without("range")(a, honest)) if on_files(a) else honest(a)
            )
        ),
        id="no ranges",
    ),
    pytest.param("range-exact", answering(on_files, shifted), id="range of other bytes"),
    pytest.param("range-exact", answering(on_files, longer), id="range of more bytes"),
    pytest.param(
        "range-exact",
        answering(lambda a: on_files(a) and a.headers.get("range", "")[:7] == "bytes=-", status(200)),
        id="no suffix range",
    ),
    pytest.param(
        "range-beyond",
        answering(on_files, lambda reply: status(200)(reply) if reply.status == 416 else reply),
        id="200 beyond the end",
    ),
    pytest.param(
        "range-beyond",
        answering(on_files, lambda reply: headed(content_range=None)(reply) if reply.status == 416 else reply),
        id="416 without the size",
    ),
    pytest.param("range-if", Lie(reply=without("if-range")), id="a part of another file"),
    pytest.param("file-kept", answering(on_files, headed(cache_control=None)), id="file without Cache-Control"),
    pytest.param("file-kept", answering(on_sidecars, headed(cache_control="no-cache")), id="sidecar not kept"),
    pytest.param("file-kept", answering(on_files, headed(cache_control=f"{KEPT}, no-store")), id="file not stored"),
    pytest.param("file-etag", Lie(etag=lambda k, e: f"W/{e}" if k == "file" else e), id="file with a weak ETag"),
    pytest.param("file-etag", answering(on_files, headed(etag=None)), id="file without ETag"),
    pytest.param(
        "file-304",
        Lie(reply=lambda a, honest: without("if-none-match")(a, honest) if on_files(a) else honest(a)),
        id="the whole file each time",
    ),
    pytest.param(
        "archive-opens", file_added(content=b"no zip" * 9, filename="acme_one-9-py3-none-any.whl"), id="no zip"
    ),
    pytest.param("metadata-names-file", Lie(published=foreign_metadata), id="metadata of another release"),
    pytest.param("requires-python-true", instead("(>=|&gt;=)3.9", r"\g<1>3.8"), id="requires-python of its own"),
    pytest.param(
        "requires-python-given",
        Lie(published=lambda files: [replace(file, requires_python=None) for file in files]),
        id="requires-python not told",
    ),
    pytest.param(
        "sidecar-offered",
        Lie(published=lambda files: [replace(file, metadata=None) for file in files]),
        id="no sidecars",
    ),
    pytest.param("sidecar-served", answering(on_sidecars, status(404)), id="sidecar is not there"),
    pytest.param(
        "sidecar-digest",
        instead('(metadata="sha256=|metadata": {"sha256": ")[0-9a-f]{64}', rf"\g<1>{OTHER_DIGEST}"),
        id="wrong digest of a sidecar",
    ),
    pytest.param(
        "sidecar-equal",
        Lie(published=lambda files: [replace(f, metadata=f.metadata and f.metadata + b"\n") for f in files]),
        id="sidecar of its own",
    ),
    pytest.param("provenance", answering(lambda a: "integrity" in a.path, status(404)), id="provenance is not there"),
    pytest.param("provenance", instead("http://[0-9.:]+/integrity/", "/integrity/"), id="provenance is relative"),
]


def test_an_index_that_keeps_every_promise_passes_each_check(files: list[Published]) -> None:
    report = examine(files, Lie())

    assert failed(report) == set()
    assert {name for name, tally in report.tallies.items() if not tally.proved} == {"project-status"}


@pytest.mark.parametrize(("check", "lie"), LIES)
def test_a_lie_is_found_by_exactly_its_check(files: list[Published], check: str, lie: Lie) -> None:
    report = examine(files, lie)

    assert failed(report) == {check}, report.tallies


def test_every_check_has_a_lie_that_it_finds() -> None:
    proved = {lie.values[0] for lie in LIES}

    assert {check.name for check in EVERY_CHECK} - proved == {"url-names-file", "url-stable"}


def test_a_url_that_hides_the_name_is_found_in_both_forms(files: list[Published]) -> None:
    hidden = replace(instead("packages/acme", "packages/x-acme"), reply=moved)

    assert failed(examine(files, hidden)) == {"url-names-file", "html-links", "forms-agree"}


def test_a_url_that_changes_each_time_is_found(files: list[Published]) -> None:
    looks = iter(range(10**6))
    changing = Lie(page=lambda _p, _k, body: re.sub(rb'packages/[^"#]*whl', rb"\g<0>?%d" % next(looks), body))

    assert "url-stable" in failed(examine(files, changing))


def test_a_fallback_is_told_but_is_no_failure(files: list[Published]) -> None:
    fallback = headed(location="https://user:secret@elsewhere.example/simple/x/")
    lie = answering(lambda a: "no-such" in a.path, lambda _: fallback(Reply(status=302)))

    report = examine(files, lie)

    assert failed(report) == set()
    assert report.tallies["unknown-project"].notes == [
        "unknown projects are looked for elsewhere: https://elsewhere.example/simple/x/"
    ]


def test_without_downloads_nothing_whole_is_fetched(files: list[Published]) -> None:
    fetched = []

    def watch(asked: Asked, honest: Answering) -> Reply:
        if on_files(asked) and asked.method == "GET" and not asked.headers.keys() & {"range", "if-none-match"}:
            fetched.append(asked.path)
        return honest(asked)

    report = examine(files, Lie(reply=watch), download=False)

    assert failed(report) == set()
    assert report.tallies["file-digest"].proved == 0
    assert report.tallies["range-exact"].proved > 0
    assert report.tallies["sidecar-digest"].proved > 0


ODD_VALUES: list[object] = [
    None,
    True,
    -1,
    1e400,
    "",
    "\ud800",
    "x" * 9999,
    [],
    [[]],
    [None],
    {},
    {"": None},
    {"sha256": 1},
    "http://[",
]


@pytest.mark.parametrize("value", ODD_VALUES, ids=lambda value: repr(value)[:12])
def test_no_value_on_a_page_is_stumbled_over(files: list[Published], value: object) -> None:
    def everywhere(document: Document) -> None:
        for entry, key in zip(document["files"], document["files"][0], strict=False):  # type: ignore[call-overload,index]
            entry[key] = value
        document["files"].append(value)  # type: ignore[attr-defined]
        document.update({"versions": value, "project-status": value, "name": value, "meta": value})

    report = examine(files, in_json(everywhere), download=False)

    assert "files-schema" in failed(report)
