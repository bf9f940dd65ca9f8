"""The history of sums."""

from audit.service import History

__all__ = ["History"]
