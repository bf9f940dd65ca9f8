"""What a row of the catalogue is, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, kw_only=True)
class File:
    """One file that the index holds.

    Args:
        filename: its name, bound to its content for ever.
        project: its project's normalised name (PEP 503).
        version: its release's normalised version (PEP 440).
        kind: "sdist" or "wheel".
        sha256: the hex digest of its bytes.
        blake2_256: the hex digest of its bytes by BLAKE2b with 32 bytes.
        size: how many bytes it has.
        requires_python: its Requires-Python, or None.
        metadata_sha256: the hex digest of a wheel's METADATA; None where no sidecar is served (PEP 714).
        uploaded_at: when it came, UTC, as PEP 700 writes it.
        uploaded_by: the user who published it; None when it was found in a folder.
        yanked: whether installers should pass it over (PEP 592).
        yanked_reason: why, or None.
        state: "published", "missing" or "deleted"; only the first is served.

    """

    filename: str
    project: str
    version: str
    kind: str
    sha256: str
    blake2_256: str
    size: int
    requires_python: str | None
    metadata_sha256: str | None
    uploaded_at: str
    uploaded_by: str | None = None
    yanked: bool = False
    yanked_reason: str | None = None
    state: str = "published"


@dataclass(frozen=True, kw_only=True)
class Project:
    """One project that the index has ever held.

    Args:
        name: its normalised name (PEP 503).
        status: "active", "archived", "deprecated" or "quarantined" (PEP 792).
        status_reason: why, or None.

    """

    name: str
    status: str
    status_reason: str | None


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who changes something, and from where.

    Args:
        name: the user; None for the one who runs the index.
        origin: the client's address, or the command.

    """

    name: str | None
    origin: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of the index's log.

    Args:
        serial: its place in the order of all changes.
        at: when, UTC, as PEP 700 writes it.
        who: the user; None for the one who runs the index.
        origin: the client's address, or the command.
        action: publish, restore, missing, metadata, yank, unyank, delete or status.
        project: the project's normalised name.
        version: the release, where one is meant.
        filename: the file, where one is meant.
        detail: the digest, the reason or the status.

    """

    serial: int
    at: str
    who: str | None
    origin: str | None
    action: str
    project: str
    version: str | None
    filename: str | None
    detail: str | None


def timestamp(moment: datetime) -> str:
    """Return `moment` as PEP 700 writes an upload time: UTC, microseconds, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
