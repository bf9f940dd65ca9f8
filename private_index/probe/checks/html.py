"""The shape of a page in HTML, which is frozen (PEP 503, 629, 833), and that it says what the JSON says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from private_index.probe.checks.base import PageCheck, ProjectCheck
from private_index.probe.checks.requirements import same_specifier
from private_index.probe.findings import MUST, SHOULD, Finding, judge
from private_index.probe.pages import Listed, last_part
from private_index.probe.visits import PageVisit, ProjectVisit

_VERSION = re.compile(r"1\.\d+")
_HASH = re.compile(r"[a-z0-9_]+=[0-9a-f]+")
_RAW_BRACKET = re.compile(r"""data-requires-python=(?:"[^"]*[<>][^"]*"|'[^']*[<>][^']*')""")


class HtmlVersion(PageCheck):
    """A page in HTML tells the version of the API it follows."""

    name = "html-version"
    clause = "PEP 629: meta pypi:repository-version"
    severity = SHOULD

    def check(self, visit: PageVisit) -> Iterator[Finding]:
        """Judge the claim."""
        if visit.markup is not None:
            claimed = visit.markup.version
            wrong = [] if claimed and _VERSION.fullmatch(claimed) else ["none" if claimed is None else repr(claimed)]
            yield judge(visit.url, "version 1.x", wrong)


class HtmlLinks(ProjectCheck):
    """Each link's text on a page in HTML is the last part of its URL: the file's name."""

    name = "html-links"
    clause = "PEP 503"
    severity = MUST

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """Compare text and URL."""
        for anchor in visit.markup.anchors if visit.markup else []:
            named = last_part(anchor.href)
            wrong = [] if anchor.text and anchor.text == named else [f"{anchor.text!r} on {anchor.href[:80]!r}"]
            yield judge(visit.url, "a file's name as text, and at the end of the URL", wrong)


class HtmlHashes(ProjectCheck):
    """A link's fragment on a page in HTML is a digest: `#sha256=…`."""

    name = "html-hashes"
    clause = "PEP 503: #<hashname>=<hashvalue>"
    severity = SHOULD

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """Judge each fragment."""
        for anchor in visit.markup.anchors if visit.markup else []:
            fragment = anchor.href.partition("#")[2]
            wrong = [] if _HASH.fullmatch(fragment) else [f"{anchor.text}: {fragment or 'none'}"]
            yield judge(visit.url, "#sha256=…", wrong)


class HtmlEscapes(ProjectCheck):
    """The signs < and > of a requires-python are escaped in HTML."""

    name = "html-escapes"
    clause = "PEP 503: data-requires-python"
    severity = MUST

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """Look for a bare sign."""
        if any(file.requires_python for file in visit.html_files):
            raw = _RAW_BRACKET.findall(visit.html.body.decode("utf-8", "replace"))
            yield judge(visit.url, "&lt; and &gt;", raw)


class FormsAgree(ProjectCheck):
    """A project's page says the same of each file in JSON and in HTML."""

    name = "forms-agree"
    clause = "PEP 691"
    severity = MUST

    def check(self, visit: ProjectVisit) -> Iterator[Finding]:
        """Compare file by file."""
        if visit.document is None or visit.markup is None:
            return
        told_json = {file.filename: file for file in visit.json_files}
        told_html = {file.filename: file for file in visit.html_files}
        for filename in sorted(told_json.keys() | told_html.keys()):
            wrong = _differences(filename, told_json.get(filename), told_html.get(filename))
            yield judge(visit.url, "the same in both forms", wrong)


def _differences(filename: str, one: Listed | None, other: Listed | None) -> Iterator[str]:
    if one is None or other is None:
        yield f"{filename} in {'HTML' if one is None else 'JSON'} only"
        return
    common = one.hashes.keys() & other.hashes.keys()
    claims = {
        "URL": (one.url, other.url),
        "digest": ([one.hashes[name] for name in common], [other.hashes[name] for name in common]),
        "yanked": (one.yanked, other.yanked),
        "metadata file": (one.core_metadata is not None, other.core_metadata is not None),
    }
    for what, (json, html) in claims.items():
        if json != html:
            yield f"{filename}: {what} {json!r} in JSON, {html!r} in HTML"
    if not same_specifier(one.requires_python, other.requires_python):
        yield f"{filename}: requires-python {one.requires_python!r} in JSON, {other.requires_python!r} in HTML"
