"""Valid wheels made in a fraction of a millisecond: a hundred thousand tiny ones, and one of a gigabyte."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = 1024 * 1024
WHEEL = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@dataclass(frozen=True)
class Release:
    """One release of a project, and its only file.

    Args:
        project: the normalised name.
        version: the normalised version.

    """

    project: str
    version: str

    @property
    def stem(self) -> str:
        """The name and version as file names spell them."""
        return f"{self.project.replace('-', '_')}-{self.version}"

    @property
    def filename(self) -> str:
        """The wheel's name."""
        return f"{self.stem}-py3-none-any.whl"

    @property
    def metadata(self) -> bytes:
        """The wheel's METADATA."""
        text = f"Metadata-Version: 2.1\nName: {self.project}\nVersion: {self.version}\nSummary: A measured module\n"
        return f"{text}Requires-Python: >=3.8\n\n".encode()

    @property
    def small_members(self) -> dict[str, bytes]:
        """What every wheel holds beside its payload and its RECORD."""
        package, info = self.project.replace("-", "_"), f"{self.stem}.dist-info"
        return {f"{package}/__init__.py": b"", f"{info}/METADATA": self.metadata, f"{info}/WHEEL": WHEEL}


def small_wheel(release: Release, payload: bytes = b"") -> bytes:
    """Return a wheel with a payload that is stored as it is."""
    members = release.small_members
    if payload:
        members[f"{release.project.replace('-', '_')}/payload.bin"] = payload
    lines = [_line(name, hashlib.sha256(content).digest(), len(content)) for name, content in members.items()]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(_member(name), content)
        archive.writestr(*_record(release, lines))
    return stream.getvalue()


def write_large_wheel(path: Path, release: Release, size: int) -> None:
    """Write a wheel with a payload of `size` bytes, in little memory."""
    lines = [_line(name, hashlib.sha256(content).digest(), len(content)) for name, content in _small(release)]
    payload, digest = _member(f"{release.project.replace('-', '_')}/payload.bin"), hashlib.sha256()
    payload.file_size = size
    block = os.urandom(BLOCK)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in _small(release):
            archive.writestr(_member(name), content)
        with archive.open(payload, "w") as stream:
            for start in range(0, size, BLOCK):
                stream.write(block[: size - start])
                digest.update(block[: size - start])
        archive.writestr(*_record(release, [*lines, _line(payload.filename, digest.digest(), size)]))


def _small(release: Release) -> Iterator[tuple[str, bytes]]:
    yield from release.small_members.items()


def _member(name: str) -> zipfile.ZipInfo:
    # Made without a clock: the same release has the same bytes in every run.
    return zipfile.ZipInfo(name)


def _line(name: str, digest: bytes, size: int) -> str:
    return f"{name},sha256={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()},{size}\n"


def _record(release: Release, lines: list[str]) -> tuple[zipfile.ZipInfo, str]:
    name = f"{release.stem}.dist-info/RECORD"
    return _member(name), "".join([*lines, f"{name},,\n"])
