"""A group of commands in which a fault ends as one sentence."""

from __future__ import annotations

from typing import Any

import click

from private_index.errors import IndexFault


class FaultGroup(click.Group):
    """A group of commands in which a fault ends as one sentence and exit code 1, never as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command."""
        try:
            return super().invoke(ctx)
        except IndexFault as fault:
            raise click.ClickException(fault.sentence) from None
