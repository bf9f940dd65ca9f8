"""Which form of a page a client likes best. Pure: a header in, a verdict out (RFC 9110, 12.5; PEP 691)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPE = "application/vnd.pypi.simple.v1+html"
PLAIN_HTML_TYPE = "text/html"

# In the order in which we offer them to one who likes several equally: JSON says more.
_OFFERS = (JSON_TYPE, HTML_TYPE, PLAIN_HTML_TYPE)
# Whoever takes just anything was written before there was a choice.
_OFFERS_TO_ANYBODY = (PLAIN_HTML_TYPE, JSON_TYPE, HTML_TYPE)
_ALIASES = {
    "application/vnd.pypi.simple.latest+json": JSON_TYPE,
    "application/vnd.pypi.simple.latest+html": HTML_TYPE,
}

# zstd unpacks fastest, and both are made beforehand.
ENCODINGS = ("zstd", "gzip", "identity")

_QUALITY = re.compile(r"\d(\.\d*)?|\.\d+", re.ASCII)

# Real clients send a dozen different headers; whoever sends long ones, or ever new ones, gains no room here.
_MOST_VERDICTS = 512
_LONGEST_HEADER = 256


def choose_type(accept: str) -> str:
    """Return the content type that an Accept header likes best.

    Whoever takes none of ours gets HTML, as before there was a choice: nobody is turned away.
    """
    likings = dict(_likings(accept, _ALIASES))
    return max(_OFFERS, key=lambda offer: _rank(offer, likings)) if _likes_any(likings) else PLAIN_HTML_TYPE


def choose_encoding(accept_encoding: str) -> str:
    """Return "zstd", "gzip" or "identity", whichever an Accept-Encoding header likes best.

    Whoever refuses all three gets identity, which everybody can read.
    """
    likings = dict(_likings(accept_encoding, {"x-gzip": "gzip"}))
    # What is not named at all is taken only as it is (RFC 9110, 12.5.3).
    rest = likings.get("*", 0.0)
    qualities = {offer: likings.get(offer, rest) for offer in ENCODINGS}
    if "identity" not in likings and "*" not in likings:
        qualities["identity"] = min((quality for quality in likings.values() if quality > 0), default=1.0)
    best = max(ENCODINGS, key=qualities.__getitem__)
    return best if qualities[best] > 0 else "identity"


def _likings(header: str, aliases: dict[str, str]) -> Iterator[tuple[str, float]]:
    named: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        if name and _QUALITY.fullmatch(quality):
            name = aliases.get(name, name)
            # Of two words on one thing the kinder counts.
            named[name] = max(named.get(name, 0.0), min(float(quality), 1.0))
    yield from named.items()


def _rank(offer: str, likings: dict[str, float]) -> tuple[float, int, int]:
    # The most specific word on a type is the one that counts; of equals the one that was named most exactly.
    family = offer.partition("/")[0] + "/*"
    for exactness, name in ((2, offer), (1, family), (0, "*/*")):
        if name in likings:
            offers = _OFFERS if exactness else _OFFERS_TO_ANYBODY
            return likings[name], exactness, -offers.index(offer)
    return 0.0, 0, 0


def _likes_any(likings: dict[str, float]) -> bool:
    return any(_rank(offer, likings)[0] > 0 for offer in _OFFERS)


class Negotiator:
    """Remembers the verdicts by the headers' own bytes: a client sends the same ones with each request."""

    def __init__(self) -> None:
        self.content_type = _remembering(choose_type)
        self.encoding = _remembering(choose_encoding)


def _remembering(choose: Callable[[str], str]) -> Callable[[bytes], str]:
    def decide(header: bytes) -> str:
        return choose(header.decode("latin-1"))

    remembered = lru_cache(_MOST_VERDICTS)(decide)

    def verdict(header: bytes) -> str:
        return remembered(header) if len(header) <= _LONGEST_HEADER else decide(header)

    return verdict
