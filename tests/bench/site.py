"""An index that runs: where its pages and files are, and what it answers."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urljoin, urlsplit

from tests.bench.processes import Memory, Server
from tests.bench.wheels import Release

JSON_PAGE = "application/vnd.pypi.simple.v1+json"
ACCEPT = f"{JSON_PAGE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
# Fewer measure how long a thread takes to wake up rather than how much a server can do.
CONNECTIONS = 32
# devpi-server has this user from the start.
USER = "root"
PASSWORD = "bench-password"
REPLY_SECONDS = 300


def basic(password: str) -> str:
    """Return how the one user logs in with a password, or with what stands for it."""
    return "Basic " + base64.b64encode(f"{USER}:{password}".encode()).decode()


BASIC = basic(PASSWORD)


@dataclass(frozen=True)
class Target:
    """A request to repeat.

    Args:
        url: what is asked for.
        headers: with what.
        connections: how many ask at once.

    """

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    connections: int = CONNECTIONS


@dataclass(frozen=True)
class Answer:
    """One reply."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Site:
    """A peer that is serving.

    Args:
        name: the peer's key.
        server: its process.
        simple_url: its list of projects.
        upload_url: where a file is posted; None where nothing can be.
        authorization: who publishes.
        slow_url: where an upload can be begun and never ended.
        started: the seconds from its start to its first project page.
        at_rest: its memory after that.

    """

    name: str
    server: Server
    simple_url: str
    upload_url: str | None
    authorization: str
    slow_url: str
    started: float
    at_rest: Memory

    def page_url(self, project: str) -> str:
        """Return where a project's page is."""
        return f"{self.simple_url}{project}/"

    def file_url(self, release: Release) -> str:
        """Return where the project's page says that a file is."""
        page = self.page_url(release.project)
        answer = ask(page)
        found = [url for url in _links(answer) if urlsplit(url).path.endswith(f"/{release.filename}")]
        if not found:
            raise LookupError(f"{page} does not list {release.filename}")
        # A digest behind "#" is for the client; servers never see it.
        return urljoin(page, found[0]).partition("#")[0]


def _links(answer: Answer) -> list[str]:
    if answer.headers.get("content-type", "").startswith(JSON_PAGE):
        return [file["url"] for file in json.loads(answer.body)["files"]]
    return re.findall(r'href="([^"]+)"', answer.body.decode())


def ask(url: str, headers: dict[str, str] | None = None) -> Answer:
    """Return the reply to one GET.

    Raises:
        OSError: nobody answers.

    """
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=REPLY_SECONDS)
    try:
        connection.request("GET", parts.path, headers={"Accept": ACCEPT} | (headers or {}))
        reply = connection.getresponse()
        return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
    finally:
        connection.close()
