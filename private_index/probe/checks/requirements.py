"""Reads and compares what is said of the Pythons that a file is for."""

from __future__ import annotations

from packaging.specifiers import InvalidSpecifier, SpecifierSet


def is_specifier(text: str) -> bool:
    """Return whether installers can read it."""
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True


def same_specifier(one: str | None, other: str | None) -> bool:
    """Return whether both ask for the same; an empty one asks for nothing, as does none."""
    if (one or "") == (other or ""):
        return True
    return (
        is_specifier(one or "") and is_specifier(other or "") and SpecifierSet(one or "") == SpecifierSet(other or "")
    )
