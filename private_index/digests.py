"""Whether what arrived is what was sent. Pure: announced and counted digests in, faults out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from private_index.errors import BadDigest, DigestMismatch, IndexFault, NeedsDigest

# The form's field -> the digest's name and how many hex digits it has.
FIELDS = {"sha256_digest": ("sha256", 64), "blake2_256_digest": ("blake2_256", 64), "md5_digest": ("md5", 32)}
# MD5 proves nothing any more, so by itself it is not enough.
STRONG = ("sha256_digest", "blake2_256_digest")

_HEX = re.compile(r"[0-9a-fA-F]+")


def digest_faults(
    filename: str, fields: Mapping[str, Sequence[str]], counted: Callable[[str], str]
) -> Iterator[IndexFault]:
    """Yield what is wrong with the digests that a form announces.

    Args:
        filename: the file that they are of.
        fields: the form's fields; empty ones count as not sent.
        counted: gives the digest, by its name, of the bytes that arrived.

    """
    if not any(value for field in STRONG for value in fields.get(field, ())):
        yield NeedsDigest(filename)
    for field, (algorithm, digits) in FIELDS.items():
        for announced in filter(None, fields.get(field, ())):
            if len(announced) != digits or not _HEX.fullmatch(announced):
                yield BadDigest(filename, field, digits)
            elif announced.lower() != counted(algorithm):
                yield DigestMismatch(filename, algorithm, announced, counted(algorithm))
