"""The marks as a page in Markdown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tests.bench.tables import table
from tests.scorecard.scorers import Mark

Marks = Mapping[str, Mapping[str, Mark]]

INTRODUCTION = """\
# What a made module is worth

Each row is a module that the template makes, each column a judge that is not ours, at its strictest. `nox -s scorecard`
makes the modules, asks the judges and fails below full marks. This command makes this page, and fetches the templates
that are compared:

```console
$ {command}
```

- **sp-repo-review**: the Scientific Python guide's checks; one that is skipped counts as failed.
- **pyroma**, **validate-pyproject**, **twine** (`check --strict`): metadata; **wheel contents**: check-wheel-contents.
- **zizmor** (persona auditor, offline), **actionlint**: the workflows.
- **reuse**: each file says whose it is and under which license.
- **supply chain**: SECURITY.md, actions pinned by commit, updates with a cooldown, tools locked with hashes; under
  whatever name, so that Renovate's or uv's cooldown and uv.lock count.
- **reproducible**: sdist and wheel are bit-identical when built elsewhere, with another umask, time zone and day.
- **standards**: license expression, import names and a bill of materials in the wheel, dependency groups.
- **own sessions**: lint (ruff, all rules), typecheck (mypy, strict), pyright (strict), tests, docs, build.
"""


def as_markdown(command: str, ours: Marks, peers: Marks, missing: Iterable[str]) -> str:
    """Return the whole page."""
    return "\n".join([INTRODUCTION.format(command=command), *_parts(ours, peers, missing)])


def marks_table(marks: Marks) -> str:
    """Return who got which marks."""
    judges = list(dict.fromkeys(judge for row in marks.values() for judge in row))
    return table(("", *judges), [(title, *(str(row[judge]) for judge in judges)) for title, row in marks.items()])


def shortcomings(marks: Marks) -> list[str]:
    """Return what keeps a row from full marks, a sentence each."""
    return [
        f"{title}, {judge}: {'; '.join(mark.findings) or str(mark)}"
        for title, row in marks.items()
        for judge, mark in row.items()
        if not mark.is_full
    ]


def unjudged(marks: Marks) -> list[str]:
    """Return which judges could not be asked, and why."""
    return sorted({f"{judge}: {mark.missing}" for row in marks.values() for judge, mark in row.items() if mark.missing})


def _parts(ours: Marks, peers: Marks, missing: Iterable[str]) -> Iterator[str]:
    yield "## Ours\n"
    yield marks_table(ours)
    if peers:
        yield "## Others, by their own defaults\n"
        yield "Each with its version, or the commit of the template. Name, author and description were answered.\n"
        yield marks_table(peers)
        yield "What they lose marks for:\n"
        yield "\n".join(f"- {sentence}" for sentence in shortcomings(peers)) + "\n"
    reasons = [*unjudged(ours), *missing]
    if reasons:
        yield "## What is missing\n"
        yield "\n".join(f"- {reason}" for reason in reasons) + "\n"
