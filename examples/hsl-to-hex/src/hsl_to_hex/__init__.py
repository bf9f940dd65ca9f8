"""Hue, saturation and luminosity in, a hex colour out."""

from hsl_to_hex.colours import NotFiniteError, hsl

__all__ = ["NotFiniteError", "hsl"]
