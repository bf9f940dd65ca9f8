"""Two numbers in, their sum out."""

from adder.service import NotANumberError, add

__all__ = ["NotANumberError", "add"]
