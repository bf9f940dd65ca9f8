"""Which colours go together. Pure: a hue and a rule in, colours out."""

from dataclasses import dataclass
from enum import StrEnum

from hsl_to_hex import hsl

DARKEST, LIGHTEST = 15.0, 90.0
NEIGHBOURHOOD = 60.0
# Relative luminance at which black and white text stand out equally (WCAG 2: sqrt(1.05 * 0.05) - 0.05).
EQUAL_CONTRAST = 0.179
# Where sRGB's curve begins.
LINEAR_BELOW = 0.04045


class Scheme(StrEnum):
    """How the colours of a palette differ from each other."""

    SHADES = "shades"
    NEIGHBOURS = "neighbours"
    WHEEL = "wheel"


@dataclass(frozen=True)
class Colour:
    """One colour, as an angle and two percentages."""

    hue: float
    saturation: float
    luminosity: float

    @property
    def hex(self) -> str:
        """The colour as #rrggbb."""
        return hsl(self.hue, self.saturation, self.luminosity)

    @property
    def ink(self) -> str:
        """Black or white, whichever is read better on this colour."""
        red, green, blue = (linear(byte / 255) for byte in bytes.fromhex(self.hex[1:]))
        light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        return "#000000" if light > EQUAL_CONTRAST else "#ffffff"

    def __str__(self) -> str:
        return f"{self.hue:g}° {self.saturation:g}% {self.luminosity:g}%"


def colours(scheme: Scheme, start: Colour, count: int) -> list[Colour]:
    """Return so many colours: shades of the hue, its neighbours, or equal steps round the wheel from it."""
    match scheme:
        case Scheme.SHADES:
            hues = [start.hue] * count
            lights = spread(DARKEST, LIGHTEST, count)
        case Scheme.NEIGHBOURS:
            hues = spread(start.hue - NEIGHBOURHOOD / 2, start.hue + NEIGHBOURHOOD / 2, count)
            lights = [start.luminosity] * count
        case _:
            hues = [start.hue + 360 * step / count for step in range(count)]
            lights = [start.luminosity] * count
    pairs = zip(hues, lights, strict=True)
    return [Colour(round(hue % 360, 1) % 360, start.saturation, round(light, 1)) for hue, light in pairs]


def spread(first: float, last: float, count: int) -> list[float]:
    """Return so many numbers at equal distances, both ends among them; one alone stands in the middle."""
    if count == 1:
        return [(first + last) / 2]
    return [first + (last - first) * step / (count - 1) for step in range(count)]


def linear(channel: float) -> float:
    """Return how much light a channel gives (WCAG 2, relative luminance)."""
    return float(channel / 12.92 if channel <= LINEAR_BELOW else ((channel + 0.055) / 1.055) ** 2.4)
