"""Distributions made by hand, valid or odd in one way."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile
from pathlib import Path


def metadata(name: str, version: str, extra: str = "") -> bytes:
    """Return core metadata."""
    return f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{extra}\nMade by a test.\n".encode()


def write_wheel(  # noqa: PLR0913 - each is one way in which a wheel can be odd
    folder: Path,
    name: str,
    version: str,
    *,
    code: str = "",
    filename: str | None = None,
    inside: bytes | None = None,
    extra: str = "",
    members: dict[str, bytes] | None = None,
) -> Path:
    """Write a wheel and return its path.

    Args:
        folder: where.
        name: the project.
        version: the release.
        code: what its one package does.
        filename: its name, if it is to be an odd one.
        inside: its METADATA, if it is to be an odd one.
        extra: further lines of metadata.
        members: further members.

    """
    package = name.replace("-", "_").lower()
    contents = {
        f"{package}/__init__.py": code.encode(),
        f"{package}-{version}.dist-info/METADATA": metadata(name, version, extra) if inside is None else inside,
        f"{package}-{version}.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **(members or {}),
    }
    record = f"{package}-{version}.dist-info/RECORD"
    lines = [f"{path},sha256={_record_digest(content)},{len(content)}\n" for path, content in contents.items()]
    contents[record] = ("".join(lines) + f"{record},,\n").encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (filename or f"{package}-{version}-py3-none-any.whl")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in contents.items():
            # With its fixed date, the same call gives the same bytes at any time.
            archive.writestr(zipfile.ZipInfo(member), content, zipfile.ZIP_DEFLATED)
    return path


def write_sdist(  # noqa: PLR0913 - each is one way in which an sdist can be odd
    folder: Path,
    name: str,
    version: str,
    *,
    filename: str | None = None,
    inside: bytes | None = None,
    members: dict[str, bytes] | None = None,
) -> Path:
    """Write an sdist and return its path; the arguments are those of `write_wheel`."""
    stem = f"{name.replace('-', '_').lower()}-{version}"
    contents = {
        f"{stem}/pyproject.toml": b"",
        f"{stem}/PKG-INFO": metadata(name, version) if inside is None else inside,
        **(members or {}),
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (filename or f"{stem}.tar.gz")
    with gzip.GzipFile(path, "wb", mtime=0) as stream, tarfile.open(fileobj=stream, mode="w") as archive:
        for member, content in contents.items():
            entry = tarfile.TarInfo(member)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def _record_digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
