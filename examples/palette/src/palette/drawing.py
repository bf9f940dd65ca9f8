"""What a palette looks like, as text for a file or as something rich shows in a terminal. Pure."""

import json
import math
from collections.abc import Sequence

from rich.columns import Columns
from rich.console import RenderableType
from rich.text import Text

from palette.schemes import Colour

SWATCH = 16
# Of a card in the drawing, in pixels.
WIDTH, HEIGHT, LABEL, GAP = 132, 168, 36, 12
CARDS_IN_ROW = 8


def as_swatches(palette: Sequence[Colour]) -> RenderableType:
    """Return a block of each colour with its hex on it and its numbers below, as many side by side as fit."""
    return Columns([swatch(colour) for colour in palette], padding=(1, 0, 0, 0))


def swatch(colour: Colour) -> Text:
    """Return one block."""
    lines = ("", colour.hex, "")
    block = "\n".join(line.center(SWATCH) for line in lines)
    numbers = str(colour).center(SWATCH)
    return Text.assemble((block, f"bold {colour.ink} on {colour.hex}"), "\n", (numbers, "dim"))


def as_lines(palette: Sequence[Colour]) -> str:
    """Return one line for each colour, for pipes and for people who want no colour."""
    return "\n".join(f"{colour.hex}  {colour}" for colour in palette)


def as_json(palette: Sequence[Colour]) -> str:
    """Return the palette as a JSON array of objects."""
    return json.dumps([vars(colour) | {"hex": colour.hex} for colour in palette], indent=2)


def as_svg(palette: Sequence[Colour]) -> str:
    """Return the palette as a drawing: cards in rows, each with its hex and its numbers."""
    columns, rows = min(len(palette), CARDS_IN_ROW), math.ceil(len(palette) / CARDS_IN_ROW)
    width, height = GAP + columns * (WIDTH + GAP), GAP + rows * (HEIGHT + LABEL + GAP)
    cards = "\n".join(card(colour, *divmod(place, CARDS_IN_ROW)) for place, colour in enumerate(palette))
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">
  <title>Palette of {", ".join(colour.hex for colour in palette)}</title>
  <style>
    text {{ font: 13px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; text-anchor: middle; }}
    .hex {{ font-size: 17px; font-weight: 600; }}
  </style>
  <rect width="{width}" height="{height}" rx="16" fill="#f6f6f4"/>
{cards}
</svg>"""


def card(colour: Colour, row: int, column: int) -> str:
    """Return one colour's part of the drawing."""
    left, top = GAP + column * (WIDTH + GAP), GAP + row * (HEIGHT + LABEL + GAP)
    middle, bottom = left + WIDTH // 2, top + HEIGHT
    return f"""\
  <g>
    <rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" rx="10" fill="{colour.hex}"/>
    <text class="hex" x="{middle}" y="{bottom - 18}" fill="{colour.ink}">{colour.hex}</text>
    <text x="{middle}" y="{bottom + 25}" fill="#555">{colour}</text>
  </g>"""
