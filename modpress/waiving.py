"""The options that have to do with guards, and the command that lists them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

import click

__all__ = ["GuardName", "PublishCommand", "guards", "waive_option"]

Command = TypeVar("Command", bound=Callable[..., Any])
WIDTH = 100


class GuardName(click.ParamType[str]):
    """The name of a guard that can be waived. The guards are loaded when there is a name to look up, not before."""

    name = "guard"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, or propose the nearest."""
        from modpress.guards.table import every_guard, waivable_names  # noqa: PLC0415

        if value not in waivable_names():
            self.fail(_refusal(value, waivable_names(), {guard.name for guard in every_guard()}), param, ctx)
        return value


class PublishCommand(click.Command):
    """A command whose help ends with the list of guards."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, and then the guards."""
        from modpress.guards.table import every_guard  # noqa: PLC0415

        super().format_epilog(ctx, formatter)
        with formatter.section("Guards, asked before anything goes up (those with a * can't be waived)"):
            formatter.write_dl(
                [(f"{guard.name}{'' if guard.is_waivable else ' *'}", guard.says) for guard in every_guard()]
            )


def _refusal(value: str, waivable: Sequence[str], known: Collection[str]) -> str:
    if value in known:
        return f"the guard {value!r} can't be waived: what it looks at can't be mended afterwards"
    near = get_close_matches(value, waivable, n=1)
    proposal = f"did you mean {near[0]}?" if near else f"they are {', '.join(waivable)}"
    return f"there is no guard {value!r}; {proposal}"


def waive_option(command: Command) -> Command:
    """Give a command the option that waives guards."""
    option = click.option(
        "--waive",
        "waived",
        metavar="GUARD",
        multiple=True,
        type=GuardName(),
        help="Do without this guard; may be said again for more. Its name is in the list below.",
    )
    return option(command)


@click.command()
@click.option("--markdown", is_flag=True, help="As a page, with what other tools check.")
def guards(*, markdown: bool) -> None:
    """List the guards that `modpress publish` asks before anything goes up."""
    from modpress.guards.document import page  # noqa: PLC0415
    from modpress.guards.table import every_guard  # noqa: PLC0415

    if markdown:
        click.echo(page(), nl=False)
        return
    formatter = click.HelpFormatter(max_width=WIDTH)
    formatter.write_dl([(guard.name, guard.says) for guard in every_guard()])
    click.echo(formatter.getvalue(), nl=False)
