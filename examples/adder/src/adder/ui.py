"""What the adder looks like on a page: a form, and what came of it. Pure: values in, HTML out."""

from html import escape
from typing import Any

STYLE = """
.adder form { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; }
.adder label { display: grid; gap: .25rem; }
.adder input { width: 9rem; }
.adder output { display: block; margin-top: 1rem; font-size: 1.6rem; font-variant-numeric: tabular-nums; }
"""


def component(message: dict[str, Any]) -> dict[str, str]:
    """Return the fragment; the message may hold what was typed, and the result or what is wrong with it."""
    first, second = (escape(str(message.get(name, ""))) for name in ("first", "second"))
    html = f"""<div class="adder">
<form method="post" action="/add/calculate">
<label>First <input name="first" value="{first}" inputmode="decimal" autocomplete="off" required></label>
<label>Second <input name="second" value="{second}" inputmode="decimal" autocomplete="off" required></label>
<button>Add</button>
</form>
{outcome(message)}</div>"""
    return {"title": "Add two numbers", "html": html, "style": STYLE}


def outcome(message: dict[str, Any]) -> str:
    """Return the line under the form: the result, what is wrong, or nothing yet."""
    if "problem" in message:
        return f'<p class="problem" role="alert">{escape(str(message["problem"]))}</p>'
    if "result" in message:
        return f"<output>result = {escape(str(message['result']))}</output>"
    return ""
