"""Whether a wheel's RECORD tells the truth. Pure: its text and what was seen of the members in, faults out."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from private_index.errors import LyingRecord
from private_index.members import listed

# "sha256 or better" (binary distribution format); each is in hashlib everywhere.
ALGORITHMS = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b"})
# They can't hold their own digests; the signatures are of the past (PEP 815).
UNRECORDED = frozenset({"RECORD", "RECORD.jws", "RECORD.p7s"})
COLUMNS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What RECORD says of one file.

    Args:
        algorithm: the digest's name, empty where there is none.
        digest: the digest in URL-safe base64 without padding.
        size: the size in bytes as it stands there, empty where there is none.

    """

    algorithm: str
    digest: str
    size: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What was read of one member.

    Args:
        digest: its digest by the algorithm of its entry.
        size: how many bytes it has.

    """

    digest: bytes
    size: int


def parse_record(filename: str, content: bytes) -> dict[str, Entry]:
    """Return path -> entry of a RECORD.

    Raises:
        LyingRecord: it is no table of paths, digests and sizes, or names a path twice.

    """
    entries: dict[str, Entry] = {}
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    except (UnicodeDecodeError, csv.Error) as fault:
        raise LyingRecord(filename, f"can't be read: {fault}") from None
    for row in filter(None, rows):
        if len(row) != COLUMNS:
            raise LyingRecord(filename, f"has a line of {len(row)} columns instead of {COLUMNS}, for {row[0]!r}")
        path, hashed, size = row
        if path in entries:
            raise LyingRecord(filename, f"names {path!r} twice")
        algorithm, _, digest = hashed.partition("=")
        entries[path] = Entry(algorithm=algorithm, digest=digest.rstrip("="), size=size)
    return entries


def record_faults(
    filename: str, folder: str, entries: Mapping[str, Entry], seen: Mapping[str, Seen]
) -> Iterator[LyingRecord]:
    """Yield what RECORD gets wrong, one fault for each kind of lie.

    Args:
        filename: the wheel.
        folder: its .dist-info folder.
        entries: what RECORD says.
        seen: the files that are there.

    """
    exempt = {f"{folder}/{name}" for name in UNRECORDED}
    judged = {path: (entries[path], seen[path]) for path in sorted((entries.keys() & seen.keys()) - exempt)}
    strong = {path: both for path, both in judged.items() if both[0].algorithm in ALGORITHMS}
    for paths, what in (
        (sorted(seen.keys() - entries.keys() - exempt), "has no entry for"),
        (sorted(entries.keys() - seen.keys() - exempt), "names what is not there:"),
        ([path for path in judged if path not in strong], "has no digest by sha256 or better for"),
        ([path for path, (entry, found) in strong.items() if _differs(entry, found)], "has a wrong digest for"),
        ([path for path, (entry, found) in judged.items() if _mismeasures(entry, found)], "has a wrong size for"),
    ):
        if paths:
            yield LyingRecord(filename, f"{what} {listed(paths)}")


def _differs(entry: Entry, seen: Seen) -> bool:
    return entry.digest != base64.urlsafe_b64encode(seen.digest).rstrip(b"=").decode()


def _mismeasures(entry: Entry, seen: Seen) -> bool:
    return entry.size not in ("", str(seen.size))
