"""The command `python -m tests.bench NAME`, which `nox -s bench -- NAME` runs."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from pathlib import Path

import click
from click.core import ParameterSource

from tests.bench import index as index_bench
from tests.bench import publish as publish_bench
from tests.bench import services as services_bench
from tests.bench import template as template_bench
from tests.bench.load import LoadFailed
from tests.bench.machine import ToolMissing
from tests.bench.measure import CommandFailed
from tests.bench.peers_filled import PEERS
from tests.bench.shelf import MB, every_release, is_filling
from tests.bench.tables import demands_table

NAMES = tuple(peer.name for peer in PEERS)
# What `--quick` puts in the place of each default.
QUICK = {"sizes": "100,1000", "seconds": 1, "rounds": 2, "peers": "ours,nginx,pypiserver", "large": 100}
FOLDER = click.Path(file_okay=False, path_type=Path)


class Numbers(click.ParamType[tuple[int, ...]]):
    """Sizes of an index, parted by commas."""

    name = "sizes"
    least = sum(not is_filling(release) for release in every_release(1000))

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return the sizes, smallest first."""
        texts = str(value).split(",")
        if not all(text.isdecimal() and int(text) >= self.least for text in texts):
            self.fail(f"{value!r}: whole numbers from {self.least} on, parted by commas", param, ctx)
        return tuple(sorted({int(text) for text in texts}))


class Counts(click.ParamType[tuple[int, ...]]):
    """Numbers of modules, parted by commas."""

    name = "counts"
    most = len(publish_bench.GRAPH)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return the numbers."""
        texts = str(value).split(",")
        if not all(text.isdecimal() and 1 <= int(text) <= self.most for text in texts):
            self.fail(f"{value!r}: whole numbers from 1 to {self.most}, parted by commas", param, ctx)
        return tuple(map(int, texts))


class Names(click.ParamType[tuple[str, ...]]):
    """Names of peers, parted by commas."""

    name = "peers"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the names; ours is always among them."""
        names = tuple(str(value).split(","))
        if unknown := sorted(set(names) - set(NAMES)):
            self.fail(f"{', '.join(unknown)}: known are {', '.join(NAMES)}", param, ctx)
        return ("ours", *names)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Measure Modpress against peers, in one run, as ratios."""
    # Whoever ends us by a signal wants the servers ended too, as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@main.command()
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True, help="How often each is measured.")
@click.option("--modules", type=Counts(), default="1,12", show_default=True, help="How many are published at once.")
@click.option("--output", type=FOLDER, help="Write publishing_speed.md into this folder.")
def publish(modules: tuple[int, ...], rounds: int, output: Path | None) -> None:
    """Publish with all guards, and with peers that have none; exit code 1 when a demand is missed."""
    try:
        found = publish_bench.compare(os.environ, modules, rounds, lambda sentence: click.echo(sentence, err=True))
    except CommandFailed as fault:
        raise click.ClickException(f"{fault}") from None
    if output is not None:
        publish_bench.write(found, output)
    click.echo(found.as_markdown())
    sys.exit(1 if found.misses else 0)


@main.command()
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True, help="How often each is measured.")
def template(rounds: int) -> None:
    """Make a module and run its nox, beside `uv init` and `uv run`; exit code 1 above the limit."""
    try:
        report = template_bench.compare(os.environ, rounds)
    except CommandFailed as fault:
        raise click.ClickException(f"{fault}") from None
    click.echo(report.text())
    sys.exit(0 if report.is_within_limit else 1)


@main.command()
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True, help="How often each is measured.")
@click.option("--seconds", type=click.IntRange(min=1), default=3, show_default=True, help="How long a round lasts.")
@click.option("--messages", type=click.IntRange(min=1), default=2000, show_default=True, help="How many are queued.")
@click.option("--output", type=FOLDER, help="Write services_speed.md into this folder.")
def services(rounds: int, seconds: int, messages: int, output: Path | None) -> None:
    """Ask the example adder beside bare Starlette, and queue beside the bare store; exit code 1 below the demand."""
    try:
        found = services_bench.compare(
            os.environ, rounds, seconds, messages, lambda sentence: click.echo(sentence, err=True)
        )
    except (CommandFailed, LoadFailed) as fault:
        raise click.ClickException(f"{fault}") from None
    if output is not None:
        (output / "services_speed.md").write_text(found.as_markdown(), encoding="utf-8")
    click.echo(found.as_markdown())
    sys.exit(0 if found.ratio >= services_bench.LEAST else 1)


@main.command()
@click.option("--sizes", type=Numbers(), default="100,1000,10000,100000", show_default=True, help="How many files.")
@click.option("--seconds", type=click.IntRange(min=1), default=3, show_default=True, help="How long a round lasts.")
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True, help="How often each is asked.")
@click.option("--peers", type=Names(), default=",".join(NAMES), show_default=True, help="Who is measured beside ours.")
@click.option("--large", type=click.IntRange(min=1), default=1000, show_default=True, help="The large upload, in MB.")
@click.option("--quick", is_flag=True, help="Fewer and smaller defaults: less than two minutes, to try it.")
@click.option("--output", type=FOLDER, help="Write benchmarks.md, .svg and .json into this folder.")
@click.pass_context
def index(context: click.Context, /, *, output: Path | None, **_: object) -> None:
    """Ask our index and its peers for pages and files, and publish to them; exit code 1 when a demand is missed."""
    plan = _plan(context)
    try:
        figures = index_bench.compare(plan, os.environ, lambda sentence: click.echo(sentence, err=True))
    except ToolMissing as fault:
        raise click.ClickException(f"{fault}") from None
    if output is not None:
        index_bench.write(figures, output)
    click.echo(demands_table(figures))
    sys.exit(0 if index_bench.keeps_all(figures) else 1)


def _plan(context: click.Context) -> index_bench.Plan:
    values = dict(context.params)
    if values["quick"]:
        values |= {name: _quick(context, name) for name in QUICK}
    return index_bench.Plan(
        sizes=values["sizes"],
        seconds=values["seconds"],
        rounds=values["rounds"],
        peers=values["peers"],
        large=values["large"] * MB,
        command=shlex.join(["nox", "-s", "bench", "--", *sys.argv[1:]]),
    )


def _quick(context: click.Context, name: str) -> object:
    # What was asked for goes before what is quick.
    if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
        return context.params[name]
    [option] = [one for one in context.command.params if one.name == name]
    return option.type_cast_value(context, QUICK[name])


if __name__ == "__main__":
    main(prog_name="python -m tests.bench")
