"""Which names are the team's own, and whose. Pure: a name and patterns in, a verdict out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase

# The tool that made modules ask the team's index for: a stranger's project of that name must never answer.
ALWAYS_RESERVED = frozenset({"modpress"})

_PATTERN = re.compile(r"[a-z0-9*?]+(-[a-z0-9*?]+)*", re.IGNORECASE)


def is_pattern(pattern: str) -> bool:
    """Return whether `pattern` could match a normalised name, such as acme-* (PEP 503)."""
    return _PATTERN.fullmatch(pattern) is not None


def is_reserved(name: str, patterns: Collection[str]) -> bool:
    """Return whether the normalised `name` belongs to the team even if the index has never held it."""
    return any(fnmatchcase(name, pattern.lower()) for pattern in ALWAYS_RESERVED.union(patterns))


def may_publish(name: str, user: str, owners: Mapping[str, frozenset[str]]) -> bool:
    """Return whether `user` may publish the project of the normalised `name`.

    The users of every pattern that matches may, together; where none of these patterns names a user, everybody may.
    """
    named = [users for pattern, users in owners.items() if users and fnmatchcase(name, pattern.lower())]
    return not named or user in frozenset().union(*named)
