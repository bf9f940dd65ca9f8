"""Which pages are read."""

from events.service import Pages

__all__ = ["Pages"]
