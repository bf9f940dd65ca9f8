"""Sending a form as publishing tools do, with any field or header changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import requests

from tests.real_index import Index


def send(  # noqa: PLR0913 - each is one way in which an upload can be odd
    index: Index,
    path: Path,
    *,
    filename: str | None = None,
    fields: dict[str, str | None] | None = None,
    auth: tuple[str, str] | None = (Index.user, Index.password),
    headers: dict[str, str] | None = None,
    door: str = "",
) -> requests.Response:
    """Upload `path`; a field of None is left out."""
    content = path.read_bytes()
    form = {
        ":action": "file_upload",
        "protocol_version": "1",
        "sha256_digest": hashlib.sha256(content).hexdigest(),
        "blake2_256_digest": hashlib.blake2b(content, digest_size=32).hexdigest(),
        **(fields or {}),
    }
    return requests.post(
        f"{index.url}{door}",
        data={name: value for name, value in form.items() if value is not None},
        files={"content": (filename or path.name, content, "application/octet-stream")},
        auth=auth,
        headers=headers,
        timeout=60,
    )
