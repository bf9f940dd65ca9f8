"""The command `python -m tests.scorecard`, which `nox -s scorecard` runs."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from tests.scorecard.modules import KINDS, LICENSES, PEERS, Module, NotMade, Tools, make, make_peer
from tests.scorecard.scorers import EVERY, Mark
from tests.scorecard.table import as_markdown, marks_table, shortcomings, unjudged
from tests.surroundings import clean_environment

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="This kind only; again for more.")
@click.option("--license", "licenses", type=click.Choice(LICENSES), multiple=True, help="This license only.")
@click.option("--peers", is_flag=True, help="Score what other templates make too; fetches them.")
@click.option("--output", type=FILE, help="Write the page there, as docs/templates.md is.")
def main(kinds: tuple[str, ...], licenses: tuple[str, ...], output: Path | None, *, peers: bool) -> None:
    """Score a made module of each kind and license; exit code 1 below full marks."""
    with tempfile.TemporaryDirectory(prefix="modpress-scorecard-") as name:
        folder = Path(name)
        tools = Tools(clean_environment(folder / "home") | caches(os.environ))
        ours = scored(tools, our_modules(tools, folder / "ours", kinds or KINDS, licenses or LICENSES))
        theirs, missing = others(tools, folder / "peers") if peers else ([], [])
        marks_of_peers = scored(tools, theirs)
    if output is not None:
        command = shlex.join(["nox", "-s", "scorecard", "--", *sys.argv[1:]])
        output.write_text(as_markdown(command, ours, marks_of_peers, missing), encoding="utf-8")
    click.echo(marks_table({**ours, **marks_of_peers}))
    click.echo("\n".join([*(f"Not judged: {reason}" for reason in [*unjudged(ours), *missing]), *shortcomings(ours)]))
    sys.exit(1 if shortcomings(ours) else 0)


def caches(outer: Mapping[str, str]) -> dict[str, str]:
    """Return where tools keep what they have fetched once; nothing there steers them."""
    home = Path(outer.get("HOME", "~")).expanduser()
    cache = outer.get("XDG_CACHE_HOME", str(home / ".cache"))
    return {"XDG_CACHE_HOME": cache, "npm_config_cache": outer.get("npm_config_cache", str(home / ".npm"))}


def our_modules(tools: Tools, folder: Path, kinds: tuple[str, ...], licenses: tuple[str, ...]) -> list[Module]:
    """Make a module of each kind and license."""
    return [make(tools, folder, kind, license_) for kind in kinds for license_ in licenses]


def others(tools: Tools, folder: Path) -> tuple[list[Module], list[str]]:
    """Make what the peers make; tell which could not be had."""
    made, missing = [], []
    for number, peer in enumerate(PEERS):
        try:
            made.append(make_peer(tools, folder / str(number), peer))
        except NotMade as fault:
            missing.append(f"{fault}")
    return made, missing


def scored(tools: Tools, modules: list[Module]) -> Mapping[str, Mapping[str, Mark]]:
    """Ask every judge about every module, and say so as it goes: it takes minutes."""
    return {module.title: row(tools, module) for module in modules}


def row(tools: Tools, module: Module) -> Mapping[str, Mark]:
    """Ask every judge about one module."""
    click.echo(f"{module.title} …", err=True)
    return {name: judge(module, tools) for name, judge in EVERY.items()}


if __name__ == "__main__":
    main(prog_name="python -m tests.scorecard")
