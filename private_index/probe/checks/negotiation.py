"""Which form of a page comes for which Accept header (PEP 691, RFC 9110 12.5.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from private_index.probe.checks.base import PageCheck
from private_index.probe.findings import MUST, SHOULD, Finding, judge
from private_index.probe.pages import HTML_TYPE, HTML_TYPES, JSON_TYPE, PLAIN_HTML_TYPE
from private_index.probe.visits import OK, PageVisit
from private_index.probe.web import Answer

ANY_KIND = frozenset({JSON_TYPE, *HTML_TYPES})
# What an index may say that can't give any form the client asked for.
REFUSALS = frozenset({400, 406, 415})

PIP = f"{JSON_TYPE}, {HTML_TYPE}; q=0.1, text/html; q=0.01"
UV = f"{JSON_TYPE}, {HTML_TYPE};q=0.2, text/html;q=0.01"
POETRY = f"{JSON_TYPE}, */*;q=0.1"


@dataclass(frozen=True)
class Wish:
    """An Accept header, who sends it, and what may come."""

    who: str
    accept: str | None
    kinds: frozenset[str]
    may_refuse: bool = False

    def ask(self, page: PageVisit) -> Answer:
        """Ask for the page in this way."""
        headers = {} if self.accept is None else {"accept": self.accept}
        return page.web.ask(page.url, headers, follow=True)


WISHES = (
    Wish("pip", PIP, ANY_KIND),
    Wish("uv", UV, ANY_KIND),
    Wish("poetry", POETRY, ANY_KIND),
    Wish("JSON only", JSON_TYPE, frozenset({JSON_TYPE}), may_refuse=True),
    Wish("the latest JSON", "application/vnd.pypi.simple.latest+json", frozenset({JSON_TYPE}), may_refuse=True),
    Wish("HTML only", HTML_TYPE, frozenset({HTML_TYPE}), may_refuse=True),
    Wish("a browser", "text/html,application/xhtml+xml,*/*;q=0.8", ANY_KIND),
    Wish("anything a little", "*/*;q=0.1", ANY_KIND),
    Wish("anything", "*/*", ANY_KIND),
    Wish("no Accept", None, ANY_KIND),
    Wish("junk", "image/png;q=many, ,;", ANY_KIND, may_refuse=True),
)


class Negotiation(PageCheck):
    """For each client's Accept header a page comes in a form that it reads, under the right Content-Type."""

    name = "negotiation"
    clause = "PEP 691, content types"
    severity = MUST

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """Ask as each client does."""
        for wish in WISHES:
            answer = wish.ask(visit)
            expected = f"for {wish.who} ({wish.accept!r}): {' or '.join(sorted(wish.kinds))}"
            yield judge(visit.url, expected, self._wrong(wish, answer, visit))

    def _wrong(self, wish: Wish, answer: Answer, visit: PageVisit) -> Iterator[str]:
        if answer.status in REFUSALS and wish.may_refuse:
            return
        # PEP 691 lets a server without the wished form send its own: the Content-Type tells the client.
        kinds = wish.kinds if wish.kinds & {kind for kind, _ in visit.forms} or HTML_TYPE in wish.kinds else ANY_KIND
        if wish.may_refuse and HTML_TYPE in wish.kinds:
            kinds = HTML_TYPES
        if answer.status != OK:
            yield f"status {answer.status}"
        elif answer.kind not in kinds:
            yield f"Content-Type {answer.header('content-type')!r}"


class Preferences(PageCheck):
    """Where both forms are offered, the one that a client likes better comes: q-values are read."""

    name = "preferences"
    clause = "RFC 9110 12.4.2, quality values"
    severity = MUST

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """Ask with each liking turned round."""
        if not (visit.speaks_json and visit.speaks_html):
            return
        for accept, kinds in (
            (PIP, {JSON_TYPE}),
            (POETRY, {JSON_TYPE}),
            (f"{JSON_TYPE};q=0.1, {HTML_TYPE}", HTML_TYPES),
            (f"{JSON_TYPE};q=0.2, {PLAIN_HTML_TYPE};q=0.9", HTML_TYPES),
            (f"{JSON_TYPE};q=0, {PLAIN_HTML_TYPE};q=0.1", HTML_TYPES),
        ):
            answer = visit.web.ask(visit.url, {"accept": accept}, follow=True)
            wrong = [] if answer.kind in kinds else [f"Content-Type {answer.header('content-type')!r}"]
            yield judge(visit.url, f"for {accept!r}: {' or '.join(sorted(kinds))}", wrong)


class JsonOffered(PageCheck):
    """Pages come in JSON, the form that still grows; HTML is frozen."""

    name = "json-offered"
    clause = "PEP 691; PEP 833"
    severity = SHOULD

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """See whether HTML comes to one who reads JSON only."""
        refused = visit.json.status in REFUSALS
        seen = f"status {visit.json.status}" if refused else f"Content-Type {visit.json.header('content-type')!r}"
        yield judge(visit.url, JSON_TYPE, [seen] if refused or visit.json.kind in HTML_TYPES else [])


class DefaultForm(PageCheck):
    """Who names no form gets text/html, as before there was a choice."""

    name = "default-form"
    clause = "PEP 691, recommendations"
    severity = SHOULD

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """Ask with no Accept, and with any."""
        if not visit.speaks_html:
            return
        for accept in (None, "*/*"):
            answer = Wish("", accept, ANY_KIND).ask(visit)
            wrong = [] if answer.kind != JSON_TYPE else [f"Content-Type {answer.header('content-type')!r}"]
            yield judge(visit.url, f"text/html for Accept {accept!r}", wrong)


class Vary(PageCheck):
    """A page that comes in several forms says so in Vary, or a cache gives one client another's."""

    name = "vary"
    clause = "RFC 9110 12.5.5"
    severity = MUST

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """Compare Vary with what the page depends on."""
        forms = list(visit.forms)
        depends = {"accept"} if len(forms) > 1 else set()
        for accept, plain in forms:
            if visit.ask(accept, accept_encoding="gzip").header("content-encoding"):
                depends.add("accept-encoding")
            named = {name.strip().lower() for name in plain.header("vary").split(",")}
            missing = sorted(depends - named) if "*" not in named else []
            if depends:
                yield judge(visit.url, f"Vary: {', '.join(sorted(depends))}", [f"no {name}" for name in missing])
