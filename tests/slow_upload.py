"""An upload whose pace a test sets: begun, held in the middle, ended when the test says so."""

from __future__ import annotations

import base64
import hashlib
import http.client
import socket
from pathlib import Path
from urllib.parse import urlsplit

from tests.real_index import Index

BOUNDARY = "boundary"


class SlowUpload:
    """A real request over a real connection that stands still after the first half of the file.

    Args:
        index: where to.
        path: the file.

    """

    def __init__(self, index: Index, path: Path) -> None:
        content = path.read_bytes()
        body = _form(path.name, content)
        half = len(body) - len(content) // 2
        self._rest = body[half:]
        address = urlsplit(index.url)
        self._connection = socket.create_connection((str(address.hostname), address.port or 80), timeout=60)
        self._connection.sendall(_head(index, len(body)) + body[:half])

    def finish(self) -> int:
        """Send the rest and return the answer's status."""
        with self._connection:
            self._connection.sendall(self._rest)
            answer = http.client.HTTPResponse(self._connection)
            answer.begin()
            return answer.status

    def abandon(self) -> None:
        """Go away."""
        self._connection.close()


def _head(index: Index, length: int) -> bytes:
    token = base64.b64encode(f"{index.user}:{index.password}".encode()).decode()
    lines = [
        "POST / HTTP/1.1",
        "Host: localhost",
        f"Authorization: Basic {token}",
        f"Content-Length: {length}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def _form(filename: str, content: bytes) -> bytes:
    fields = {":action": "file_upload", "sha256_digest": hashlib.sha256(content).hexdigest()}
    start = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    parts = [f'{start}"{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    file = f'{start}"content"; filename="{filename}"\r\n\r\n'.encode()
    return b"".join([*parts, file, content, f"\r\n--{BOUNDARY}--\r\n".encode()])
