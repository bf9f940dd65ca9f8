"""The index as an ASGI application: routes, and the one place that turns a fault into an HTTP answer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp

from private_index.accounts import Accounts
from private_index.door import Door
from private_index.errors import IndexFault
from private_index.health import Readiness, healthy
from private_index.housekeeping import sweeping
from private_index.legacy import Legacy
from private_index.logs import shown_path, tell
from private_index.negotiation import Negotiator
from private_index.publication import publish
from private_index.reads import Reads
from private_index.ready import Ready, Shelf
from private_index.replies import reply
from private_index.sessions import STAGES, UPLOAD_ROOT, Sessions
from private_index.settings import Settings
from private_index.stages import Stages
from private_index.staging import Staging
from private_index.store import Store
from private_index.uploads import READING, Uploads
from private_index.yanks import Yanks

log = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[ASGIApp]]

# A client that is refused while it still sends must be let finish, or it sees a broken connection and no sentence.
DRAIN_BYTES = 64 * 1024 * 1024
DRAIN_SECONDS = 10
# What is refused now may be there in a moment, or is for this user only.
_NOT_KEPT = {"cache-control": "no-store"}
_HEADERS: dict[int, dict[str, str]] = {
    HTTPStatus.UNAUTHORIZED: {"www-authenticate": 'Basic realm="private index", charset="UTF-8"'},
    HTTPStatus.TOO_MANY_REQUESTS: {"retry-after": "2"},
}


def create_app(settings: Settings) -> ASGIApp:
    """Return the index.

    Raises:
        BadRoot: the folder of packages can't be used.

    """
    store = Store(settings)
    accounts = Accounts(settings.users)
    door = Door(accounts)
    negotiator = Negotiator()
    shelf = Shelf(store.catalogue.watch())
    reads = Reads(settings, store, shelf, negotiator)
    uploads = Uploads(settings, store, door, Legacy(settings, store))
    staging = Staging(store, settings.owners)
    sessions = Sessions(settings, staging, partial(publish, store, settings.owners), door, uploads)
    stages = Stages(settings, store, staging, reads, negotiator)

    def guarded(endpoint: Endpoint) -> Endpoint:
        return endpoint if settings.read == "open" else _behind(door, endpoint)

    router = Starlette(
        routes=[
            Route("/", guarded(reads.front), methods=["GET"]),
            Route("/", uploads.upload, methods=["POST"]),
            Route("/legacy/", uploads.upload, methods=["POST"]),
            # Not redirected: few tools send a form's body twice.
            Route("/legacy", uploads.upload, methods=["POST"]),
            Route("/simple/", guarded(reads.project_list)),
            Route("/simple", guarded(reads.project_list)),
            Route("/simple/{name}/", guarded(reads.project)),
            Route("/simple/{name}", guarded(reads.project)),
            Route("/packages/{filename}", guarded(reads.file)),
            Route("/variants/{sha256}/{filename}", guarded(reads.variants)),
            Route("/pypi/{name}/json", guarded(reads.robot)),
            Route("/pypi/{name}/json/", guarded(reads.robot)),
            Route("/pypi/{name}/{version}/json", guarded(reads.robot)),
            Route("/pypi/{name}/{version}/json/", guarded(reads.robot)),
            Route("/yanks", Yanks(store, door, settings.owners).yank, methods=["POST"]),
            *_session_routes(sessions),
            *_stage_routes(stages, guarded),
            Route("/health", healthy),
            Route("/ready", Readiness(settings, store).ready),
        ],
        lifespan=lambda _: sweeping(store.sweep, staging.sweep),
        exception_handlers={IndexFault: _refuse, HTTPException: partial(_misled, settings.url), Exception: _fail},  # type: ignore[dict-item]  # each gets its class only
    )
    # It would send them to an address that leaves out the path at which a proxy shows the index.
    router.router.redirect_slashes = False
    # A closed index must see first who asks.
    return Ready(router, shelf, negotiator) if settings.read == "open" else router


def _session_routes(sessions: Sessions) -> list[Route]:
    one = f"/{UPLOAD_ROOT}sessions/{{session}}"
    return [
        Route(f"/{UPLOAD_ROOT}", sessions.offer, methods=["GET"]),
        Route(f"/{UPLOAD_ROOT}", sessions.create, methods=["POST"]),
        Route(one, sessions.status, methods=["GET"]),
        Route(one, sessions.cancel, methods=["DELETE"]),
        Route(f"{one}/files/", sessions.upload, methods=["POST"]),
        Route(f"{one}/publish", sessions.publish, methods=["POST"]),
        Route(f"{one}/extend", sessions.extend, methods=["POST"]),
    ]


def _stage_routes(stages: Stages, guarded: Callable[[Endpoint], Endpoint]) -> list[Route]:
    one = f"/{STAGES}{{session}}"
    return [
        Route(f"{one}/simple/", guarded(stages.project_list)),
        Route(f"{one}/simple/{{name}}/", guarded(stages.project)),
        Route(f"{one}/simple/{{name}}", guarded(stages.project)),
        Route(f"{one}/packages/{{filename}}", guarded(stages.file)),
        Route(f"{one}/variants/{{sha256}}/{{filename}}", guarded(stages.variants)),
    ]


def _behind(door: Door, endpoint: Endpoint) -> Endpoint:
    async def enter(request: Request) -> ASGIApp:
        await door.enter(request)
        return await endpoint(request)

    return enter


async def _refuse(request: Request, fault: IndexFault) -> Response:
    tell(request.scope, " | ".join(fault.sentences), status=fault.status)
    await _let_finish(request)
    headers = {**_NOT_KEPT, **_HEADERS.get(fault.status, {})}
    return reply(request, fault.status, fault.sentences, headers)


async def _misled(url: str | None, request: Request, fault: HTTPException) -> Response:
    """Tell somebody who asked at a wrong address, or in a wrong way, where to go."""
    root = url or str(request.base_url)
    base = f"pages are below {root}simple/, and files are uploaded to {root}"
    if fault.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
        await _let_finish(request)
        return reply(request, fault.status_code, [f"there is nothing at this address: {base}"], _NOT_KEPT)
    allowed = ", ".join(sorted(_methods(request)))
    await _let_finish(request)
    sentence = f"this address takes {allowed}, and no {request.method}: {base}"
    return reply(request, fault.status_code, [sentence], {"allow": allowed, **_NOT_KEPT})


def _methods(request: Request) -> set[str]:
    # One address may have several routes, each with its methods.
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return {method for route in routes for method in route.methods}


async def _fail(request: Request, fault: Exception) -> Response:
    log.error("failed %s %s", request.method, shown_path(request.scope), exc_info=fault)
    return PlainTextResponse("the index failed to answer; whoever runs it finds the reason in its log\n", 500)


async def _let_finish(request: Request) -> None:
    # A client that asked first waits for the answer, and sends nothing after a refusal (RFC 9110, 10.1.1).
    if READING not in request.scope and request.headers.get("expect", "").lower() == "100-continue":
        return
    received = 0
    with anyio.move_on_after(DRAIN_SECONDS), suppress(ClientDisconnect, RuntimeError):
        async for chunk in request.stream():
            received += len(chunk)
            if received > DRAIN_BYTES:
                return
