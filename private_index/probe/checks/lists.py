"""The list of projects, and what an index answers to names that it does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urljoin

from packaging.utils import canonicalize_name

from private_index.probe.checks.base import ListCheck
from private_index.probe.findings import MUST, SHOULD, Finding, judge
from private_index.probe.pages import JSON_TYPE
from private_index.probe.visits import ListVisit
from private_index.probe.web import shown

UNKNOWN = "no-such-project-private-index-probe"
# What scanners send, and what careless routing trips over.
ODD_NAMES = ("%00", "%ff%fe", "..%2f..%2fetc", "a" * 400, "-", "caf%C3%A9", "%25s%25n")
SERVER_FAULTS = range(500, 600)


class ListSchema(ListCheck):
    """The project list in JSON names each project in an object with `name`."""

    name = "list-schema"
    clause = "PEP 691, project list"
    severity = MUST

    def check(self, visit: ListVisit) -> Iterator[Finding]:
        """Judge the document's shape."""
        if visit.document is not None:
            yield judge(
                visit.url, "projects: a list of objects with a name", _odd_entries(visit.document.get("projects"))
            )


def _odd_entries(projects: object) -> Iterator[str]:
    if not isinstance(projects, list):
        yield f"projects is {type(projects).__name__}"
        return
    for place, entry in enumerate(projects):
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"]:
            yield f"entry {place} is {str(entry)[:80]}"


class ListLinks(ListCheck):
    """The project list in HTML links each project's name to the page of its normalised name."""

    name = "list-links"
    clause = "PEP 503"
    severity = MUST

    def check(self, visit: ListVisit) -> Iterator[Finding]:
        """Judge each link."""
        for anchor in visit.markup.anchors if visit.markup else []:
            expected = urljoin(visit.html.url, f"{canonicalize_name(anchor.text)}/")
            leads = urljoin(visit.html.url, anchor.href)
            wrong = [] if leads == expected else [f"{anchor.text!r} leads to {shown(leads)}"]
            yield judge(visit.url, f"a link to {expected}", wrong)


class ListAgrees(ListCheck):
    """The project list names the same projects in JSON and in HTML."""

    name = "list-agrees"
    clause = "PEP 691"
    severity = MUST

    def check(self, visit: ListVisit) -> Iterator[Finding]:
        """Compare both forms."""
        if visit.document is None or visit.markup is None:
            return
        told_json, told_html = ({canonicalize_name(n) for n in names} for names in (visit.json_names, visit.html_names))
        wrong = [
            f"{name!r} in {'JSON' if name in told_json else 'HTML'} only" for name in sorted(told_json ^ told_html)
        ]
        yield judge(visit.url, "the same names in both", wrong)


class ListOnce(ListCheck):
    """The project list names no project twice."""

    name = "list-once"
    clause = "PEP 503, names compare normalised"
    severity = MUST

    def check(self, visit: ListVisit) -> Iterator[Finding]:
        """Count the names in each form."""
        for told in (visit.json_names, visit.html_names):
            if told:
                counted = Counter(map(canonicalize_name, told))
                wrong = (f"{name!r} {times} times" for name, times in counted.items() if times > 1)
                yield judge(visit.url, "each project once", wrong)


class UnknownProject(ListCheck):
    """An unknown project is answered with 404 (or sent elsewhere), never with 401 or 403, at which uv gives up."""

    name = "unknown-project"
    clause = "PEP 503; uv stops at 401 and 403"
    severity = MUST

    def check(self, visit: ListVisit) -> Iterator[Finding]:
        """Ask for a project that nobody has."""
        url = visit.project_url(UNKNOWN)
        answer = visit.web.ask(url, {"accept": JSON_TYPE})
        elsewhere = shown(urljoin(url, answer.header("location"))) if 300 <= answer.status < 400 else ""  # noqa: PLR2004 - redirects
        note = f"unknown projects are looked for elsewhere: {elsewhere}" if elsewhere else ""
        wrong = [] if answer.status == HTTPStatus.NOT_FOUND or elsewhere else [f"status {answer.status}"]
        yield judge(url, "status 404, or a redirect to another index", wrong, note)


class OddNames(ListCheck):
    """An odd name is refused, not stumbled over."""

    name = "odd-names"
    clause = "RFC 9110 15.6: 5xx is the server's own fault"
    severity = SHOULD

    def check(self, visit: ListVisit) -> Iterator[Finding]:
        """Ask for names that can't be."""
        for name in ODD_NAMES:
            url = f"{visit.url}{name}/"
            status = visit.web.ask(url, {"accept": JSON_TYPE}).status
            yield judge(url, "a status below 500", [f"status {status}"] if status in SERVER_FAULTS else [])
