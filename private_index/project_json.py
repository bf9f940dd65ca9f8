"""What the robots read that keep dependencies new: the public index's older JSON pages, as it makes them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from packaging.metadata import parse_email
from packaging.version import Version

from private_index.filenames import parse_filename
from private_index.pages import file_path
from private_index.rows import File

# Fields of core metadata that have the same name there; what a file does not say is null.
_PLAIN = (
    "author",
    "author_email",
    "description_content_type",
    "download_url",
    "dynamic",
    "home_page",
    "license",
    "license_expression",
    "license_files",
    "maintainer",
    "maintainer_email",
    "project_urls",
    "provides_extra",
    "requires_dist",
    "summary",
)


def latest_release(files: Sequence[File]) -> str | None:
    """Return the version that a new user should take: the newest, stable before not, and none that was yanked."""
    versions = {file.version: file.yanked for file in files}
    return max(versions, key=lambda version: _merit(version, is_yanked=versions[version]), default=None)


def _merit(version: str, *, is_yanked: bool) -> tuple[bool, bool, Version]:
    parsed = Version(version)
    return not is_yanked, not parsed.is_prerelease, parsed


def release_json(release: Sequence[File], metadata: bytes, base_url: str) -> dict[str, object]:
    """Return the content of `/pypi/NAME/VERSION/json`.

    Args:
        release: the release's files, at least one.
        metadata: the core metadata of one of them.
        base_url: the index's absolute URL, since scripts follow these links as they stand.

    """
    return {
        "info": _info(release[0], metadata, base_url),
        "urls": [_file(file, base_url) for file in release],
        "vulnerabilities": [],
    }


def project_json(files: Sequence[File], release: Sequence[File], metadata: bytes, base_url: str) -> dict[str, object]:
    """Return the content of `/pypi/NAME/json`.

    Args:
        files: all the project's files.
        release: those of its latest release.
        metadata: the core metadata of one of these.
        base_url: the index's absolute URL.

    """
    releases: dict[str, list[object]] = {}
    for file in files:
        releases.setdefault(file.version, []).append(_file(file, base_url))
    return {**release_json(release, metadata, base_url), "releases": releases}


def as_json(content: dict[str, object]) -> bytes:
    """Return the page's bytes."""
    return json.dumps(content, separators=(",", ":")).encode()


def _info(file: File, metadata: bytes, base_url: str) -> dict[str, object]:
    raw, _ = parse_email(metadata)
    page = f"{base_url}simple/{file.project}/"
    return {
        **{name: raw.get(name) for name in _PLAIN},
        "classifiers": raw.get("classifiers", []),
        "keywords": ",".join(raw.get("keywords", [])),
        "platform": ",".join(raw.get("platforms", [])),
        "name": raw.get("name", file.project),
        "version": file.version,
        "requires_python": file.requires_python,
        "description": raw.get("description", ""),
        "bugtrack_url": None,
        "docs_url": None,
        "downloads": {"last_day": -1, "last_month": -1, "last_week": -1},
        "package_url": page,
        "project_url": page,
        "release_url": f"{base_url}pypi/{file.project}/{file.version}/json",
        "yanked": file.yanked,
        "yanked_reason": file.yanked_reason,
    }


def _file(file: File, base_url: str) -> dict[str, object]:
    return {
        "comment_text": "",
        "digests": {"blake2b_256": file.blake2_256, "sha256": file.sha256},
        "downloads": -1,
        "filename": file.filename,
        "has_sig": False,
        "packagetype": "bdist_wheel" if file.kind == "wheel" else "sdist",
        "python_version": _python_version(file),
        "requires_python": file.requires_python,
        "size": file.size,
        "upload_time": file.uploaded_at[:19],
        "upload_time_iso_8601": file.uploaded_at,
        "url": f"{base_url}{file_path(file)}",
        "yanked": file.yanked,
        "yanked_reason": file.yanked_reason,
    }


def _python_version(file: File) -> str:
    if file.kind != "wheel":
        return "source"
    return ".".join(parse_filename(file.filename).interpreters)
