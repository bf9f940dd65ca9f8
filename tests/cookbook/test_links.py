"""Where the pages lead: to pages that are there, and to few hosts elsewhere, those of who makes what is told of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cookbook.homes import CHECKOUT

# Whether each of their pages is still there, `nox -s links` asks, which needs the network.
HOSTS = {
    "docs.python.org",
    "github.com",
    "hypothesis.readthedocs.io",
    "packaging.python.org",
    "peps.python.org",
    "pre-commit.com",
}
LINK = re.compile(r"\]\((https?://[^)/]*)|<(https?://[^>/]*)[^>]*>")
OWN_MACHINE = re.compile(r"http://127\.0\.0\.1(:\d+)?")
INSIDE = re.compile(r"\]\((?!https?:|#)([^)#]+)")
PAGES = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", [pytest.param(page, id=page.relative_to(CHECKOUT).as_posix()) for page in PAGES])
def test_links_lead_to_a_page_that_is_there_or_to_a_host_that_is_known(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    elsewhere = {"".join(found) for found in LINK.findall(text)}
    inside = {path.strip() for path in INSIDE.findall(text)}

    assert {link for link in elsewhere if not OWN_MACHINE.fullmatch(link)} <= {f"https://{host}" for host in HOSTS}
    assert {path for path in inside if not (page.parent / path).exists()} == set()
