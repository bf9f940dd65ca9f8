"""The shape of a page in JSON (PEP 691, 592, 714, 740)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from private_index.probe.checks.base import PageCheck, ProjectCheck
from private_index.probe.findings import MUST, Finding, judge
from private_index.probe.pages import NEW_KEY, OLD_KEY
from private_index.probe.visits import PageVisit, ProjectVisit

_API_VERSION = re.compile(r"1\.\d+")


class JsonReads(PageCheck):
    """A page that says it is JSON is a JSON object."""

    name = "json-reads"
    clause = "PEP 691"
    severity = MUST

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """See whether the body reads."""
        if visit.speaks_json:
            wrong = [] if visit.document is not None else [repr(visit.json.body[:60])]
            yield judge(visit.url, "a JSON object", wrong)


class ApiVersion(PageCheck):
    """A page in JSON claims a version of the API that clients of version 1 read."""

    name = "api-version"
    clause = "PEP 691, PEP 629: meta.api-version"
    severity = MUST

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """Judge the claim."""
        if visit.document is not None:
            meta = visit.document.get("meta")
            claimed = meta.get("api-version") if isinstance(meta, dict) else None
            valid = isinstance(claimed, str) and _API_VERSION.fullmatch(claimed)
            yield judge(visit.url, "a text 1.x", [] if valid else [repr(claimed)])


class ProjectName(ProjectCheck):
    """A project's page in JSON carries the project's normalised name."""

    name = "project-name"
    clause = "PEP 691, project detail"
    severity = MUST

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """Compare the name with the one in the URL."""
        if visit.document is not None:
            said = visit.document.get("name")
            yield judge(visit.url, repr(visit.name), [] if said == visit.name else [repr(said)])


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_text_or_null(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_claim(value: object) -> bool:
    return isinstance(value, bool) or _is_digests(value)


def _is_digests(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(digest, str) and re.fullmatch("[0-9a-f]+", digest) for digest in value.values()
    )


def _is_bool_or_text(value: object) -> bool:
    return isinstance(value, bool) or _is_text(value)


OWED: dict[str, Callable[[object], bool]] = {"filename": _is_text, "url": _is_text, "hashes": _is_digests}
FREE: dict[str, Callable[[object], bool]] = {
    "requires-python": _is_text_or_null,
    "gpg-sig": lambda value: value is None or isinstance(value, bool),
    "yanked": _is_bool_or_text,
    "provenance": _is_text_or_null,
    NEW_KEY: _is_claim,
    OLD_KEY: _is_claim,
}


class FilesSchema(ProjectCheck):
    """A project's page in JSON lists its files with the owed keys, each value of its own type."""

    name = "files-schema"
    clause = "PEP 691, PEP 592, PEP 714, PEP 740"
    severity = MUST

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """Judge the shape of each file."""
        if visit.document is None:
            return
        files = visit.document.get("files")
        if not isinstance(files, list):
            yield judge(visit.url, "files: a list", [f"{type(files).__name__}"])
            return
        for place, entry in enumerate(files):
            yield judge(visit.url, "filename, url and hashes, each of its type", _odd_values(place, entry))


def _odd_values(place: int, entry: object) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield f"file {place} is {type(entry).__name__}"
        return
    title = entry.get("filename", f"file {place}")
    yield from (f"{title} has no {key}" for key in OWED if key not in entry)
    for key, fits in (OWED | FREE).items():
        if key in entry and not fits(entry[key]):
            yield f"{title} has {key} {str(entry[key])[:80]!r}"
