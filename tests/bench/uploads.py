"""Uploads: many small ones in a row, and one so large that whoever keeps it in memory shows."""

from __future__ import annotations

import hashlib
import html
import itertools
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
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
        text = html.unescape(re.sub(r"<style.*?</style>|<[^>]*>", " ", body.decode(errors="replace"), flags=re.DOTALL))
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


@dataclass
class Tally:
    """What became of some publishers' uploads.

    Args:
        taken: how many the index took.
        refused: why it did not take the others.

    """

    taken: int = 0
    refused: list[UploadRefused] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another publisher's too."""
        self.taken += other.taken
        self.refused += other.refused

    @property
    def remark(self) -> str | None:
        """What is to be said beside the number, or None."""
        if not self.refused:
            return None
        total = self.taken + len(self.refused)
        return f"{len(self.refused):,} of {total:,} are not counted, for they were refused: {self.refused[0]}"


def uploads_per_second(publisher: Callable[[], Uploader], seconds: float, turn: int) -> tuple[float, Tally]:
    """Return how many new wheels of 50 kB four publishers get rid of in a second; each turn has its own projects.

    Args:
        publisher: makes each of them.
        seconds: how long they begin new uploads.
        turn: which of several measurements this is.

    Raises:
        UploadRefused: the index takes nothing at all.

    """
    started = time.perf_counter()
    end = started + seconds
    projects = [f"uploaded-{turn}-{number}" for number in range(UPLOADERS)]
    tally = Tally()
    with ThreadPoolExecutor(UPLOADERS) as pool:
        for one in pool.map(lambda project: _publish_until(end, publisher(), project), projects):
            tally.add(one)
    if tally.refused and not tally.taken:
        raise tally.refused[0]
    return tally.taken / (time.perf_counter() - started), tally


def _publish_until(end: float, uploader: Uploader, project: str) -> Tally:
    payload, tally = os.urandom(50 * KB), Tally()
    try:
        for number in itertools.count():
            release = Release(project, f"1.{number}")
            # Stock pypiserver under gevent has one request for all who publish at once: it may read another's form
            # a second time and refuse that file as there already. What it took is what counts.
            try:
                uploader.upload(release, small_wheel(release, payload))
                tally.taken += 1
            except UploadRefused as fault:
                tally.refused.append(fault)
            if time.perf_counter() > end:
                break
    finally:
        uploader.close()
    return tally


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
