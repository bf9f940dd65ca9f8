"""What the pages say: messages to services, and what came back. It knows no address and no HTTP."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from servicekit import MuError, RemoteError

LOG = logging.getLogger(__name__)
# A page is not kept waiting for what is only beside the point.
ASIDE = 1.0

Dispatch = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Fragment:
    """A part of a page, as its service made it."""

    title: str
    html: str
    style: str = ""
    is_down: bool = False


@dataclass(frozen=True)
class Page:
    """A page, and how it went: 200, 422 for what the reader can mend, 503 for a service that is down."""

    title: str
    fragments: list[Fragment] = field(default_factory=list[Fragment])
    status: int = 200


@dataclass(frozen=True)
class Site:
    """The pages, made of what services answer."""

    dispatch: Dispatch

    async def home(self) -> Page:
        """Return everything; what does not answer is a card that says so."""
        roles = ("adder", "audit", "report")
        return Page("Our services", list(await asyncio.gather(*map(self._fragment, roles))))

    async def form(self) -> Page:
        """Return the form of the adder."""
        return page("Add", await self._fragment("adder"))

    async def history(self) -> Page:
        """Return the history of sums."""
        return page("Audit", await self._fragment("audit"))

    async def calculate(self, first: str, second: str) -> Page:
        """Return the form with the sum, or with what is wrong with a number."""
        typed = {"first": first, "second": second}
        try:
            result = await self.dispatch({"role": "adder", "cmd": "add", **typed})
        except RemoteError as error:
            if not error.is_refusal:
                return page("Add", down("adder", error))
            wrong = await self._fragment("adder", problem=str(error), **typed)
            return Page("Add", [wrong], status=503 if wrong.is_down else 422)
        except MuError as error:
            return page("Add", down("adder", error))
        made, _ = await asyncio.gather(
            self._fragment("adder", result=result, **typed), self._keep(f"{first}+{second}", result)
        )
        # The sum is there, and the reader gets it, whether or not the form can be drawn again.
        return page("Add", plain(result) if made.is_down else made)

    async def visited(self, url: str) -> None:
        """Tell of a page that is read; the page is there even if that cannot be told."""
        await self._aside({"role": "events", "cmd": "record", "type": "page", "url": url})

    async def _keep(self, calc: str, result: str) -> None:
        await self._aside({"role": "audit", "cmd": "append", "calc": calc, "calcResult": result})

    async def _aside(self, message: dict[str, Any]) -> None:
        try:
            await self.dispatch(message, within=ASIDE)
        except MuError as error:
            LOG.warning("%s", error)

    async def _fragment(self, role: str, **values: str) -> Fragment:
        try:
            made = await self.dispatch({"role": role, "cmd": "component", **values}, within=2 * ASIDE)
            return Fragment(made["title"], made["html"], made["style"])
        except MuError as error:
            return down(role, error)


def page(title: str, fragment: Fragment) -> Page:
    """Return a page that has one thing to show."""
    return Page(title, [fragment], status=503 if fragment.is_down else 200)


def down(role: str, error: MuError) -> Fragment:
    """Return what stands where a service has nothing to show; why is for the log."""
    LOG.warning("%s", error)
    html = '<p class="problem" role="alert">This service does not answer. Please try again in a moment.</p>'
    return Fragment(f"The {role} service is down", html, is_down=True)


def plain(result: str) -> Fragment:
    """Return a sum without the form it was asked in; a sum is made of digits, and safe in HTML."""
    return Fragment("Add two numbers", f"<p><output>result = {result}</output></p>")
