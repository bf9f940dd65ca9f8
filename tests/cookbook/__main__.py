"""Follow the cookbook: `python -m tests.cookbook [--write] [PAGE…]`; with --write outputs are written anew."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from tests.cookbook.engines import NoEngine
from tests.cookbook.following import Left, Mismatch, renew
from tests.cookbook.homes import FIRST, Homes, pages
from tests.surroundings import clean_environment


@click.command()
@click.option("--write", is_flag=True, help="Write what was seen into the pages.")
@click.argument("names", metavar="[PAGE]…", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(*, write: bool, names: tuple[Path, ...]) -> None:
    """Follow pages of the cookbook, all by default, each in an empty home, and compare what they show."""
    chosen = [name.resolve() for name in names] or pages()
    with tempfile.TemporaryDirectory(prefix="cookbook-") as folder:
        homes = Homes(Path(folder), clean_environment(Path(folder)))
        wrong = _tell(FIRST, homes.follow_first, write=write)
        for page in chosen:
            if page != FIRST:
                wrong += _tell(page, partial(homes.follow, page), write=write)
    sys.exit(1 if wrong and not write else 0)


def _tell(page: Path, follow: Callable[[], list[Mismatch | Left]], *, write: bool) -> int:
    start = time.monotonic()
    try:
        found = follow()
    except NoEngine as reason:
        click.echo(f"{page.stem}: skipped, {reason}")
        return 0
    click.echo(f"{page.stem}: {len(found) or 'nothing'} otherwise than shown, {time.monotonic() - start:.0f} s")
    for one in found:
        click.echo(str(one))
    if write and found:
        page.write_text(renew(page.read_text(encoding="utf-8"), found), encoding="utf-8")
    return len(found)


if __name__ == "__main__":
    main()
