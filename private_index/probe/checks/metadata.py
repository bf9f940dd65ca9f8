"""What the file says of itself, what its metadata file says, and what the page says: one and the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from packaging.utils import canonicalize_name
from packaging.version import Version

from private_index.probe.archives import Metadata
from private_index.probe.checks.base import FileCheck
from private_index.probe.checks.filenames import parse
from private_index.probe.checks.requirements import is_specifier, same_specifier
from private_index.probe.findings import MUST, SHOULD, Finding, judge
from private_index.probe.visits import OK, FileVisit
from private_index.probe.web import known_algorithms


class ArchiveOpens(FileCheck):
    """A wheel or an sdist opens, and a wheel has its METADATA."""

    name = "archive-opens"
    clause = "binary distribution format, source distribution format"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Open it."""
        if visit.archived is not None:
            wrong = [visit.archived] if isinstance(visit.archived, str) else []
            yield judge(visit.url, "a readable archive with its metadata", wrong)


class MetadataNamesFile(FileCheck):
    """The metadata in a file is of the project and version in the file's name."""

    name = "metadata-names-file"
    clause = "core metadata: Name, Version"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Compare both."""
        parsed = parse(visit.file.filename)
        if isinstance(visit.archived, Metadata) and not isinstance(parsed, str):
            name, version = parsed
            fields = visit.archived.fields
            said = f"{fields.get('name')} {fields.get('version')}"
            same = canonicalize_name(fields.get("name", "")) == name and _same(fields.get("version", ""), version)
            yield judge(visit.url, f"{name} {version}", [] if same else [said])


def _same(said: str, version: Version) -> bool:
    try:
        return Version(said) == version
    except ValueError:
        return False


class RequiresPythonTrue(FileCheck):
    """A page's requires-python is the one in the file's metadata."""

    name = "requires-python-true"
    clause = "PEP 503; core metadata: Requires-Python"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Compare both, where the page says one."""
        told = visit.file.requires_python
        if visit.metadata and told is not None and is_specifier(told):
            said = visit.metadata.fields.get("requires_python")
            yield judge(visit.url, f"{said or 'nothing'}, as in the file", [] if same_specifier(said, told) else [told])


class RequiresPythonGiven(FileCheck):
    """A page tells a file's requires-python, or old Pythons are given releases that are not for them."""

    name = "requires-python-given"
    clause = "PEP 503: data-requires-python"
    severity = SHOULD

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """See whether the page says what the file says."""
        said = visit.metadata.fields.get("requires_python") if visit.metadata else None
        if said:
            yield judge(visit.url, said, [] if visit.file.requires_python is not None else ["nothing"])


class SidecarOffered(FileCheck):
    """Each wheel has its metadata beside it, so that nobody downloads a wheel to resolve."""

    name = "sidecar-offered"
    clause = "PEP 658, PEP 714"
    severity = SHOULD

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """See whether the page says so."""
        if visit.is_wheel:
            yield judge(visit.url, "core-metadata", [] if visit.file.core_metadata is not None else ["nothing"])


class SidecarServed(FileCheck):
    """Each advertised metadata file is there, or pip and uv stop."""

    name = "sidecar-served"
    clause = "PEP 658"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Fetch it."""
        if visit.sidecar:
            wrong = [] if visit.sidecar.status == OK else [f"status {visit.sidecar.status}"]
            yield judge(f"{visit.url}.metadata", "the metadata file", wrong)


class SidecarDigest(FileCheck):
    """An advertised metadata file has the digest that the page tells."""

    name = "sidecar-digest"
    clause = "PEP 658: core-metadata"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Compare the digests."""
        if not visit.sidecar or visit.sidecar.status != OK:
            return
        told = visit.file.core_metadata or {}
        for name in sorted(known_algorithms(told)):
            digest = hashlib.new(name, visit.sidecar.body, usedforsecurity=False).hexdigest()
            wrong = [] if digest == told[name].lower() else [digest]
            yield judge(f"{visit.url}.metadata", f"{name} {told[name]}", wrong)


class SidecarEqual(FileCheck):
    """An advertised metadata file is, byte by byte, the METADATA in the wheel; pip 26.2 refuses another."""

    name = "sidecar-equal"
    clause = "PEP 658"
    severity = MUST

    def check(self, visit: FileVisit) -> Iterator[Finding]:
        """Compare the bytes."""
        if visit.sidecar and visit.sidecar.status == OK and isinstance(visit.archived, Metadata):
            inside, beside = visit.archived.text, visit.sidecar.body
            wrong = [] if inside == beside else [f"{len(beside)} bytes beside, {len(inside)} inside, not equal"]
            yield judge(f"{visit.url}.metadata", "the METADATA in the wheel", wrong)
