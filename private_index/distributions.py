"""What a file says of itself: a file and its name in; a checked distribution out, or all that is wrong with it."""

from __future__ import annotations

import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from errno import EINVAL
from pathlib import Path
from typing import Literal

from packaging.metadata import RawMetadata, parse_email
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from private_index.errors import BadMetadata, IndexFault, MetadataDisagrees, UnreadableArchive, shown, together
from private_index.filenames import Filename, parse_filename
from private_index.members import Contents
from private_index.sdists import read_sdist
from private_index.wheels import read_wheel

# What unpacks to more than fifty times its size is made to fill a disk, not to be installed.
BOMB_FLOOR = 64 * 1024 * 1024
BOMB_RATIO = 50

# Well-known projects have under 1,500 fields, of some thirty kinds; to parse far more could take a core for minutes.
MOST_HEADER_BYTES = 1024 * 1024
MOST_FIELDS = 4096
MOST_FIELD_NAMES = 256
LONGEST_SPECIFIER = 256
LONGEST_REQUIREMENT = 4096
# Any Python will do: what counts is whether the question can be answered at all.
_SOME_PYTHON = "3.11"

# Of any format, newer ones too.
_FORMAT = re.compile(r"\d+\.\d+")

_LINE_END = re.compile(rb"\r\n|\r|\n")
# Which these would make of metadata: several messages, one within the other.
_MESSAGES = re.compile(rb"content-type:\s*(?:multipart|message)/", re.IGNORECASE)

# What the two readers say of bytes that are no archive, each in its own way.
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,
    ValueError,
    LookupError,
    OverflowError,
)


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """What an index must know of one file: its name's promise, kept by its metadata.

    Args:
        filename: the file's name.
        kind: "sdist" or "wheel".
        name: the project's normalised name (PEP 503).
        version: the release's normalised version (PEP 440).
        requires_python: the specifier of Pythons it runs on, or None.
        metadata: its core metadata as it stands in the archive.

    """

    filename: str
    kind: Literal["sdist", "wheel"]
    name: str
    version: str
    requires_python: str | None = None
    metadata: bytes = b""


def read_distribution(path: Path, filename: str) -> Distribution:
    """Read the whole archive and return what it says, which must agree with its name.

    Args:
        path: where the bytes lie.
        filename: the name under which they are to be published.

    Raises:
        BadFilename: it is no valid name of a wheel or an sdist.
        UnreadableArchive: a member is damaged, missing, dangerous, or a bomb.
        LyingRecord: a wheel's RECORD is not about its files.
        WheelTooNew: it is a wheel of a format that installers do not know.
        BadMetadata: the core metadata lacks or mangles something.
        MetadataDisagrees: the core metadata says another name or version than the file's name.
        SeveralFaults: more than one of these.

    """
    promised = parse_filename(filename)
    contents = _read(path, promised)
    faults = contents.faults
    raw: RawMetadata = {}
    if contents.metadata is not None:
        unreadable = size_fault(promised, contents.metadata)
        if unreadable is not None:
            raise together([*faults, unreadable])
        raw, unparsed = parse_email(contents.metadata)
        faults.extend(metadata_faults(promised, raw, unparsed))
    if faults:
        raise together(faults)
    return Distribution(
        filename=filename,
        kind=promised.kind,
        name=promised.name,
        version=promised.version,
        requires_python=raw.get("requires_python"),
        metadata=contents.metadata or b"",
    )


def _read(path: Path, promised: Filename) -> Contents:
    read = read_wheel if promised.kind == "wheel" else read_sdist
    try:
        return read(path, promised, max(BOMB_FLOOR, BOMB_RATIO * path.stat().st_size))
    except UnreadableArchive as fault:
        return Contents(faults=[fault])
    except _BROKEN as fault:
        return Contents(faults=[UnreadableArchive(promised.text, str(fault) or "it is cut short")])
    except OSError as fault:
        # gzip says what is wrong with its bytes by an OSError without an errno; a place before a file's first byte
        # is EINVAL. Every other one is the disk's.
        if fault.errno not in {None, EINVAL}:
            raise
        return Contents(faults=[UnreadableArchive(promised.text, str(fault))])


