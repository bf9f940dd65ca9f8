"""The command `modpress graph`."""

from __future__ import annotations

from pathlib import Path

import click

from modpress.errors import Fault
from modpress.graph import Graph
from modpress.graph_svg import as_svg
from modpress.module import read_requirements
from modpress.options import paths_argument
from modpress.selection import find_modules, in_order

__all__ = ["graph"]


class NotWritable(Fault):
    """The picture can't be put where it was wanted."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"{path} can't be written: {error.strerror or error}")


@click.command()
@paths_argument
@click.option("--invert", is_flag=True, help="Draw who needs a module below it, rather than what it needs.")
@click.option("--svg", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Draw a picture instead.")
def graph(paths: tuple[Path, ...], svg: Path | None, *, invert: bool) -> None:
    """Draw modules, their versions, and who needs whom.

    \b
    modpress graph                       this folder's modules, as a tree
    modpress graph libs --invert         whom a change would reach
    modpress graph libs --svg libs.svg
    """  # noqa: D301 - \b is click's mark for text to leave as it is
    if svg and invert:
        raise click.UsageError("--invert turns the tree; a picture has both directions in it: leave one of the two out")
    modules = in_order(find_modules(paths or (Path(),)))
    drawn = Graph.of(modules, {module.key: read_requirements(module.folder) for module in modules})
    if svg is None:
        click.echo("\n".join((drawn.inverted() if invert else drawn).as_lines()))
        return
    try:
        svg.write_text(as_svg(drawn), encoding="utf-8")
    except OSError as error:
        raise NotWritable(svg, error) from None
    click.echo(f"Drew {len(modules)} modules in {svg}")
