"""What the most read pages look like on a page. Pure: counts in, HTML out."""

from collections.abc import Mapping
from html import escape

MOST = 10
STYLE = """
.events td:last-child { text-align: right; font-variant-numeric: tabular-nums; width: 4rem; }
.events meter { width: 100%; height: 1rem; }
.events td:nth-child(2) { width: 55%; }
"""


def component(counts: Mapping[str, int]) -> dict[str, str]:
    """Return the fragment: a line for each page, with a bar as long as it was read often."""
    longest = max(counts.values(), default=1)
    rows = "".join(line(url, count, longest) for url, count in list(counts.items())[:MOST])
    html = f"<table><tbody>{rows}</tbody></table>" if rows else '<p class="nothing">No page was read yet.</p>'
    return {"title": "Pages", "html": f'<div class="events">{html}</div>', "style": STYLE}


def line(url: str, count: int, longest: int) -> str:
    """Return a row of the table."""
    shown = escape(url)
    bar = f'<meter min="0" max="{longest}" value="{count}" aria-label="{shown}">{count}</meter>'
    return f"<tr><td>{shown}</td><td>{bar}</td><td>{count}</td></tr>"
