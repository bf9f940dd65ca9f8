"""Whether an output is the one that a page shows: times, dates, ports and hashes aside; `…` stands for anything."""

from __future__ import annotations

import re

ASIDE = (
    (re.compile(r"\b\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)?)?"), "DATE"),
    (re.compile(r"(?<![\w.])(\d+(\.\d+)?\s?(s|ms|µs|seconds?|minutes?)|a (second|minute))\b"), "TIME"),
    # nox leaves a time out that is next to none.
    (re.compile(r", took TIME"), ""),
    # A rule that fills its line is shorter beside a longer time.
    (re.compile(r"([=_-])\1{3,}"), r"\1\1\1"),
    (re.compile(r"(127\.0\.0\.1|localhost):\d+"), r"\1:PORT"),
    # A hash has digits and letters; a word or a number has not both.
    (re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,128}\b"), "HASH"),
)
ANY_LINES, ANY_TEXT = r"(?:.*\n)*?", ".*?"


def is_alike(shown: str, seen: str) -> bool:
    """Return whether what was seen is what is shown."""
    return re.fullmatch(_pattern(_plain(shown)), _plain(seen)) is not None


def _plain(text: str) -> str:
    for what, instead in ASIDE:
        text = what.sub(instead, text)
    return "".join(f"{line.rstrip()}\n" for line in text.strip("\n").splitlines())


def _pattern(shown: str) -> str:
    return "".join(
        ANY_LINES if line == "…" else f"{ANY_TEXT.join(map(re.escape, line.split('…')))}\n"
        for line in shown.splitlines()
    )
