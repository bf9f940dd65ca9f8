"""The page about guards: what each promises, how to see it refuse, and which other tools check the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from modpress.guards.shape import Guard, SetGuard
from modpress.guards.shown import FIELD, HOOK, LINES, UNDER
from modpress.guards.table import every_guard

__all__ = ["PEERS", "PEERS_DO", "page"]

PEERS = ("cargo", "np", "changesets", "twine", "uv", "poetry", "hatch", "maturin")
HEAD = f"""# Guards

What `modpress publish` asks before the first byte goes up. All guards are asked, all faults are told at once, and a
table at the end says of each how it ended and how long it took. What a guard has nothing to look at for, such as git
where there is none, it says it skipped.

```console
$ nox -s publish -- --dry-run                          # all of it, the index's too; nothing is sent
$ nox -s publish -- --waive branch --waive changelog   # without two of them
$ modpress guards                                      # the list
```

A module may say in its pyproject.toml what holds for it every time:

```toml
[tool.modpress]
waive = ["reproducible"]                 # guards that this module does without
indexes = ["https://packages.example.com/simple/"]   # the only indexes that it may go to
generated = ["src/acme/_version.py"]     # packed files that a build makes, and git does not know
max-megabytes = 200                      # for a file; 100 without it
```

This page is made by `modpress guards --markdown > docs/guards.md`.

## To see them refuse

Each guard below has a line to type in a folder of its own for a fresh module, in bash, before a rehearsal; the index,
`nox -s index`, serves meanwhile. A test types them all.

```console
$ nox -s new -- --no-input project_name=my-module && cd ../my-module
$ {FIELD}
$ {UNDER}
$ {HOOK}
$ echo >> README.md            # the line of a guard: here of `clean`
$ nox -s publish -- --dry-run  # for bounds and cycles: nox -s publish -- --dry-run ../other
```
"""
PEER_HEAD = """
## Who else checks it

"yes": before anything is sent. "warns": says so and goes on. "apart": a step of its own, which uploading does not ask
for. "index": found out by the index, when other files may be there already. "part": see the note. Measured with cargo
1.95, twine 7.0, uv 0.13, poetry 2.5, hatch 1.18 and maturin 1.16; np 11.2 read as source; changesets from its
documentation.
"""
NOTES = """
Notes: cargo's check of a license is a warning about missing metadata; its check of the right is of the credential
alone, as it shows when a file is refused; `--locked` has to be asked for. np lists new files that are not ignored, and
asks. uv compares bytes with `--check-url`, which has to be given. What twine checks of metadata is `twine check`.
"""
NO, YES = "-", "yes"


def _peers(**does: str) -> tuple[str, ...]:
    return tuple(does.get(peer, NO) for peer in PEERS)


def _all(word: str) -> tuple[str, ...]:
    return (word,) * len(PEERS)


PEERS_DO = {
    "clean": _peers(cargo=YES, np=YES),
    "branch": _peers(np=YES),
    "behind": _peers(np=YES),
    "changelog": _peers(changesets=YES),
    "lock": _peers(cargo="part", np=YES),
    "own-files": _peers(cargo=YES, np=YES, changesets=YES, poetry=YES),
    "names": _all(NO),
    "metadata": _peers(cargo="warns", twine="apart"),
    "record": _all(NO),
    "contents": _peers(np="warns"),
    "license": _peers(cargo="warns"),
    "untracked": _peers(np="warns"),
    "secrets": _all(NO),
    "size": _all("index"),
    "reproducible": _all(NO),
    "resolvable": _peers(cargo=YES, np=YES),
    "importable": _peers(cargo=YES, np="part"),
    "declared": _peers(cargo=YES),
    "tests": _peers(np=YES),
    "bounds": _peers(cargo=YES, changesets=YES),
    "api": _all(NO),
    "reachable": _peers(cargo=YES, np=YES),
    "allowed-index": _peers(cargo=YES, np=YES, changesets=YES),
    "right": _peers(cargo="part", np=YES),
    "free": _peers(
        cargo=YES, np=YES, changesets=YES, twine="index", uv="part", poetry="index", hatch="index", maturin="index"
    ),
    "newer": _peers(np=YES, changesets=YES),
    "cycles": _peers(cargo=YES, changesets=YES),
}


def page() -> str:
    """Return the page, as Markdown."""
    return "\n".join([HEAD, *_families(), PEER_HEAD, *_comparison(), NOTES])


def _families() -> Iterator[str]:
    families = dict.fromkeys(guard.family for guard in every_guard())
    for family in families:
        yield f"## Of the {'API' if family == 'api' else family}\n"
        guards = [guard for guard in every_guard() if guard.family == family]
        yield from _as_table(
            ("guard", "promises", "to see it refuse", "can be waived"), (_cells(guard) for guard in guards)
        )
        yield ""


def _cells(guard: Guard | SetGuard) -> tuple[str, ...]:
    waived = f"`--waive {guard.name}`" if guard.is_waivable else "no"
    return f"`{guard.name}`", guard.says, f"`{LINES[guard.name]}`", waived


def _comparison() -> Iterator[str]:
    rows = ((f"`{guard.name}`", YES, *PEERS_DO[guard.name]) for guard in every_guard())
    yield from _as_table(("guard", "modpress", *PEERS), rows)


def _as_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in (head, [":--"] * len(head), *rows):
        yield f"| {' | '.join(row)} |"
