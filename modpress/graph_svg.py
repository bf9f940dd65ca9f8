"""A graph of modules as a picture: boxes in rows, who is needed below who needs it. Pure: a graph in, SVG out."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from modpress.graph import Graph, Need
from modpress.module import Module

__all__ = ["as_svg"]

LETTER, HEIGHT, GAP, ROW, MARGIN, PADDING, LANE = 7.8, 44, 24, 104, 20, 28, 10
SWEEPS = 6
STYLE = """\
text { font: 13px ui-monospace, monospace; text-anchor: middle; fill: #1f2328; }
.version { fill: #57606a; font-size: 12px; }
rect { fill: #f6f8fa; stroke: #8c959f; rx: 6px; }
path { fill: none; stroke: #8c959f; stroke-width: 1.4px; marker-end: url(#tip); }
path.unmet { stroke: #cf222e; stroke-dasharray: 5 4; }
marker path { fill: #8c959f; stroke: none; marker-end: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .version { fill: #9198a1; } rect { fill: #161b22; stroke: #656c76; } path { stroke: #656c76; }
}
"""
MARKER = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path d="M0 0 L8 4 L0 8 z"/></marker></defs>'
)

# A place in a row: a module's name, or a lane in which an arrow passes the row's boxes.
Place = str
Point = tuple[float, float]


def as_svg(graph: Graph) -> str:
    """Return the picture; hovering over an arrow shows the bounds."""
    lanes = _lanes(graph)
    rows = _rows(graph, lanes)
    widths = defaultdict[Place, float](lambda: LANE, {key: _width(each) for key, each in graph.modules.items()})
    width = max(sum(widths[place] + GAP for place in row) - GAP for row in rows)
    points = _points(rows, widths, width)
    size = (f"{width + 2 * MARGIN:.0f}", f"{(len(rows) - 1) * ROW + HEIGHT + 2 * MARGIN}")
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {" ".join(size)}" width="{size[0]}" height="{size[1]}"'
    )
    arrows = (_arrow(graph, key, need, [points[place] for place in lane]) for (key, need), lane in lanes.items())
    boxes = (_box(module, points[key], widths[key]) for key, module in graph.modules.items())
    lines = [f'{head} role="img" aria-label="Who needs whom">', f"<style>\n{STYLE}</style>", MARKER]
    return "\n".join([*lines, *arrows, *boxes, "</svg>\n"])


def _width(module: Module) -> float:
    return max(len(module.name), len(module.version or "dynamic")) * LETTER + PADDING


def _ranks(graph: Graph) -> dict[str, int]:
    """Return each module's row, from the lowest: above all it needs, and who needs nobody just below who needs it."""
    ranks: dict[str, int] = {key: rank for key, rank in graph.ranks().items()}  # noqa: C416 - a wider type
    users = graph.inverted().needs
    leaves = [key for key in graph.modules if users[key] and not graph.needs[key]]
    return ranks | {key: min(ranks[user.key] for user in users[key]) - 1 for key in leaves}


def _lanes(graph: Graph) -> dict[tuple[str, Need], list[Place]]:
    """Return for each arrow the places it passes, one a row, both ends included."""
    ranks = _ranks(graph)
    return {
        (key, need): [
            key,
            *(f"{key} {need.key} {rank}" for rank in range(ranks[key] - 1, ranks[need.key], -1)),
            need.key,
        ]
        for key in graph.modules
        for need in graph.needs[key]
    }


def _rows(graph: Graph, lanes: Mapping[tuple[str, Need], Sequence[Place]]) -> list[list[Place]]:
    """Return what stands in each row from the top, each near what it is joined to."""
    ranks = _ranks(graph)
    for (key, _), lane in lanes.items():
        ranks |= {place: ranks[key] - number for number, place in enumerate(lane)}
    above, below = defaultdict[Place, list[Place]](list), defaultdict[Place, list[Place]](list)
    for lane in lanes.values():
        for upper, lower in pairwise(lane):
            above[lower].append(upper)
            below[upper].append(lower)
    rows = [sorted(place for place in ranks if ranks[place] == rank) for rank in range(max(ranks.values()), -1, -1)]
    for _ in range(SWEEPS):
        _sort(rows[::-1], below)
        _sort(rows, above)
    return rows


def _sort(rows: Sequence[list[Place]], joined: Mapping[Place, Sequence[Place]]) -> None:
    """Sort each row by the middle of what its places are joined to in the row before."""
    at: dict[Place, float] = {}
    for row in rows:
        middles = {}
        for number, place in enumerate(row):
            near = [at[other] for other in joined[place] if other in at]
            middles[place] = sum(near) / len(near) if near else (number + 0.5) / len(row)
        row.sort(key=middles.__getitem__)
        at |= {place: (number + 0.5) / len(row) for number, place in enumerate(row)}


def _points(rows: Sequence[Sequence[Place]], widths: Mapping[Place, float], width: float) -> dict[Place, Point]:
    """Return the middle of each place's upper edge; each row is spread over the whole width."""
    points = {}
    for number, row in enumerate(rows):
        spare = (width - sum(widths[place] for place in row)) / (len(row) + 1)
        left = MARGIN + spare
        for place in row:
            points[place] = (left + widths[place] / 2, float(MARGIN + number * ROW))
            left += widths[place] + spare
    return points


def _arrow(graph: Graph, key: str, need: Need, points: Sequence[Point]) -> str:
    said = f"{key} needs {graph.modules[need.key].name} {need.bounds}".strip()
    kind = "" if need.is_met else ' class="unmet"'
    return f"<path{kind} d={quoteattr(''.join(_line(points)))}><title>{escape(said)}</title></path>"


def _line(points: Sequence[Point]) -> Iterator[str]:
    """Yield curves from row to row, and straight lines past a row's boxes."""
    yield f"M{points[0][0]:.1f} {points[0][1] + HEIGHT:.1f}"
    for (x1, y1), (x2, y2) in pairwise(points):
        start, middle = y1 + HEIGHT, (y1 + HEIGHT + y2) / 2
        yield f" L{x1:.1f} {start:.1f} C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}"


def _box(module: Module, point: Point, width: float) -> str:
    x, y = point
    return (
        f'<g><rect x="{x - width / 2:.1f}" y="{y:.1f}" width="{width:.1f}" height="{HEIGHT}"/>'
        f'<text x="{x:.1f}" y="{y + 19:.1f}">{escape(module.name)}</text>'
        f'<text class="version" x="{x:.1f}" y="{y + 35:.1f}">{escape(module.version or "dynamic")}</text></g>'
    )
