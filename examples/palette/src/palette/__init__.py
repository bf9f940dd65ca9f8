"""Palettes from one hue: made, shown and written."""

from palette.drawing import as_json, as_svg
from palette.schemes import Colour, Scheme, colours

__all__ = ["Colour", "Scheme", "as_json", "as_svg", "colours"]
