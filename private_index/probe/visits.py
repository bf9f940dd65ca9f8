"""What a check is shown: the list, one page, one project, one file. What several checks need is asked for once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Self
from urllib.parse import quote, urljoin

from packaging.utils import canonicalize_name

from private_index.probe.archives import Metadata, read_metadata
from private_index.probe.faults import Unreachable
from private_index.probe.pages import (
    HTML_TYPES,
    JSON_TYPE,
    PLAIN_HTML_TYPE,
    Document,
    HtmlPage,
    Listed,
    entries,
    html_files,
    json_files,
    read_json,
)
from private_index.probe.web import Answer, Download, Web, known_algorithms

OK = 200


class PageVisit:
    """A page of the simple API: the list of projects, or a project's."""

    def __init__(self, web: Web, url: str) -> None:
        self.web = web
        self.url = url

    def ask(self, accept: str, **headers: str) -> Answer:
        """Return the page in the form that `accept` likes, wherever it has moved."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.web.ask(self.url, {"accept": accept, **named}, follow=True)

    @cached_property
    def json(self) -> Answer:
        """The answer to one who reads JSON only."""
        return self.ask(JSON_TYPE)

    @cached_property
    def html(self) -> Answer:
        """The answer to one who reads HTML only."""
        return self.ask(PLAIN_HTML_TYPE)

    @cached_property
    def document(self) -> Document | None:
        """What the page says in JSON; None when it does not come in JSON that reads."""
        content = read_json(self.json.body) if self.speaks_json else None
        return content if isinstance(content, dict) else None

    @cached_property
    def markup(self) -> HtmlPage | None:
        """What the page says in HTML; None when it does not come in HTML."""
        return HtmlPage(self.html.body.decode("utf-8", "replace")) if self.speaks_html else None

    @property
    def speaks_json(self) -> bool:
        """Whether the page comes in JSON, and says so."""
        return self.json.status == OK and self.json.kind == JSON_TYPE

    @property
    def speaks_html(self) -> bool:
        """Whether the page comes in HTML, and says so."""
        return self.html.status == OK and self.html.kind in HTML_TYPES

    @property
    def forms(self) -> Iterator[tuple[str, Answer]]:
        """The forms in which the page comes: what to accept, and the answer."""
        if self.speaks_json:
            yield JSON_TYPE, self.json
        if self.speaks_html:
            yield PLAIN_HTML_TYPE, self.html

    @property
    def api_version(self) -> tuple[int, int]:
        """The version of the API that the JSON form claims; 1.0 when it claims none that reads."""
        meta = (self.document or {}).get("meta")
        text = meta.get("api-version") if isinstance(meta, dict) else None
        major, _, minor = text.partition(".") if isinstance(text, str) else ("1", "", "0")
        return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else (1, 0)


class ListVisit(PageVisit):
    """The list of projects."""

    @cached_property
    def names(self) -> list[str]:
        """The projects' normalised names, sorted, in whichever form the list comes."""
        return sorted({canonicalize_name(name) for name in (self.json_names or self.html_names)})

    @property
    def json_names(self) -> list[str]:
        """The names as the JSON form tells them."""
        told = [entry.get("name") for entry in entries(self.document or {}, "projects")]
        return [name for name in told if isinstance(name, str)]

    @property
    def html_names(self) -> list[str]:
        """The names as the HTML form tells them."""
        return [anchor.text for anchor in self.markup.anchors if anchor.href] if self.markup else []

    def project_url(self, name: str) -> str:
        """Return the URL of a project's page, for a name in any spelling."""
        return urljoin(self.url, f"{quote(name)}/")


class ProjectVisit(PageVisit):
    """The page of one project."""

    def __init__(self, web: Web, url: str, name: str) -> None:
        super().__init__(web, url)
        self.name = name

    @cached_property
    def json_files(self) -> list[Listed]:
        """The files as the JSON form lists them."""
        return json_files(self.document, self.json.url) if self.document else []

    @cached_property
    def html_files(self) -> list[Listed]:
        """The files as the HTML form lists them."""
        return html_files(self.markup, self.html.url) if self.markup else []

    @cached_property
    def urls_later(self) -> dict[str, str]:
        """Each file's URL at a second look at the page."""
        if self.document:
            again = self.ask(JSON_TYPE)
            later = read_json(again.body)
            told = json_files(later, again.url) if isinstance(later, dict) else []
        else:
            again = self.ask(PLAIN_HTML_TYPE)
            told = html_files(HtmlPage(again.body.decode("utf-8", "replace")), again.url) if self.markup else []
        return {file.filename: file.url for file in told}

    @property
    def files(self) -> list[Listed]:
        """Each file once, as the form that says more lists it."""
        told = self.json_files if self.document else self.html_files
        return list({file.filename: file for file in told}.values())


class FileVisit:
    """One file of a project, and its sidecar.

    Args:
        web: the network.
        project: the project that lists it.
        file: what the project's page says of it.
        download: whether the whole file may be fetched.

    """

    def __init__(self, web: Web, project: ProjectVisit, file: Listed, *, download: bool) -> None:
        self.web = web
        self.project = project
        self.file = file
        self._wanted = download

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.download:
            self.download.content.close()

    @property
    def url(self) -> str:
        """Where the file is."""
        return self.file.url

    @property
    def is_wheel(self) -> bool:
        """Whether its name is a wheel's."""
        return self.file.filename.endswith(".whl")

    def ask(self, *, method: str = "GET", most: int, **headers: str) -> Answer:
        """Return the answer of the file's URL, wherever it has moved."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.web.ask(self.url, named, method=method, follow=True, most=most)

    @cached_property
    def head(self) -> Answer:
        """The answer to HEAD."""
        return self.ask(method="HEAD", most=0)

    @cached_property
    def glance(self) -> Answer:
        """The answer to GET, of which only the beginning is read."""
        return self.ask(most=1)

    @cached_property
    def download(self) -> Download | None:
        """The whole file; None when it was not wanted, or did not come."""
        return self._fetched if isinstance(self._fetched, Download) else None

    @property
    def fault(self) -> Unreachable | None:
        """Why the file did not come."""
        return self._fetched if isinstance(self._fetched, Unreachable) else None

    @cached_property
    def _fetched(self) -> Download | Unreachable | None:
        if not self._wanted:
            return None
        try:
            return self.web.download(self.url, known_algorithms(self.file.hashes))
        except Unreachable as fault:
            return fault

    @cached_property
    def size(self) -> int | None:
        """The size that the file has: as it came, or as HEAD says where it was not fetched."""
        if self.download:
            return self.download.size
        length = self.head.header("content-length") if self.head.status == OK else ""
        return int(length) if length.isdecimal() else None

    @cached_property
    def archived(self) -> Metadata | str | None:
        """The metadata in the file, or a sentence why it can't be read; None when it is not here or has none."""
        return read_metadata(self.file.filename, self.download.content) if self.download else None

    @cached_property
    def sidecar(self) -> Answer | None:
        """The answer of the sidecar's URL; None when none is advertised."""
        if self.file.core_metadata is None:
            return None
        return self.web.ask(f"{self.url}.metadata", follow=True)

    @property
    def metadata(self) -> Metadata | None:
        """The file's core metadata, from the file where it is here, or else from the sidecar."""
        if isinstance(self.archived, Metadata):
            return self.archived
        if self.archived is None and self.sidecar and self.sidecar.status == OK:
            return Metadata(self.sidecar.body)
        return None
