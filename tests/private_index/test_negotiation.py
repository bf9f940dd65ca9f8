"""Which form of a page a client gets: by its q-values, exactly, whatever else its headers say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from private_index.negotiation import (
    ENCODINGS,
    HTML_TYPE,
    JSON_TYPE,
    PLAIN_HTML_TYPE,
    Negotiator,
    choose_encoding,
    choose_type,
)

OFFERS = (JSON_TYPE, HTML_TYPE, PLAIN_HTML_TYPE)
QUALITIES = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        pytest.param("*/*", PLAIN_HTML_TYPE, id="anything"),
        pytest.param("*/*;q=0.1", PLAIN_HTML_TYPE, id="anything, a little"),
        pytest.param(f"{JSON_TYPE}, */*;q=0.1", JSON_TYPE, id="poetry"),
        pytest.param(f"*/*;q=0.1, {JSON_TYPE};q=0.2", JSON_TYPE, id="order does not matter"),
        pytest.param(f"{JSON_TYPE};q=0.5, */*", PLAIN_HTML_TYPE, id="anything rather than json"),
        pytest.param(f"{JSON_TYPE};q=0, */*", PLAIN_HTML_TYPE, id="anything but json"),
        pytest.param(f"text/html;q=0, {HTML_TYPE};q=0, */*;q=0.1", JSON_TYPE, id="anything but html"),
        pytest.param("text/*", PLAIN_HTML_TYPE, id="any text"),
        pytest.param("application/*", JSON_TYPE, id="any application"),
        pytest.param(f"application/*, {JSON_TYPE};q=0.5", HTML_TYPE, id="the exact word counts"),
        pytest.param(
            "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", PLAIN_HTML_TYPE, id="browser"
        ),
        pytest.param(f"{HTML_TYPE}, {JSON_TYPE}", JSON_TYPE, id="both alike"),
        pytest.param(f"{JSON_TYPE};q=0.1, {JSON_TYPE};q=0.9, text/html;q=0.5", JSON_TYPE, id="twice"),
        pytest.param(f"{JSON_TYPE.upper()} ; Q=0.7, text/html;q=0.6", JSON_TYPE, id="capitals and blanks"),
        pytest.param(f"{JSON_TYPE};q=nan, text/html;q=0.1", PLAIN_HTML_TYPE, id="not a number"),
        pytest.param(f"{JSON_TYPE};q=-1, text/html;q=0.1", PLAIN_HTML_TYPE, id="negative"),
        pytest.param("application/json", PLAIN_HTML_TYPE, id="json of no api"),
        pytest.param(", ;q=1,,", PLAIN_HTML_TYPE, id="punctuation"),
        pytest.param("", PLAIN_HTML_TYPE, id="nothing"),
    ],
)
def test_the_best_liked_type_is_chosen(accept: str, kind: str) -> None:
    assert choose_type(accept) == kind


@given(st.lists(st.tuples(st.sampled_from(OFFERS), QUALITIES), min_size=1, unique_by=lambda liking: liking[0]))
def test_no_type_is_chosen_while_another_is_liked_better(likings: list[tuple[str, float]]) -> None:
    chosen = choose_type(", ".join(f"{kind};q={quality}" for kind, quality in likings))

    best = max(quality for _, quality in likings)
    assert dict(likings).get(chosen) == best or (best == 0 and chosen == PLAIN_HTML_TYPE)


@given(st.binary(max_size=600))
def test_no_header_is_too_odd_for_a_verdict(header: bytes) -> None:
    negotiator = Negotiator()

    assert negotiator.content_type(header) == choose_type(header.decode("latin-1"))
    assert negotiator.content_type(header) in OFFERS
    assert negotiator.encoding(header) in ENCODINGS


@pytest.mark.parametrize(
    ("accept_encoding", "encoding"),
    [
        pytest.param("gzip, deflate, zstd", "zstd", id="uv"),
        pytest.param("gzip, deflate", "gzip", id="pip"),
        pytest.param("gzip, deflate, br;q=1.0, zstd;q=0.1", "gzip", id="by quality"),
        pytest.param("br", "identity", id="none of ours"),
        pytest.param("gzip;q=0", "identity", id="refused"),
        pytest.param("gzip;q=0.2, identity", "identity", id="as it is rather"),
        pytest.param("*", "zstd", id="anything"),
        pytest.param("zstd;q=0, *;q=0.5", "gzip", id="anything but"),
        pytest.param("*;q=0", "identity", id="nothing at all"),
        pytest.param("x-gzip", "gzip", id="the old name"),
        pytest.param("", "identity", id="empty"),
    ],
)
def test_the_best_liked_encoding_is_chosen(accept_encoding: str, encoding: str) -> None:
    assert choose_encoding(accept_encoding) == encoding
