"""Uploads: many small ones in a row, and one so large that whoever keeps it in memory shows."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.shelf import KB
from tests.bench.site import REPLY_SECONDS, Site
from tests.bench.wheels import BLOCK, Release, small_wheel

BOUNDARY = "boundary-of-a-measured-upload"
UPLOADERS = 4


class UploadRefused(Exception):
    """An index did not take a file, so how quickly it did means nothing."""

    def __init__(self, status: int, body: bytes) -> None:
        # Stock pypiserver answers with a page, whose first lines are style.
        text = re.sub(r"<style.*?</style>|<[^>]*>", " ", body.decode(errors="replace"), flags=re.DOTALL)
        super().__init__(f"status {status}: {' '.join(text.split())[:200]}")


class Uploader:
    """One publisher with one connection.

    Args:
        url: where files are posted.
        authorization: who publishes.

    """

    def __init__(self, url: str, authorization: str) -> None:
        parts = urlsplit(url)
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        self._headers = {"Authorization": authorization, "Content-Type": kind}
        self._path = parts.path
        self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=REPLY_SECONDS)

    def upload(self, release: Release, content: bytes) -> None:
        """Post a small file."""
        head, tail = form(release, hashlib.sha256(content).hexdigest())
        self._post(b"".join([head, content, tail]), {})

    def upload_file(self, release: Release, path: Path) -> None:
        """Post a large file, a block at a time."""
        head, tail = form(release, digest_of(path))
        length = len(head) + path.stat().st_size + len(tail)
        self._post(itertools.chain([head], blocks(path), [tail]), {"Content-Length": str(length)})

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _post(self, body: bytes | Iterable[bytes], headers: dict[str, str]) -> None:
        self._connection.request("POST", self._path, body, self._headers | headers)
        reply = self._connection.getresponse()
        said = reply.read()
        if reply.status != 200:
            raise UploadRefused(reply.status, said)


def site_uploader(site: Site) -> Uploader:
    """Return a new publisher to a site."""
    assert site.upload_url, f"{site.name} takes no uploads"
    return Uploader(site.upload_url, site.authorization)


def form(release: Release, sha256: str) -> tuple[bytes, bytes]:
    """Return what stands before and behind the file's bytes in an upload."""
    fields = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.1",
        "name": release.project,
        "version": release.version,
        "filetype": "bdist_wheel",
        "pyversion": "py3",
        "sha256_digest": sha256,
    }
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{fields[key]}\r\n' for key in fields]
    content = f'form-data; name="content"; filename="{release.filename}"\r\nContent-Type: application/octet-stream'
    parts.append(f"--{BOUNDARY}\r\nContent-Disposition: {content}\r\n\r\n")
    return "".join(parts).encode(), f"\r\n--{BOUNDARY}--\r\n".encode()


def uploads_per_second(site: Site, seconds: float, turn: int) -> float:
    """Return how many new wheels of 50 kB four publishers get rid of in a second; each turn has its own projects."""
    started = time.perf_counter()
    end = started + seconds
    projects = [f"uploaded-{turn}-{number}" for number in range(UPLOADERS)]
    with ThreadPoolExecutor(UPLOADERS) as pool:
        counts = list(pool.map(lambda project: _publish_until(end, site, project), projects))
    return sum(counts) / (time.perf_counter() - started)


def _publish_until(end: float, site: Site, project: str) -> int:
    uploader, payload = site_uploader(site), os.urandom(50 * KB)
    try:
        for number in itertools.count():
            if time.perf_counter() > end:
                return number
            release = Release(project, f"1.{number}")
            uploader.upload(release, small_wheel(release, payload))
    finally:
        uploader.close()
    raise AssertionError("numbers never end")


def blocks(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes."""
    with path.open("rb") as stream:
        while content := stream.read(BLOCK):
            yield content


def digest_of(path: Path) -> str:
    """Return a file's sha256."""
    digest = hashlib.sha256()
    for block in blocks(path):
        digest.update(block)
    return digest.hexdigest()
