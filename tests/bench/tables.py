"""A run's figures as a page in Markdown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tests.bench.demands import verdicts
from tests.bench.figures import BOTH_ENDS, Figures
from tests.bench.load import LARGE_FILE_CONNECTIONS, LOADS
from tests.bench.site import CONNECTIONS

MISSING = "-"
INTRODUCTION = """\
# Benchmarks

Our index beside others, all measured in one run on one machine: read the ratios, not the numbers.

- Every server has one worker process. wrk has one thread and {connections} connections that stay open
  ({large_connections} for the file of 20 MB).
- nginx gives out the very bytes of our pages and files, and neither packs them.
- A load is put to one server after the other, and that {rounds} times, for {seconds:g} s each, before the next load.
  A number is the median of these rounds.
- A ratio is ours divided by that peer's in the same round, and of these the median: above 1 we answer more.
- Slow clients are 200 uploads that are begun right before each round and then send a byte now and then.

This page and its picture are made by:

```console
$ {command}
```

{machine}

![Project pages, files, start-up and memory over the size of the index](benchmarks.svg)
"""


def as_markdown(figures: Figures) -> str:
    """Return the whole page."""
    parts = [
        _introduction(figures),
        "## What is demanded\n",
        demands_table(figures),
        *_readings(figures),
        *_by_size(figures),
        *_missing(figures),
    ]
    return "\n".join(parts)


def _introduction(figures: Figures) -> str:
    return INTRODUCTION.format(
        command=figures.command,
        machine="\n".join(f"- {fact}" for fact in figures.machine),
        connections=CONNECTIONS,
        large_connections=LARGE_FILE_CONNECTIONS,
        rounds=figures.rounds,
        seconds=figures.seconds,
    )


def demands_table(figures: Figures) -> str:
    """Return the demands with what came of each."""
    rows = [(one.sentence, one.wanted, one.found, one.verdict) for one in verdicts(figures)]
    return table(("demand", "wanted", "found", "verdict"), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose columns after the first are set to the right, padded so that its source can be read."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rule = [":" + "-" * (widths[0] - 1), *("-" * (width - 1) + ":" for width in widths[1:])]
    padded = [
        [cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in [lines[0], rule, *lines[1:]]
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in padded) + "\n"


def _readings(figures: Figures) -> Iterable[str]:
    for size in reversed(figures.sizes):
        if figures.get("list", "ours", size) is None:
            continue
        for slow in (False, True):
            beside = "with 200 slow clients attached" if slow else "alone"
            yield f"## Reading at {size:,} files, {beside}\n"
            yield "Answers a second; in brackets the p99 and our ratio to it.\n"
            yield _reading_table(figures, size, slow=slow)


def _reading_table(figures: Figures, size: int, *, slow: bool) -> str:
    peers = [peer for peer in figures.peers if figures.get("page", peer, size, slow=slow) is not None]
    rows = [[load.title, *(_reading(figures, load.name, peer, size, slow=slow) for peer in peers)] for load in LOADS]
    return table(("", *(figures.peers[peer] for peer in peers)), rows)


def _reading(figures: Figures, what: str, peer: str, size: int, *, slow: bool) -> str:
    rate, p99 = figures.get(what, peer, size, slow=slow), figures.get(f"{what} p99", peer, size, slow=slow)
    if rate is None:
        return MISSING
    if p99 is None:
        return "no answer"
    ratio = figures.ratio(what, ("ours", peer), size, slow=slow)
    against = "" if peer == "ours" or ratio is None else f", {short(ratio)} of it"
    return f"{short(rate)} ({short(p99 * 1000)} ms{against})"


def short(number: float) -> str:
    """Return a number with as many digits as say something."""
    for limit, places in ((100, 0), (10, 1), (0, 2)):
        if abs(number) >= limit:
            return f"{number:,.{places}f}"
    return f"{number:.2f}"


def _megabytes(number: float) -> str:
    return f"{short(number / 1e6)} MB"


def _seconds(number: float) -> str:
    return f"{number:.2f} s"


# What is told size by size: its key, whether slow clients were attached, its heading, and how it is written.
BY_SIZE: tuple[tuple[str, bool, str, Callable[[float], str]], ...] = (
    ("page", True, "A project page, answers a second with 200 slow clients", short),
    (BOTH_ENDS, True, "A project page of two of our indexes, asked in turn, with 200 slow clients", short),
    ("file-50kB", True, "A file of 50 kB, answers a second with 200 slow clients", short),
    ("uploads", False, "Uploads of a 50 kB wheel a second, four publishers; ours flushed to disk", short),
    ("start", False, "Start-up, from the start to the first project page", _seconds),
    ("rest pss", False, "Memory after the first page (PSS)", _megabytes),
    ("rest rss", False, "Memory after the first page (RSS)", _megabytes),
    ("load pss", False, "Memory after all loads (PSS)", _megabytes),
    ("cold", False, "`uv pip install` of forty packages, empty cache", _seconds),
    ("warm", False, "`uv pip install` of forty packages, full cache", _seconds),
    ("upload adds", False, "Memory added by the large upload", _megabytes),
    ("download adds", False, "Memory added by the large download", _megabytes),
)


def _by_size(figures: Figures) -> Iterable[str]:
    for what, slow, heading, write in BY_SIZE:
        lines = {peer: figures.over_sizes(what, peer, slow=slow) for peer in figures.peers}
        sizes = [size for size in figures.sizes if any(size in numbers for numbers in lines.values())]
        rows = [
            [figures.peers[peer], *(write(numbers[size]) if size in numbers else MISSING for size in sizes)]
            for peer, numbers in lines.items()
            if numbers
        ]
        if rows:
            yield f"## {heading}\n"
            yield table(("", *(f"{size:,} files" for size in sizes)), rows)


def _missing(figures: Figures) -> Iterable[str]:
    dropped = [
        f"{title} kept only {low:.0f} of the 200 slow clients; it answered or dropped the rest at once"
        for peer, title in figures.peers.items()
        if (low := min(figures.over_sizes("attached", peer, slow=True).values(), default=None)) is not None
    ]
    if figures.missing or dropped:
        yield "## What is missing\n"
        yield "\n".join(f"- {sentence}." for sentence in [*dropped, *figures.missing]) + "\n"
