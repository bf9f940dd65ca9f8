"""What a project's page tells about its releases and files (PEP 592, 700, 714, 792)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

from packaging.version import Version

from private_index.probe.checks.base import ProjectCheck
from private_index.probe.checks.filenames import version_of
from private_index.probe.checks.requirements import is_specifier
from private_index.probe.findings import MUST, SHOULD, Finding, judge
from private_index.probe.pages import NEW_KEY, OLD_KEY, Document, entries, sidecar_claims
from private_index.probe.visits import ProjectVisit

# From here on `versions` and `size` are owed (PEP 700).
WITH_SIZES = (1, 1)
STATUSES = frozenset({"active", "archived", "deprecated", "quarantined"})

_UPLOAD_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


class Versions(ProjectCheck):
    """`versions` lists each version once, and that of every file."""

    name = "versions"
    clause = "PEP 700"
    severity = MUST

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """Compare the list with the files."""
        if visit.document is not None and visit.api_version >= WITH_SIZES:
            yield judge(visit.url, "a list of the versions of all files", self._wrong(visit.document, visit))

    def _wrong(self, document: Document, visit: ProjectVisit) -> Iterator[str]:
        told = document.get("versions")
        if not isinstance(told, list) or not all(isinstance(version, str) for version in told):
            yield f"versions is {str(told)[:80]}"
            return
        yield from (f"{version} {times} times" for version, times in Counter(told).items() if times > 1)
        known = {_comparable(version) for version in told}
        for file in visit.json_files:
            version = version_of(file.filename)
            if version is not None and version not in known:
                yield f"{file.filename} is of no listed version"


def _comparable(version: str) -> Version | str:
    try:
        return Version(version)
    except ValueError:
        return version


class VersionsParse(ProjectCheck):
    """Each listed version is one that installers can order."""

    name = "versions-parse"
    clause = "version specifiers (PEP 440)"
    severity = SHOULD

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """Parse each."""
        told = (visit.document or {}).get("versions")
        for version in told if isinstance(told, list) else []:
            parses = not isinstance(_comparable(version), str) if isinstance(version, str) else False
            yield judge(visit.url, "a version as in 1.2.3", [] if parses else [repr(version)])


class Sizes(ProjectCheck):
    """Each file's page entry in JSON tells its size as a whole number."""

    name = "size-schema"
    clause = "PEP 700"
    severity = MUST

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """Judge each size."""
        if visit.api_version >= WITH_SIZES:
            for entry in entries(visit.document or {}, "files"):
                size = entry.get("size")
                valid = isinstance(size, int) and not isinstance(size, bool) and size >= 0
                wrong = [] if valid else [f"{entry.get('filename')}: {size!r}"]
                yield judge(visit.url, "size: a number of bytes", wrong)


class UploadTimes(ProjectCheck):
    """An upload-time is UTC in the one form that is allowed, and lies not in the future."""

    name = "upload-time"
    clause = "PEP 700: yyyy-mm-ddThh:mm:ss.ffffffZ"
    severity = MUST

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """Judge each time against the index's own clock."""
        now = _date(visit.json.header("date")) if visit.document else None
        for entry in entries(visit.document or {}, "files"):
            told = entry.get("upload-time")
            if told is not None:
                wrong = [f"{entry.get('filename')}: {fault}" for fault in _time_faults(told, now)]
                yield judge(visit.url, "yyyy-mm-ddThh:mm:ss.ffffffZ, in the past", wrong)


def _time_faults(told: object, now: datetime | None) -> Iterator[str]:
    if not isinstance(told, str) or not _UPLOAD_TIME.fullmatch(told):
        yield repr(told)
        return
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        yield repr(told)
        return
    # A Date header has whole seconds.
    if now is not None and (moment - now).total_seconds() > 1:
        yield f"{told}, later than the index's clock"


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


class UploadTimesGiven(ProjectCheck):
    """Each file tells its upload-time, without which uv's and pip's cut-off dates refuse it."""

    name = "upload-time-given"
    clause = "PEP 700; uv --exclude-newer, pip --uploaded-prior-to"
    severity = SHOULD

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """See whether it is there."""
        for entry in entries(visit.document or {}, "files"):
            told = entry.get("upload-time") is not None
            yield judge(visit.url, "upload-time", [] if told else [f"{entry.get('filename')} has none"])


class ProjectStatus(ProjectCheck):
    """A project's status is a known one, and a quarantined project offers no files."""

    name = "project-status"
    clause = "PEP 792"
    severity = MUST

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """Judge the status."""
        told = (visit.document or {}).get("project-status")
        if told is None:
            return
        marker = told if isinstance(told, dict) else {"status": None}
        status, reason = marker.get("status", "active"), marker.get("reason", "")
        known = isinstance(status, str) and status in STATUSES and isinstance(reason, str)
        wrong = [] if known else [repr(told)]
        if status == "quarantined" and visit.json_files:
            wrong.append(f"quarantined with {len(visit.json_files)} files")
        yield judge(visit.url, f"a status of {', '.join(sorted(STATUSES))}; quarantined with no files", wrong)


class RequiresPythonParses(ProjectCheck):
    """Each requires-python is a version specifier, in both forms."""

    name = "requires-python-parses"
    clause = "PEP 503, core metadata: Requires-Python"
    severity = MUST

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """Parse each."""
        for file in (*visit.json_files, *visit.html_files):
            if file.requires_python is not None:
                wrong = [] if is_specifier(file.requires_python) else [f"{file.filename}: {file.requires_python!r}"]
                yield judge(visit.url, "a specifier as in >=3.11", wrong)


class SidecarKeys(ProjectCheck):
    """Metadata files are advertised under the new name; the old name, where it is kept, says the same."""

    name = "sidecar-keys"
    clause = "PEP 714"
    severity = MUST

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """Compare both names in both forms."""
        told = list(sidecar_claims(entries(visit.document or {}, "files")))
        anchors = visit.markup.anchors if visit.markup else []
        told += sidecar_claims((anchor.attributes for anchor in anchors), "data-")
        for new, old in told:
            if (new, old) != (False, False):
                wrong = [f"{NEW_KEY} {new!r}, {OLD_KEY} {old!r}"] if old is not False and old != new else []
                yield judge(visit.url, f"{OLD_KEY} absent or equal to {NEW_KEY}", wrong)


class FilesOnce(ProjectCheck):
    """No page lists a file name twice."""

    name = "files-once"
    clause = "PEP 503: a link per file"
    severity = MUST

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """Count the names in each form."""
        for told in (visit.json_files, visit.html_files):
            if told:
                counted = Counter(file.filename for file in told)
                wrong = (f"{name} {times} times" for name, times in counted.items() if times > 1)
                yield judge(visit.url, "each file once", wrong)
