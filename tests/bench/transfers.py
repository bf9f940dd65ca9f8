"""What one very large upload and one very large download add to a server's memory."""

from __future__ import annotations

from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.site import REPLY_SECONDS, Site
from tests.bench.uploads import site_uploader
from tests.bench.wheels import BLOCK, Release

LARGE = Release("large-wheel", "1.0")


def transfers_add(site: Site, path: Path) -> tuple[float, float]:
    """Return how many bytes of memory the server takes more, at most, in the upload of a file and in its download.

    Both are held against what it took before: what the upload has left behind is not taken for a part of rest.

    Raises:
        EOFError: fewer bytes came than were uploaded.

    """
    before = site.server.memory().pss
    return _upload_adds(site, path, before), _download_adds(site, path.stat().st_size, before)


def _upload_adds(site: Site, path: Path, before: int) -> float:
    uploader = site_uploader(site)
    try:
        with site.server.growth(before) as seen:
            uploader.upload_file(LARGE, path)
    finally:
        uploader.close()
    return seen[0]


def _download_adds(site: Site, size: int, before: int) -> float:
    url = site.file_url(LARGE)
    with site.server.growth(before) as seen:
        came = _download(url)
    if came != size:
        raise EOFError(f"{came} of {size} bytes came")
    return seen[0]


def _download(url: str) -> int:
    parts, count = urlsplit(url), 0
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=REPLY_SECONDS)
    try:
        connection.request("GET", parts.path)
        reply = connection.getresponse()
        while block := reply.read(BLOCK):
            count += len(block)
    finally:
        connection.close()
    return count
