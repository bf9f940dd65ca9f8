"""What a page of an index says of a project's files: pypi-simple reads HTML; JSON, which is quicker, is read here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from requests import Response

from modpress.errors import NotAnIndex

__all__ = ["ACCEPT", "ListedFile", "read_page"]

JSON = "application/vnd.pypi.simple.v1+json"
ACCEPT = f"{JSON}, application/vnd.pypi.simple.v1+html, text/html;q=0.01"


@dataclass(frozen=True, kw_only=True)
class ListedFile:
    """A file that a page shows.

    Attributes:
        filename: its name.
        url: where it is, wherever that may be.
        sha256: in small letters; empty where the page is silent.
        is_yanked: whether installers are to pass it over.

    """

    filename: str
    url: str
    sha256: str = ""
    is_yanked: bool = False


def read_page(response: Response, project: str) -> dict[str, ListedFile]:
    """Return the files of a page by name.

    Raises:
        NotAnIndex: it is no such page.

    """
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    try:
        files = _in_json(response.json(), response.url) if kind == JSON else _in_html(response, project)
        return {file.filename: file for file in files}
    except ValueError as error:
        raise NotAnIndex(response.url, str(error).splitlines()[0]) from None
    except (KeyError, TypeError, AttributeError):
        raise NotAnIndex(response.url, "its JSON is not as PEP 691 describes it") from None


def _in_json(page: Any, url: str) -> Iterator[ListedFile]:  # noqa: ANN401 - as JSON is
    version = str(page["meta"]["api-version"])
    if version.partition(".")[0] != "1":
        raise ValueError(f"it has version {version} of the simple API, and 1 is understood")
    for file in page["files"]:
        yield ListedFile(
            filename=file["filename"],
            url=urljoin(url, file["url"]),
            sha256=file["hashes"].get("sha256", "").lower(),
            # A reason is a yes as well.
            is_yanked=file.get("yanked", False) is not False,
        )


def _in_html(response: Response, project: str) -> Iterator[ListedFile]:
    from pypi_simple import ProjectPage, UnsupportedContentTypeError, UnsupportedRepoVersionError  # noqa: PLC0415

    try:
        page = ProjectPage.from_response(response, project)
    except (UnsupportedContentTypeError, UnsupportedRepoVersionError) as error:
        raise ValueError(str(error)) from None
    for package in page.packages:
        yield ListedFile(
            filename=package.filename,
            url=package.url,
            sha256=package.digests.get("sha256", "").lower(),
            is_yanked=package.is_yanked,
        )
