"""Conditions and ranges of a request. Pure: headers in, a verdict out (RFC 9110, 13 and 14)."""

from __future__ import annotations

import re

# An entity tag, weak or strong; what stands between two of them is not looked at.
_TAG = re.compile(rb'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
# No file has 19 digits of bytes, and Python refuses to read very long numbers.
_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.IGNORECASE | re.ASCII)


def is_unchanged(if_none_match: bytes | None, etag: bytes) -> bool:
    """Return whether the client holds the representation of that strong entity tag already.

    A proxy that packs a page weakens its tag, so weak ones count too (13.1.2).
    """
    if if_none_match is None:
        return False
    return if_none_match == etag or if_none_match.strip() == b"*" or etag in _TAG.findall(if_none_match)


def is_as_expected(if_match: bytes | None, etag: bytes) -> bool:
    """Return whether the client's If-Match, if there is one, names this strong entity tag (13.1.1)."""
    if if_match is None or if_match.strip() == b"*":
        return True
    return etag in [tag.group() for tag in _TAG.finditer(if_match)]


def asked_range(header: bytes | None, if_range: bytes | None, etag: bytes, size: int) -> range | None:
    """Return which bytes are asked for; None for all, and an empty range when there are no such bytes.

    A range that makes no sense, several at once and one of another representation mean the whole (14.2, 13.1.5).
    """
    if header is None or (if_range is not None and if_range.strip() != etag):
        return None
    match = _RANGE.fullmatch(header.decode("latin-1"))
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return range(max(size - int(last), 0), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)
