"""Authors who have sessions on a real index, and what others see of it meanwhile."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.private_index.sending import send
from tests.real_index import Index

MEDIA_TYPE = "application/vnd.pypi.upload.v2+json"
JSON_PAGE = {"Accept": "application/vnd.pypi.simple.v1+json"}
WHEEL = "acme_one-1.0-py3-none-any.whl"
SDIST = "acme_one-1.0.tar.gz"


@dataclass(frozen=True)
class Author:
    """A user of an index, who has sessions there."""

    index: Index
    name: str = Index.user
    password: str = Index.password
    links: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, url: str, json: object = None) -> requests.Response:
        """Send one request as this user."""
        auth = (self.name, self.password)
        return requests.request(method, url, auth=auth, headers={"Accept": MEDIA_TYPE}, timeout=60, json=json)

    def open(self, *releases: tuple[str, str]) -> requests.Response:
        """Open a session and go on with it."""
        named = [{"name": name, "version": version} for name, version in releases or [("acme-one", "1.0")]]
        answer = self.ask("POST", f"{self.index.url}upload/2.0/", json={"releases": named})
        if answer.status_code == 201:
            self.links.update(answer.json()["links"])
        return answer

    def upload(self, *paths: Path) -> list[int]:
        """Upload files to the session as publishing tools do, and return the statuses."""
        door = self.links["upload"].removeprefix(self.index.url)
        return [send(self.index, path, auth=(self.name, self.password), door=door).status_code for path in paths]

    def status(self) -> Mapping[str, Any]:
        """Return what the index says of the session."""
        answer: Mapping[str, Any] = self.ask("GET", self.links["session"]).json()
        return answer

    def publish(self) -> requests.Response:
        """Publish the session."""
        return self.ask("POST", self.links["publish"])

    def cancel(self) -> requests.Response:
        """Cancel the session."""
        return self.ask("DELETE", self.links["session"])


def versions(simple_url: str, project: str = "acme-one") -> list[str]:
    """Return the versions that an installer finds; none for a project that is not there."""
    page = requests.get(f"{simple_url}{project}/", headers=JSON_PAGE, allow_redirects=False, timeout=60)
    return list(page.json()["versions"]) if page.status_code == 200 else []


def packages(index: Index) -> list[str]:
    """Return what another server over the same folder would show."""
    return sorted(path.name for path in index.root.iterdir() if path.is_file())


def staged(index: Index) -> list[str]:
    """Return what is kept of sessions."""
    folder = index.root / ".private-index" / "staged"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def placed(index: Index, filename: str) -> None:
    """Give a staged file its name among the packages, as a publication does before its transaction ends."""
    (path,) = (index.root / ".private-index" / "staged").rglob(filename)
    os.link(path, index.root / filename)


def cut_short(index: Index, filename: str) -> None:
    """Kill the index as if in the middle of a publication."""
    index.stop(signal.SIGKILL)
    placed(index, filename)
