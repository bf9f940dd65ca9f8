"""The site on HTTP: which address is which page, and which services its messages go to."""

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from servicekit.health import health_routes
from servicekit.mu import Mu
from servicekit.queue import Broker, open_broker
from servicekit.running import ServiceSettings, discovery, run
from servicekit.settings import Secret
from servicekit.transports.http import HttpClient
from servicekit.transports.queued import EventClient, RequestClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from webapp.drawing import Drawing
from webapp.service import Page, Site

POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self' 'nonce-{}'; form-action 'self'; base-uri 'none'"
)

Draw = Callable[[Request], Awaitable[Page]]


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What the site can be told; where its services are, discovery says."""

    queue_url: Secret = Secret("sqlite:var/queue.db")  # noqa: RUF009 - it never changes


def create_app(told: Settings) -> Starlette:
    """Return the application."""
    broker, mu = open_broker(told.queue_url.reveal()), Mu("webapp")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        async with mu:
            connect(mu, broker)
            yield
        await broker.close()

    # A page can say that a service is down; only without the queue would what was read be lost.
    health = health_routes({"queue": broker.ping})
    return Starlette(routes=[*page_routes(Site(mu.dispatch)), *health], lifespan=lifespan)


def connect(mu: Mu, broker: Broker) -> None:
    """Say which services the messages go to."""
    find = discovery()
    mu.outbound({"role": "adder"}, HttpClient(find.of("adder")))
    mu.outbound({"role": "audit"}, HttpClient(find.of("audit")))
    mu.outbound({"role": "events"}, EventClient(broker.queue("events")))
    mu.outbound({"role": "report"}, RequestClient(broker, "report"))


def page_routes(site: Site) -> list[Route | Mount]:
    """Return the addresses of the pages."""
    drawing = Drawing()

    def drawn(draw: Draw) -> Callable[[Request], Awaitable[HTMLResponse]]:
        async def answer(request: Request) -> HTMLResponse:
            # Before the answer: what a reader has seen, was told.
            await site.visited(request.url.path)
            return response(drawing, await draw(request), request.url.path)

        return answer

    return [
        Route("/", drawn(lambda _request: site.home())),
        Route("/add", drawn(lambda _request: site.form())),
        Route("/add/calculate", drawn(lambda request: calculated(site, request)), methods=["POST"]),
        Route("/audit", drawn(lambda _request: site.history())),
        Mount("/static", StaticFiles(packages=[("webapp", "static")])),
    ]


async def calculated(site: Site, request: Request) -> Page:
    """Return the page for what was typed."""
    form = await request.form()
    first, second = (str(form.get(name, "")).strip() for name in ("first", "second"))
    return await site.calculate(first, second)


def response(drawing: Drawing, page: Page, here: str) -> HTMLResponse:
    """Return a page as an answer; a browser runs nothing in it, whatever a fragment says."""
    nonce = secrets.token_urlsafe(12)
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": POLICY.format(nonce),
        "X-Content-Type-Options": "nosniff",
    }
    if page.status == 503:  # noqa: PLR2004 - as HTTP numbers it
        headers["Retry-After"] = "5"
    return HTMLResponse(drawing.draw(page, here, nonce), status_code=page.status, headers=headers)


def main() -> None:
    """Serve until told to stop."""
    run("webapp", Settings, create_app)
