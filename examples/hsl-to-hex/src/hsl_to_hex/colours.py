"""How a screen shows a hue. Pure: three numbers in, a colour out."""

import colorsys
import math


class NotFiniteError(ValueError):
    """A number that stands nowhere on the colour wheel."""

    def __init__(self, name: str, number: float) -> None:
        super().__init__(f"{name} is {number}; a colour is made of finite numbers")


def hsl(hue: float, saturation: float, luminosity: float) -> str:
    """Return the colour as #rrggbb.

    The hue is an angle in degrees and goes round: 361 is 1, and -1 is 359. Saturation and luminosity are per
    cent; what is above 100 is 100, what is below 0 is 0.

    >>> hsl(240, 100, 50)
    '#0000ff'
    """
    for name, number in (("hue", hue), ("saturation", saturation), ("luminosity", luminosity)):
        if not math.isfinite(number):
            raise NotFiniteError(name, number)
    # The standard library says "hls", lightness second, and counts each from 0 to 1.
    channels = colorsys.hls_to_rgb(hue % 360 / 360, fraction(luminosity), fraction(saturation))
    return "#" + "".join(f"{byte(channel):02x}" for channel in channels)


def fraction(percent: float) -> float:
    """Return 0 to 100 per cent, and nothing beyond, as 0 to 1."""
    return min(max(percent, 0), 100) / 100


def byte(channel: float) -> int:
    """Return 0 to 1 as 0 to 255, halves upwards; Python's round would take them to the even side."""
    return math.floor(channel * 255 + 0.5)
