"""What the history looks like on a page. Pure: rows in, HTML out."""

from collections.abc import Sequence
from html import escape

STYLE = """
.audit td:nth-child(2), .audit td:nth-child(3) { text-align: right; font-variant-numeric: tabular-nums; }
.audit th:nth-child(2), .audit th:nth-child(3) { text-align: right; }
.audit summary { cursor: pointer; }
.audit time { white-space: nowrap; }
@media (max-width: 30rem) {
  .audit table { font-size: .85rem; }
  /* The day above the hour: what is broken on a narrow page is no number. */
  .audit time { display: inline-block; width: 11ch; white-space: normal; }
}
.audit td:nth-child(2), .audit td:nth-child(3) { overflow-wrap: anywhere; }
"""


# A longer sum is opened by whoever wants to see all of it.
SHOWN = 24


def component(rows: Sequence[dict[str, str]]) -> dict[str, str]:
    """Return the fragment."""
    body = "".join(map(line, rows))
    head = "<tr><th>When</th><th>Sum</th><th>Result</th></tr>"
    table = f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"
    html = table if rows else '<p class="nothing">No sum yet.</p>'
    return {"title": "History", "html": f'<div class="audit">{html}</div>', "style": STYLE}


def line(row: dict[str, str]) -> str:
    """Return a row of the table."""
    when, calc, result = escape(row["ts"]), number(row["calc"]), number(row["result"])
    shown = when.replace("T", " ").removesuffix("+00:00")
    return f'<tr><td><time datetime="{when}">{shown}</time></td><td>{calc}</td><td>{result}</td></tr>'


def number(text: str) -> str:
    """Return a number or a sum; of a long one its beginning, which opens without any script."""
    if len(text) <= SHOWN:
        return escape(text)
    return f"<details><summary>{escape(text[:SHOWN])}…</summary>{escape(text)}</details>"
