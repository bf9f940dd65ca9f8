"""A run's figures as a drawing: small panels of one shape, a line for each peer, both axes logarithmic. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tests.bench.figures import Figures

WIDTH, HEIGHT = 920, 690
PANEL_WIDTH, PANEL_HEIGHT = 340, 210
LEFTS, TOPS = (80, 520), (100, 400)
# In the order of the peers, ours first; told apart by people who see colours differently too (Okabe and Ito).
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#8a8a8a")
DARK_COLOURS = ("#ff8a3d", "#56b4e9", "#2fd6a3", "#e8a2cc", "#a8a8a8")


@dataclass(frozen=True)
class Scale:
    """A logarithmic axis.

    Args:
        low: the number at its beginning.
        high: the number at its end.
        start: where it begins in the drawing.
        end: where it ends.

    """

    low: float
    high: float
    start: float
    end: float

    def at(self, number: float) -> float:
        """Return where a number stands."""
        share = math.log(number / self.low) / math.log(self.high / self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def powers(self) -> list[float]:
        """Return the powers of ten on it."""
        first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        return [10.0**power for power in range(first, last + 1)]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What one panel tells.

    Args:
        what: the key of its numbers.
        heading: the same in words.
        slow: whether slow clients were attached.
        factor: turns the numbers into the heading's unit.

    """

    what: str
    heading: str
    slow: bool = False
    factor: float = 1


PANELS = (
    Panel(what="page", slow=True, heading="Project pages a second, beside 200 slow clients"),
    Panel(what="file-50kB", slow=True, heading="Files of 50 kB a second, beside 200 slow clients"),
    Panel(what="start", heading="Start-up in seconds"),
    Panel(what="rest pss", heading="Memory after start-up in MB", factor=1e-6),
)

Lines = Mapping[int, Mapping[int, float]]


def as_svg(figures: Figures) -> str:
    """Return the drawing."""
    places = [(left, top) for top in TOPS for left in LEFTS]
    panels = [_panel(figures, panel, *place) for panel, place in zip(PANELS, places, strict=True)]
    below = f'  <text x="{WIDTH // 2}" y="{HEIGHT - 22}" text-anchor="middle">files in the index</text>'
    return "\n".join([_opening(), *_legend(figures), *panels, below, "</svg>\n"])


def _opening() -> str:
    light = _paints("#ffffff", "#1f2328", "#d5d9de", COLOURS)
    dark = _paints("#0d1117", "#e6edf3", "#3b424b", DARK_COLOURS)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">
  <title>Private index beside its peers, over the number of files</title>
  <style>
    text {{ font: 12px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }}
    .heading {{ font-size: 13px; font-weight: 600; }}
    .line {{ fill: none; stroke-width: 2.5; stroke-linejoin: round; }}
    .grid {{ fill: none; stroke-width: 1; }}
{light}
    @media (prefers-color-scheme: dark) {{
{dark}
    }}
  </style>
  <rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="12"/>"""


def _paints(paper: str, ink: str, grid: str, colours: Sequence[str]) -> str:
    rules = [f".paper {{ fill: {paper}; }}", f"text {{ fill: {ink}; }}", f".grid {{ stroke: {grid}; }}"]
    for number, colour in enumerate(colours):
        rules.append(f".line.p{number} {{ stroke: {colour}; }} .dot.p{number} {{ fill: {colour}; }}")
    return "\n".join(f"    {rule}" for rule in rules)


def _legend(figures: Figures) -> Iterable[str]:
    left, top = 40.0, 28
    for number, title in enumerate(figures.peers.values()):
        # A letter is some 6.6 pixels wide; a line that would run out of the picture begins anew.
        length = 40 + 6.6 * len(title)
        if left + length > WIDTH:
            left, top = 40.0, top + 22
        yield f'  <circle class="dot p{number}" cx="{left:.0f}" cy="{top - 4}" r="5"/>'
        yield f'  <text x="{left + 12:.0f}" y="{top}">{escape(title)}</text>'
        left += length


def _panel(figures: Figures, panel: Panel, left: int, top: int) -> str:
    lines = {number: _line(figures, panel, peer) for number, peer in enumerate(figures.peers)}
    across = _across(figures.sizes, left)
    upward = _upward([value for line in lines.values() for value in line.values()], top)
    parts = [f'  <text class="heading" x="{left}" y="{top - 14}">{escape(panel.heading)}</text>']
    return "\n".join([*parts, *_grid(across, upward, figures.sizes), *_drawn(lines, across, upward)])


def _line(figures: Figures, panel: Panel, peer: str) -> dict[int, float]:
    found = figures.over_sizes(panel.what, peer, slow=panel.slow)
    # Nothing is nowhere on a logarithmic axis.
    return {size: number * panel.factor for size, number in found.items() if number > 0}


def _across(sizes: Sequence[int], left: int) -> Scale:
    return Scale(min(sizes), max(*sizes, 10 * min(sizes)), left, left + PANEL_WIDTH)


def _upward(values: Sequence[float], top: int) -> Scale:
    low, high = (min(values), max(values)) if values else (1, 10)
    # Down and up to a whole power of ten, so that both ends of the axis have a name.
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return Scale(10.0**first, 10.0 ** max(last, first + 1), top + PANEL_HEIGHT, top)


def _grid(across: Scale, upward: Scale, sizes: Sequence[int]) -> Iterable[str]:
    for number in upward.powers():
        y = upward.at(number)
        yield f'  <path class="grid" d="M{across.start} {y}H{across.end}"/>'
        yield f'  <text x="{across.start - 8}" y="{y + 4}" text-anchor="end">{number:,g}</text>'
    for size in sizes:
        x = across.at(size)
        yield f'  <path class="grid" d="M{x} {upward.start}V{upward.end}"/>'
        yield f'  <text x="{x}" y="{upward.start + 20}" text-anchor="middle">{size:,}</text>'


def _drawn(lines: Lines, across: Scale, upward: Scale) -> Iterable[str]:
    # Ours last, so that it lies on top.
    for number, line in sorted(lines.items(), reverse=True):
        points = [(across.at(size), upward.at(value)) for size, value in line.items()]
        if points:
            path = "L".join(f"{x} {y}" for x, y in points)
            yield f'  <path class="line p{number}" d="M{path}"/>'
        yield from (f'  <circle class="dot p{number}" cx="{x}" cy="{y}" r="4"/>' for x, y in points)
