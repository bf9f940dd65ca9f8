"""A set of releases in a session, as a publishing tool sends it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import requests

from tests.real_index import Index

AUTH = (Index.user, Index.password)
SECONDS = 60


def stage(index: Index, wheels: list[Path], names: list[str]) -> str:
    """Open a session with these wheels in it, and return its path."""
    releases = [{"name": name, "version": "1.0"} for name in names]
    root = f"{index.url}upload/2.0/"
    links = requests.post(root, json={"releases": releases}, auth=AUTH, timeout=SECONDS).json()["links"]
    for wheel in wheels:
        form = {":action": "file_upload", "sha256_digest": digest(wheel)}
        files = {"content": (wheel.name, wheel.read_bytes())}
        requests.post(links["upload"], form, files=files, auth=AUTH, timeout=SECONDS).raise_for_status()
    return str(links["session"]).removeprefix(index.url)


def digest(path: Path) -> str:
    """Return the sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def publish(index: Index, session: str) -> requests.Response | None:
    """Publish a session and return the answer; None when nothing was answered."""
    try:
        return requests.post(f"{index.url}{session}/publish", auth=AUTH, timeout=SECONDS)
    except requests.ConnectionError:
        return None
