"""The upload API of sessions over HTTP, after PEP 694: open one, upload to it, look at it, publish it, cancel it.

What differs from the draft: a session may be for several releases, and files come in by the form that twine and uv
send, one POST a file, to the session's own URL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from anyio import to_thread
from packaging.utils import canonicalize_name, is_normalized_name
from packaging.version import Version
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from private_index.bodies import json_body
from private_index.door import Door
from private_index.errors import AlreadyOpen, BadExtension, BadSession, OtherMechanism, shown
from private_index.filenames import LONGEST_NAME
from private_index.lifecycle import check_running
from private_index.logs import tell
from private_index.replies import reply
from private_index.rows import Actor, File
from private_index.settings import Settings
from private_index.staged import Pair, Session
from private_index.staging import Staging
from private_index.uploads import Uploads

# Of a session's id and who publishes it.
Publish = Callable[[str, Actor], Session]

UPLOAD_ROOT = "upload/2.0/"
STAGES = "stage/"
MEDIA_TYPE = "application/vnd.pypi.upload.v2+json"
META = {"api-version": "2.0"}
# The draft leaves names that begin so to each index.
MECHANISM = "vnd-modpress-form"
MOST_BODY_BYTES = 64 * 1024
MOST_RELEASES = 500
_CLOSED_TO_CACHES = {"cache-control": "no-store"}


class Sessions:
    """Answers what is asked of sessions.

    Args:
        settings: where the index is reached.
        staging: the sessions.
        publish: publishes one of them.
        door: says who asks.
        uploads: takes files.

    """

    def __init__(self, settings: Settings, staging: Staging, publish: Publish, door: Door, uploads: Uploads) -> None:
        self._settings = settings
        self._staging = staging
        self._publish = publish
        self._door = door
        self._uploads = uploads

    async def offer(self, request: Request) -> Response:
        """Tell who asks that there is this API."""
        offered = {"meta": META, "mechanisms": [MECHANISM], "releases-in-a-session": MOST_RELEASES}
        return self._json(offered | {"links": {"create": self._base(request) + UPLOAD_ROOT}})

    async def create(self, request: Request) -> Response:
        """Open a session.

        Raises:
            IndexFault: none is opened.

        """
        user = await self._writer(request)
        releases = parse_releases(await json_body(request, MOST_BODY_BYTES, BadSession))
        try:
            session = await to_thread.run_sync(self._staging.open, user, releases)
        except AlreadyOpen as fault:
            return reply(request, fault.status, fault.sentences, self._location(request, fault.session))
        tell(request.scope, f"session {session.nickname} is open for {_named(session)}")
        return self._answer(request, session, [], HTTPStatus.CREATED)

    async def status(self, request: Request) -> Response:
        """Tell how a session stands."""
        user, _ = await self._door.enter(request)
        session, files = await to_thread.run_sync(self._staging.owned, _id(request), user)
        return self._answer(request, session, files, HTTPStatus.OK)

    async def upload(self, request: Request) -> Response:
        """Stage the file of one form."""
        user = await self._writer(request)
        if "json" in request.headers.get("content-type", ""):
            raise OtherMechanism
        session = _id(request)
        # Before the body is read, and once more when it is there.
        await to_thread.run_sync(self._staging.owned, session, user)
        return await self._uploads.receive(request, user, partial(self._staging.add, session), "staged")

    async def publish(self, request: Request) -> Response:
        """Publish all that is staged."""
        actor = Actor(name=await self._writer(request), origin=_origin(request))
        session = await to_thread.run_sync(self._publish, _id(request), actor)
        tell(request.scope, f"session {session.nickname} is published: {_named(session)}")
        _, files = await to_thread.run_sync(self._staging.owned, session.id, session.owner)
        return self._answer(request, session, files, HTTPStatus.CREATED)

    async def cancel(self, request: Request) -> Response:
        """Forget a session."""
        user = await self._writer(request)
        await to_thread.run_sync(self._staging.cancel, _id(request), user)
        tell(request.scope, f"session {_id(request)[:8]} is canceled")
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def extend(self, request: Request) -> Response:
        """Keep a session for longer."""
        user = await self._writer(request)
        seconds = (await json_body(request, MOST_BODY_BYTES, lambda _: BadExtension())).get("extend-for")
        if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 1:
            raise BadExtension
        await to_thread.run_sync(self._staging.extend, _id(request), user, timedelta(seconds=min(seconds, 10**9)))
        return await self.status(request)

    async def _writer(self, request: Request) -> str:
        check_running(request.scope)
        name, _ = await self._door.enter(request)
        return name

    def _base(self, request: Request) -> str:
        return self._settings.url or str(request.base_url)

    def _location(self, request: Request, session: str) -> dict[str, str]:
        return {"location": f"{self._base(request)}{UPLOAD_ROOT}sessions/{session}"}

    def _answer(self, request: Request, session: Session, files: list[File], status: HTTPStatus) -> Response:
        url = self._location(request, session.id)["location"]
        stage = f"{self._base(request)}{STAGES}{session.id}/"
        content = {
            "meta": META,
            "links": {
                "session": url,
                "upload": f"{url}/files/",
                "publish": f"{url}/publish",
                "extend": f"{url}/extend",
                "stage": f"{stage}simple/",
            },
            "mechanisms": [MECHANISM],
            "session-token": session.id,
            "status": session.status,
            "created-at": session.created_at,
            "expires-at": session.expires_at,
            "releases": [{"name": name, "version": version} for name, version in session.releases],
            "files": {one.filename: _described(one, stage) for one in files},
        }
        return self._json(content, status, self._location(request, session.id))

    def _json(
        self, content: object, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
    ) -> Response:
        return JSONResponse(content, status, _CLOSED_TO_CACHES | dict(headers or {}), media_type=MEDIA_TYPE)


def parse_releases(content: Mapping[str, Any]) -> list[Pair]:
    """Return what a request opens a session for: one release as the draft writes it, or several.

    Raises:
        BadSession: something is missing or means nothing.

    """
    listed = content.get("releases", [content])
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_RELEASES:
        raise BadSession(f"releases is a list of 1 to {MOST_RELEASES} names and versions")
    return [_release(one) for one in listed]


def _release(one: object) -> Pair:
    name, version = (one.get("name"), one.get("version")) if isinstance(one, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(version, str):
        raise BadSession("a release has a name and a version")
    normal = canonicalize_name(name)
    if not is_normalized_name(normal) or len(normal) > LONGEST_NAME:
        raise BadSession(f"{shown(name)} can't be a project's name")
    # What is longer fits into the name of no file, and into no log.
    if len(version) <= LONGEST_NAME:
        with suppress(ValueError):
            return normal, str(Version(version))
    raise BadSession(f"{shown(version)} is no version")


def _described(one: File, stage: str) -> dict[str, object]:
    return {
        "status": "completed",
        "link": f"{stage}packages/{one.filename}",
        "size": one.size,
        "hashes": {"sha256": one.sha256},
    }


def _id(request: Request) -> str:
    session: str = request.path_params["session"]
    return session


def _origin(request: Request) -> str:
    return request.client.host if request.client else "nowhere"


def _named(session: Session) -> str:
    return ", ".join(f"{name} {version}" for name, version in session.releases)
