"""Conditions and ranges, byte by byte, as RFC 9110 has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from private_index.conditions import asked_range, is_as_expected, is_unchanged

ETAG = b'"abc"'
CONTENT = bytes(range(100))
PLACES = st.integers(0, 120)


@pytest.mark.parametrize(
    ("if_none_match", "unchanged"),
    [
        pytest.param(b'"abc"', True, id="the tag"),
        pytest.param(b'W/"abc"', True, id="weakened by a proxy"),
        pytest.param(b'"x", "abc" , "y"', True, id="in a list"),
        pytest.param(b'"a,b","abc"', True, id="beside one with a comma"),
        pytest.param(b"*", True, id="any"),
        pytest.param(b'"xabc"', False, id="longer"),
        pytest.param(b'"abc-gzip"', False, id="another encoding"),
        pytest.param(b"abc", False, id="no tag"),
        pytest.param(b'"*"', False, id="a tag that is a star"),
        pytest.param(b"", False, id="empty"),
        pytest.param(None, False, id="not sent"),
    ],
)
def test_a_client_has_a_page_only_if_it_names_its_whole_tag(if_none_match: bytes | None, *, unchanged: bool) -> None:
    assert is_unchanged(if_none_match, ETAG) is unchanged


@pytest.mark.parametrize(
    ("if_match", "expected"),
    [
        pytest.param(None, True, id="not sent"),
        pytest.param(b"*", True, id="any"),
        pytest.param(b'"x", "abc"', True, id="in a list"),
        pytest.param(b'W/"abc"', False, id="a weak one promises nothing"),
        pytest.param(b'"x"', False, id="another"),
    ],
)
def test_a_change_is_told_to_who_expects_another_state(if_match: bytes | None, *, expected: bool) -> None:
    assert is_as_expected(if_match, ETAG) is expected


@given(first=PLACES, last=PLACES)
def test_a_range_is_the_bytes_between(first: int, last: int) -> None:
    wanted = asked_range(f"bytes={first}-{last}".encode(), None, ETAG, len(CONTENT))

    if last < first:
        assert wanted is None
    else:
        assert wanted is not None
        assert CONTENT[wanted.start : wanted.stop] == CONTENT[first : last + 1]
        assert bool(wanted) is (first < len(CONTENT))


@given(PLACES)
def test_an_open_range_is_the_rest(first: int) -> None:
    wanted = asked_range(f"bytes={first}-".encode(), ETAG, ETAG, len(CONTENT))

    assert wanted is not None
    assert CONTENT[wanted.start : wanted.stop] == CONTENT[first:]


@given(PLACES)
def test_a_suffix_is_the_last_bytes(length: int) -> None:
    wanted = asked_range(f"bytes=-{length}".encode(), None, ETAG, len(CONTENT))

    assert wanted is not None
    assert CONTENT[wanted.start : wanted.stop] == (CONTENT[-length:] if length else b"")


@given(st.one_of(st.binary(), st.text("bytes=-0123456789, ").map(str.encode)))
def test_no_range_reaches_past_the_file(header: bytes) -> None:
    wanted = asked_range(header, None, ETAG, len(CONTENT))

    assert wanted is None or (wanted.start >= 0 and (not wanted or wanted.stop <= len(CONTENT)))


@pytest.mark.parametrize(
    "header",
    [
        b"bytes=0-1,3-4",
        b"bytes=-",
        b"bytes=1",
        b"lines=0-1",
        b"bytes=a-b",
        b"bytes=0-1;",
        b"bytes=" + b"9" * 5000 + b"-",
    ],
)
def test_what_is_no_single_range_of_bytes_means_the_whole(header: bytes) -> None:
    assert asked_range(header, None, ETAG, len(CONTENT)) is None


@pytest.mark.parametrize("if_range", [b'"other"', b'W/"abc"', b"Tue, 24 Nov 2026 13:00:00 GMT"])
def test_a_range_of_another_representation_means_the_whole(if_range: bytes) -> None:
    assert asked_range(b"bytes=0-1", if_range, ETAG, len(CONTENT)) is None
