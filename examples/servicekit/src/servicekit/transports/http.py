"""Messages as HTTP: POST /mu/ with an envelope in, a reply out."""

import json
from http import HTTPStatus
from json import JSONDecodeError

import httpx2
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from servicekit.errors import AnswerLostError, MalformedError, TimedOutError, UnreachableError
from servicekit.mu.envelopes import Reply, Request, read_reply, read_request
from servicekit.mu.ports import Receive
from servicekit.telemetry import headers
from servicekit.transports.addresses import Find

PATH = "/mu/"
# The other side keeps the time itself; a client that waits a little longer hears what it has to say.
GRACE = 0.25


class HttpServer:
    """The side that answers: its route is one of the routes of the service's app."""

    def __init__(self) -> None:
        self._receive: Receive | None = None
        self.route = Route(PATH, self._answer, methods=["POST"])

    async def listen(self, receive: Receive) -> None:
        """Take messages from now on."""
        self._receive = receive

    async def close(self) -> None:
        """Take no more messages."""
        self._receive = None

    async def _answer(self, http: HttpRequest) -> JSONResponse:
        if self._receive is None:
            return JSONResponse({"detail": "this service is not ready"}, status_code=503)
        try:
            request = read_request(json.loads(await http.body()))
        except (ValueError, MalformedError) as error:
            return JSONResponse({"detail": str(error)}, status_code=400)
        reply = await self._receive(request)
        return JSONResponse(reply.wire())


class HttpClient:
    """The side that asks."""

    def __init__(self, find: Find) -> None:
        self._find = find
        # A service of our own is never reached by way of the proxy that leads out of the house.
        self._http = httpx2.AsyncClient(trust_env=False)

    async def send(self, request: Request) -> Reply:
        """Post the message and return the reply."""
        where = f"http://{await self._find()}{PATH}"
        response = await self._post(where, request)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            raise UnreachableError(where=where, reason="it is not ready")
        try:
            return read_reply(response.json())
        except (JSONDecodeError, UnicodeDecodeError, MalformedError) as error:
            raise AnswerLostError(where, f"it answered {response.status_code}, and not as mu") from error

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def _post(self, where: str, request: Request) -> httpx2.Response:
        try:
            limit = request.seconds + GRACE
            return await self._http.post(where, json=request.wire(), headers=headers(), timeout=limit)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise UnreachableError(where=where, reason="nobody answers there") from error
        except httpx2.TimeoutException as error:
            raise TimedOutError(request.seconds) from error
        except httpx2.TransportError as error:
            raise AnswerLostError(where, type(error).__name__) from error
