"""What a file's name promises: kind, project, release, a wheel's tags. Pure: a name in, a promise or a fault out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_version,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from private_index.errors import BadFilename

LONGEST_NAME = 255

_CHARACTERS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*")
_WHEEL_PARTS = 5
# A build tag begins with a digit, which no Python tag does: so a name of six parts is read in one way only.
_BUILD = re.compile(r"\d.*")
_LABEL = re.compile(r"[0-9a-z_.]+")


@dataclass(frozen=True, kw_only=True)
class Filename:
    """The parts of a file's name, each in its normal form.

    Args:
        text: the name itself.
        kind: "sdist" or "wheel".
        name: the project's normalised name (PEP 503).
        version: the release's normalised version (PEP 440).
        tags: a wheel's build tag, compatibility tags and variant label, so written that equal ones are equal texts.
        interpreters: which Pythons a wheel is for, sorted: "cp311", "py3".
        label: a wheel's variant label (PEP 825).

    """

    text: str
    kind: Literal["sdist", "wheel"]
    name: str
    version: str
    tags: str = ""
    interpreters: tuple[str, ...] = ()
    label: str = ""

    def is_of_version(self, said: str) -> bool:
        """Return whether `said` is the release that the name promises, in any spelling (PEP 440)."""
        try:
            return Version(said) == Version(self.version)
        except ValueError:
            # It is no version, or has numbers of more digits than Python reads.
            return False

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What installers can tell apart: two names of one identity are two spellings of one file."""
        return self.kind, self.name, canonicalize_version(self.version), self.tags


def parse_filename(text: str) -> Filename:
    """Return what the name alone promises (PEP 427, 625 and 825).

    Raises:
        BadFilename: it is no valid name of a wheel or an sdist.

    """
    if not _CHARACTERS.fullmatch(text):
        raise BadFilename(text, "it may hold letters, digits, '.', '_', '-', '+' and '!' only")
    if len(text) > LONGEST_NAME:
        raise BadFilename(text, f"it is longer than {LONGEST_NAME} characters")
    if text.endswith(".egg"):
        raise BadFilename(text, "eggs are a format of the past (PEP 715); build a wheel")
    if text.endswith(".zip"):
        raise BadFilename(text, "a source distribution is a .tar.gz (PEP 625)")
    try:
        return _parse_wheel(text) if text.endswith(".whl") else _parse_sdist(text)
    except (InvalidWheelFilename, InvalidSdistFilename) as fault:
        raise BadFilename(text, str(fault)) from None


def _parse_sdist(text: str) -> Filename:
    name, version = parse_sdist_filename(text)
    _check_version(text, text.removesuffix(".tar.gz").rpartition("-")[2])
    return Filename(text=text, kind="sdist", name=name, version=str(version))


def _parse_wheel(text: str) -> Filename:
    parts = text.removesuffix(".whl").split("-")
    label = _split_label(text, parts)
    name, version, build, tags = parse_wheel_filename(f"{'-'.join(parts)}.whl")
    _check_version(text, parts[1])
    number = "".join(map(str, build))
    return Filename(
        text=text,
        kind="wheel",
        name=name,
        version=str(version),
        tags=" ".join([f"build={number}", *sorted(map(str, tags)), f"variant={label}"]),
        interpreters=tuple(sorted({tag.interpreter for tag in tags})),
        label=label,
    )


def _check_version(text: str, written: str) -> None:
    # "v1.0" is a version too (PEP 440), but other servers over the folder would not find the file under it.
    if not written[0].isdecimal():
        raise BadFilename(text, f"its version {written!r} does not begin with a digit")


def _split_label(text: str, parts: list[str]) -> str:
    # packaging knows no variant labels (PEP 825), so the label is taken off before it reads the rest.
    has_build = len(parts) > _WHEEL_PARTS and _BUILD.fullmatch(parts[2])
    if len(parts) != _WHEEL_PARTS + 1 + bool(has_build):
        return ""
    label = parts.pop()
    if not _LABEL.fullmatch(label):
        raise BadFilename(text, f"{label!r} is neither a platform tag nor a variant label (PEP 825)")
    return label
