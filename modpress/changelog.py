"""What a changelog says of a version, and how its unreleased section becomes that version's. Pure: texts in and out."""

import re
from collections.abc import Iterable

__all__ = ["has_news", "with_news"]

HEADING = re.compile(r"^##\s+(?P<title>.*?)\s*$", re.MULTILINE)
UNRELEASED = re.compile(r"\[?unreleased\]?", re.IGNORECASE)


def has_news(changelog: str, version: str) -> bool:
    """Whether a changelog says something of a version, under its own heading or as unreleased."""
    section = _section_of(changelog, version)
    return section is not None and bool(changelog[section.end() : _end_of(changelog, section)].strip())


def with_news(changelog: str, version: str, date: str, news: Iterable[str] = ()) -> str:
    """Return a changelog whose unreleased section, or a new one, is a version's, with its date.

    Args:
        changelog: the text.
        version: what is released.
        date: of the release, as 2026-11-24.
        news: further items for that section.

    """
    section = _section_of(changelog, version)
    # A new section comes before all others.
    before, inner, after = _cut(changelog, section or HEADING.search(changelog), is_new=section is None)
    items = "\n".join([*([inner.strip()] if inner.strip() else []), *(f"- {item}" for item in news)])
    title = f"## {_spelled(changelog, version)} - {date}"
    return "\n\n".join(part for part in (before.rstrip(), title, items, after.strip()) if part) + "\n"


def _section_of(changelog: str, version: str) -> re.Match[str] | None:
    headings = list(HEADING.finditer(changelog))
    own = re.compile(rf"\[?v?{re.escape(version)}\]?(?![\w.])")
    named = next((each for each in headings if own.match(each["title"])), None)
    return named or next((each for each in headings if UNRELEASED.match(each["title"])), None)


def _cut(changelog: str, section: re.Match[str] | None, *, is_new: bool) -> tuple[str, str, str]:
    """Return what stands before a section, in it without its heading, and after it."""
    if section is None:
        return changelog, "", ""
    if is_new:
        return changelog[: section.start()], "", changelog[section.start() :]
    end = _end_of(changelog, section)
    return changelog[: section.start()], changelog[section.end() : end], changelog[end:]


def _end_of(changelog: str, section: re.Match[str]) -> int:
    after = HEADING.search(changelog, section.end())
    return after.start() if after else len(changelog)


def _spelled(changelog: str, version: str) -> str:
    """Return a version as the changelog's headings write it: in brackets if the others are."""
    return f"[{version}]" if re.search(r"^##\s+\[", changelog, re.MULTILINE) else version
