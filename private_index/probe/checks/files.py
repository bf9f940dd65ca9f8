"""Each file comes, whole, and is what its page says."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urlsplit

from private_index.probe.checks.base import FileCheck
from private_index.probe.findings import MUST, SHOULD, Finding, judge
from private_index.probe.pages import entries, read_json
from private_index.probe.visits import OK, FileVisit

PROVENANCE_TYPES = frozenset({"application/vnd.pypi.integrity.v1+json", "application/json"})


class FileServed(FileCheck):
    """Each listed file comes, whole; a yanked one too."""

    name = "file-served"
    clause = "PEP 503, PEP 592"
    severity = MUST
    is_gate = True

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Fetch it, or ask for it by HEAD where nothing is to be fetched."""
        if visit.fault:
            yield judge(visit.url, "the file", [visit.fault.reason])
        elif visit.download or visit.head.status == OK:
            yield judge(visit.url, "the file", [])
        else:
            yield judge(visit.url, "the file", [f"status {visit.head.status}"])


class FileDigests(FileCheck):
    """A file's bytes have each digest that its page tells."""

    name = "file-digest"
    clause = "PEP 503, PEP 691: hashes"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Compare the digests of what came."""
        for name, digest in visit.download.digests.items() if visit.download else ():
            told = visit.file.hashes[name]
            yield judge(visit.url, f"{name} {told}", [] if digest == told.lower() else [digest])


class SecureHash(FileCheck):
    """Each file's page entry tells its sha256, by which uv and twine know a file."""

    name = "sha256-given"
    clause = "PEP 503, PEP 691: secure hashes"
    severity = SHOULD

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """See whether it is there."""
        told = ", ".join(visit.file.hashes) or "no digest"
        yield judge(visit.url, "sha256", [] if "sha256" in visit.file.hashes else [told])


class FileSize(FileCheck):
    """A file has the size that its page tells."""

    name = "file-size"
    clause = "PEP 700"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Compare the sizes; by the headers where nothing is fetched."""
        told = visit.file.size
        if told is None or visit.size is None:
            return
        yield judge(visit.url, f"{told} bytes", [] if visit.size == told else [f"{visit.size} bytes"])


class Provenance(FileCheck):
    """An advertised provenance is an absolute URL at which there is one."""

    name = "provenance"
    clause = "PEP 740"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Fetch it."""
        url = visit.file.provenance
        if url is not None:
            yield judge(visit.url, "attestation bundles at an absolute URL", self._wrong(visit, url))

    def _wrong(self, visit: FileVisit, url: str) -> Iterator[str]:
        if urlsplit(url).scheme not in {"http", "https"}:
            yield f"provenance {url!r}"
            return
        answer = visit.web.ask(url, {"accept": "application/vnd.pypi.integrity.v1+json"}, follow=True)
        document = read_json(answer.body) if answer.status == HTTPStatus.OK else None
        if not isinstance(document, dict) or not list(entries(document, "attestation_bundles")):
            yield f"{url}: status {answer.status}, no attestation_bundles"
        elif answer.kind not in PROVENANCE_TYPES:
            yield f"{url}: Content-Type {answer.kind!r}"


class StableUrl(FileCheck):
    """A file keeps its URL from one look at the page to the next: lock files store it."""

    name = "url-stable"
    clause = "PEP 751: packages.wheels.url"
    severity = SHOULD

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Compare with a second look."""
        later = visit.project.urls_later.get(visit.file.filename)
        if later is not None:
            yield judge(visit.url, "the same URL again", [] if later == visit.url else [later])
