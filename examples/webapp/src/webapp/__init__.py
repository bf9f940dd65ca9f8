"""The one door to our services, and their pages."""

from webapp.service import Site

__all__ = ["Site"]