def metadata_faults(promised: Filename, raw: RawMetadata, unparsed: dict[str, list[str]]) -> Iterator[IndexFault]:
    """Yield what is wrong with core metadata of any version, newer ones than are known today too.

    Only what an installer can't do without is judged; the rest is its author's.
    """
    for field in ("metadata-version", "name", "version", "requires-python"):
        if field in unparsed:
            yield BadMetadata(promised.text, f"it has more than one {field.title()}, or one that is not in UTF-8")
        elif field != "requires-python" and field.replace("-", "_") not in raw:
            yield BadMetadata(promised.text, f"it has no {field.title()}")
    if not _FORMAT.fullmatch(raw.get("metadata_version", "1.0")):
        yield BadMetadata(promised.text, f"its Metadata-Version {shown(raw['metadata_version'])} is no version")
    yield from agreement_faults(promised, raw.get("name"), raw.get("version"), "metadata")
    yield from _python_faults(promised, raw.get("requires_python", ""))
    # Of an sdist, installers ask the build backend instead.
    for requirement in raw.get("requires_dist", []) if promised.kind == "wheel" else []:
        yield from _requirement_faults(promised, requirement)


def size_fault(promised: Filename, content: bytes) -> BadMetadata | None:
    """Return what is too much about core metadata to be parsed at all; its description is not counted."""
    lines: list[bytes] = []
    size = 0
    for line in _lines(content):
        size += len(line) + 1
        if not line or size > MOST_HEADER_BYTES or len(lines) > MOST_FIELDS:
            break
        # A line that is set in belongs to the field above it.
        if line[:1] not in {b" ", b"\t"}:
            lines.append(line)
    if size > MOST_HEADER_BYTES:
        return BadMetadata(promised.text, f"its fields have more than {MOST_HEADER_BYTES:,} bytes")
    if len(lines) > MOST_FIELDS:
        return BadMetadata(promised.text, f"it has more than {MOST_FIELDS:,} fields")
    if len({line.partition(b":")[0].lower() for line in lines}) > MOST_FIELD_NAMES:
        return BadMetadata(promised.text, f"it has more than {MOST_FIELD_NAMES} kinds of fields")
    if any(_MESSAGES.match(line) for line in lines):
        return BadMetadata(promised.text, "it has a Content-Type of a message in parts")
    return None


def _lines(content: bytes) -> Iterator[bytes]:
    start = 0
    for end in _LINE_END.finditer(content):
        yield content[start : end.start()]
        start = end.end()
    yield content[start:]


def _python_faults(promised: Filename, specifier: str) -> Iterator[BadMetadata]:
    # It stands on the project's page: what an installer fails on there, it fails on for every file of the project.
    if len(specifier) > LONGEST_SPECIFIER:
        yield BadMetadata(promised.text, f"Requires-Python has more than {LONGEST_SPECIFIER} characters")
        return
    try:
        SpecifierSet(specifier).contains(_SOME_PYTHON)
    except ValueError as fault:
        yield BadMetadata(promised.text, f"Requires-Python: {fault}")


def _requirement_faults(promised: Filename, requirement: str) -> Iterator[BadMetadata]:
    quoted = shown(requirement)
    if len(requirement) > LONGEST_REQUIREMENT:
        yield BadMetadata(promised.text, f"Requires-Dist {quoted} has more than {LONGEST_REQUIREMENT:,} characters")
        return
    try:
        Requirement(requirement)
    except RecursionError:
        yield BadMetadata(promised.text, f"Requires-Dist {quoted} has far too many brackets")
    except ValueError as fault:
        yield BadMetadata(promised.text, f"Requires-Dist {quoted}: {str(fault).splitlines()[0]}")


def agreement_faults(
    promised: Filename, name: str | None, version: str | None, source: str
) -> Iterator[MetadataDisagrees]:
    """Yield where a name and a version, as far as `source` has them, are not those of the file's name."""
    if name is not None and canonicalize_name(name) != promised.name:
        yield MetadataDisagrees(promised.text, "name", name, source)
    if version is not None and not promised.is_of_version(version):
        yield MetadataDisagrees(promised.text, "version", version, source)
