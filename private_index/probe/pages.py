"""Reads what an index says about files, in JSON or HTML, and believes nothing: odd values are left out, not mended."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPE = "application/vnd.pypi.simple.v1+html"
PLAIN_HTML_TYPE = "text/html"
HTML_TYPES = frozenset({HTML_TYPE, PLAIN_HTML_TYPE})

NEW_KEY = "core-metadata"
OLD_KEY = "dist-info-metadata"

Document = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A file as one form of a page lists it.

    Args:
        filename: its name.
        url: where it is, absolute and without a fragment.
        hashes: its digests by algorithm.
        requires_python: which Pythons it is for; None when nothing is said.
        yanked: the reason, or an empty text where none is given; None when it is not yanked.
        core_metadata: the sidecar's digests by algorithm, which may be none; None when there is no sidecar.
        size: how many bytes; None when that is not told.
        provenance: the URL of its provenance, or None.

    """

    filename: str
    url: str
    hashes: Mapping[str, str] = field(default_factory=dict)
    requires_python: str | None = None
    yanked: str | None = None
    core_metadata: Mapping[str, str] | None = None
    size: int | None = None
    provenance: str | None = None


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """A link of an HTML page."""

    text: str
    attributes: Mapping[str, str]

    @property
    def href(self) -> str:
        """Where it leads, as written."""
        return self.attributes.get("href", "")


class HtmlPage(HTMLParser):
    """The links of a page, and the version it claims (PEP 503, 629)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: list[Anchor] = []
        self.version: str | None = None
        self.base = ""
        self._open: dict[str, str] | None = None
        self._text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link, a base or the version."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "a":
            self._finish()
            self._open, self._text = attributes, ""
        elif tag == "base" and not self.base:
            self.base = attributes.get("href", "")
        elif tag == "meta" and attributes.get("name") == "pypi:repository-version":
            self.version = attributes.get("content", "")

    def handle_data(self, data: str) -> None:
        """Gather a link's text."""
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        """End a link."""
        if tag == "a":
            self._finish()

    def _finish(self) -> None:
        if self._open is not None:
            self.anchors.append(Anchor(text=self._text.strip(), attributes=self._open))
        self._open = None


def read_json(body: bytes) -> object:
    """Return what the body says, or None when it is not JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def json_files(document: Document, page_url: str) -> list[Listed]:
    """Return the files of a project page in JSON (PEP 691)."""
    return [
        Listed(
            filename=filename,
            url=_absolute(page_url, url),
            hashes=_texts(entry.get("hashes")) or {},
            requires_python=_text(entry.get("requires-python")),
            yanked=_yanked(entry.get("yanked")),
            core_metadata=_core_metadata(entry.get(NEW_KEY, entry.get(OLD_KEY))),
            size=size if isinstance(size := entry.get("size"), int) else None,
            provenance=_text(entry.get("provenance")),
        )
        for entry in entries(document, "files")
        if (filename := _text(entry.get("filename"))) and (url := _text(entry.get("url"))) is not None
    ]


def html_files(page: HtmlPage, page_url: str) -> list[Listed]:
    """Return the files of a project page in HTML (PEP 503, 592, 658, 714, 740)."""
    base = _absolute(page_url, page.base)
    return [
        Listed(
            filename=last_part(anchor.href) or anchor.text,
            url=_absolute(base, anchor.href),
            hashes=hash_of(anchor.href.partition("#")[2]),
            requires_python=anchor.attributes.get("data-requires-python"),
            yanked=anchor.attributes.get("data-yanked"),
            core_metadata=_html_core_metadata(anchor.attributes),
            provenance=anchor.attributes.get("data-provenance"),
        )
        for anchor in page.anchors
        if anchor.href
    ]


def entries(document: Document, key: str) -> Iterator[Document]:
    """Yield the objects of a list in a document."""
    content = document.get(key)
    if isinstance(content, list):
        yield from (entry for entry in content if isinstance(entry, dict))


def last_part(url: str) -> str:
    """Return the last part of a URL's path, decoded: a file's name (PEP 503)."""
    try:
        return unquote(urlsplit(url).path.rpartition("/")[2])
    except ValueError:
        return ""


def hash_of(fragment: str) -> dict[str, str]:
    """Return the digest that a URL's fragment tells: `sha256=…` (PEP 503)."""
    return dict(re.findall(r"(?:^|&)([a-z0-9_]+)=([0-9a-f]+)(?=&|$)", fragment)[:1])


def sidecar_claims(listed: Iterable[Mapping[str, object]], prefix: str = "") -> Iterator[tuple[object, object]]:
    """Yield what each file says of its sidecar under the new and under the old name (PEP 714); False for nothing."""
    for entry in listed:
        yield entry.get(f"{prefix}{NEW_KEY}", False), entry.get(f"{prefix}{OLD_KEY}", False)


def _absolute(base: str, url: str) -> str:
    try:
        return urldefrag(urljoin(base, url)).url
    except ValueError:
        return url


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> dict[str, str] | None:
    if not isinstance(value, dict):
        return None
    return {name: text for name, text in value.items() if isinstance(text, str)}


def _yanked(value: object) -> str | None:
    if value is True:
        return ""
    return value if isinstance(value, str) else None


def _core_metadata(value: object) -> Mapping[str, str] | None:
    return {} if value is True else _texts(value)


def _html_core_metadata(attributes: Mapping[str, str]) -> Mapping[str, str] | None:
    value = attributes.get(f"data-{NEW_KEY}", attributes.get(f"data-{OLD_KEY}"))
    return None if value in {None, "false"} else hash_of(value or "")
