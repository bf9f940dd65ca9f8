"""Counts as a table with bars. Pure: counts in, something to print out."""

from collections.abc import Mapping

from rich.bar import Bar
from rich.table import Table


def as_table(counts: Mapping[str, int], width: int = 40) -> Table:
    """Return a table for a terminal; the longest bar is the page that is read most."""
    table = Table(title="Pages", title_justify="left", box=None, header_style="dim", pad_edge=False)
    table.add_column("Page")
    table.add_column("Read", justify="right")
    table.add_column("", min_width=10, max_width=width)
    longest = max(counts.values(), default=1)
    for url, count in counts.items():
        table.add_row(url, f"{count:,}", Bar(longest, 0, count, width=width, color="blue"))
    return table


def as_lines(counts: Mapping[str, int]) -> str:
    """Return a line for each page, for other programs: the count, a tab and the page."""
    return "".join(f"{count}\t{url}\n" for url, count in counts.items())
