"""Publish modules: begin to build, and only then load all that asks the index; that takes as long as a small build."""

import tempfile
from pathlib import Path

from modpress.making import Making
from modpress.order import Order
from modpress.report import Report
from modpress.selection import find_modules, in_order
from modpress.together import surely_needed

__all__ = ["publish_modules"]


def publish_modules(order: Order, report: Report) -> None:
    """Publish what was ordered and has changed. No byte goes up before all is built, checked and found to be new."""
    modules = in_order(find_modules(order.paths))
    with (
        tempfile.TemporaryDirectory(prefix="modpress-") as folder,
        Making(Path(folder), waived=order.waived) as making,
    ):
        making.begin(surely_needed(modules))
        from modpress.publication import publish  # noqa: PLC0415 - it loads while others build

        publish(modules, making, order, report)
