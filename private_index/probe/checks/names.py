"""A project's page is found: as listed, in other spellings, without its last slash."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin

from private_index.probe.checks.base import PageCheck, ProjectCheck
from private_index.probe.findings import MUST, SHOULD, Finding, judge
from private_index.probe.pages import PLAIN_HTML_TYPE
from private_index.probe.visits import OK, PageVisit, ProjectVisit
from private_index.probe.web import Answer, shown

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class PageExists(PageCheck):
    """Each page that the index links to is there."""

    name = "page-exists"
    clause = "PEP 503"
    severity = MUST
    is_gate = True

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """See whether the page comes in some form."""
        came = OK in {visit.json.status, visit.html.status}
        yield judge(visit.url, "status 200", [] if came else [f"status {visit.html.status}"])


class OtherSpellings(ProjectCheck):
    """A project asked for in another spelling is found: redirected to its normalised name, or served."""

    name = "other-spellings"
    clause = "PEP 503: normalised names"
    severity = SHOULD

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """Ask in other spellings."""
        for spelling in sorted({visit.name.upper(), visit.name.replace("-", "_"), visit.name.replace("-", ".")}):
            if spelling != visit.name:
                url = urljoin(visit.url, f"../{spelling}/")
                answer = visit.web.ask(url, {"accept": PLAIN_HTML_TYPE})
                wrong = [] if answer.status == OK or _leads_to(answer, visit.url) else [_seen(answer)]
                yield judge(url, f"a redirect to {visit.url}", wrong)


class LastSlash(PageCheck):
    """A page asked for without its last slash redirects there, or its relative links break."""

    name = "last-slash"
    clause = "PEP 503: URLs end with /, and redirect there"
    severity = SHOULD

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """Ask without the slash."""
        url = visit.url.rstrip("/")
        answer = visit.web.ask(url, {"accept": PLAIN_HTML_TYPE})
        yield judge(url, f"a redirect to {visit.url}", [] if _leads_to(answer, visit.url) else [_seen(answer)])


def _leads_to(answer: Answer, url: str) -> bool:
    return answer.status in REDIRECTS and urljoin(answer.url, answer.header("location")) == url


def _seen(answer: Answer) -> str:
    location = answer.header("location")
    return f"status {answer.status}{f' to {shown(location)}' if location else ''}"
