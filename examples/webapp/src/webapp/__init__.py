"""The one door to our services, and their pages."""

from webapp.service import Fragment, Page, Site

__all__ = ["Fragment", "Page", "Site"]
