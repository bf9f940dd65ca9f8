"""Names fit for a URL, a file or a branch."""

from {{ cookiecutter.__package }}.slugs import NothingLeftError, slugify

__all__ = ["NothingLeftError", "slugify"]
