"""What the index answers to those who read: pages, files, redirects. Never a write; what takes long is done apart."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name, canonicalize_version, is_normalized_name
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from private_index import pages, project_json
from private_index.answers import Answer, Page, Sidecar, StoredFile
from private_index.errors import BadFilename
from private_index.filenames import LONGEST_NAME, parse_filename
from private_index.negotiation import Negotiator
from private_index.policy import is_reserved
from private_index.ready import ALL_PROJECTS, Shelf
from private_index.settings import PUBLIC_INDEX, Settings
from private_index.store import Store
from private_index.strangers import Strangers
from private_index.variants import Variants

SIDECAR = ".metadata"

_NOT_KEPT = {"cache-control": "no-store"}


class Reads:
    """The reading half of the index.

    Args:
        settings: which names are the team's, where others are to be found, who may read.
        store: the files.
        shelf: keeps what was made once.
        negotiator: which form of a page is wanted.

    """

    def __init__(self, settings: Settings, store: Store, shelf: Shelf, negotiator: Negotiator) -> None:
        self._settings = settings
        self._store = store
        self._catalogue = store.catalogue
        self._variants = Variants(store.blobs.path)
        self._strangers = Strangers(settings.root, store.catalogue)
        self._shelf = shelf
        self._negotiator = negotiator
        self._caching = "public" if settings.read == "open" else "private"

    async def front(self, request: Request) -> Response:
        """Answer a person with a browser."""
        return Response(pages.front_page(f"{self._settings.url or request.base_url}simple/"), media_type="text/html")

    async def project_list(self, request: Request) -> ASGIApp:
        """Answer `/simple/` (PEP 503, 691), or a redirect to it."""
        if not request.url.path.endswith("/"):
            return self._moved("simple/")
        kind = self._kind(request)
        answer = await self._shelf.fetch(("/simple/", kind), ALL_PROJECTS, partial(self._list, kind))
        return answer or _not_found("there is no list of projects")

    async def project(self, request: Request) -> ASGIApp:
        """Answer `/simple/NAME/`: the page, a redirect to the normal name or to the public index, or 404."""
        asked = request.path_params["name"]
        name = canonicalize_name(asked)
        if not is_normalized_name(name):
            return _not_found(f"{asked!r} can't be a project's name")
        if asked != name or not request.url.path.endswith("/"):
            return self._moved(f"simple/{name}/")
        kind = self._kind(request)
        answer = await self._shelf.fetch((f"/simple/{name}/", kind), name, partial(self._page, name, kind))
        return answer or await self._elsewhere(name, self._settings.fallback_url, f"{name}/")

    async def file(self, request: Request) -> ASGIApp:
        """Answer `/packages/FILENAME` and `/packages/FILENAME.metadata` (PEP 658): for ever, whole or in ranges."""
        asked = request.path_params["filename"]
        filename = asked.removesuffix(SIDECAR)
        try:
            project = parse_filename(filename).name
        except BadFilename:
            return _not_found(f"no file {asked!r} is published here")
        make = partial(self._stored if asked == filename else self._sidecar, filename)
        answer = await self._shelf.fetch((f"/packages/{asked}", ""), project, make)
        return answer or _not_found(f"no file {asked!r} is published here")

    async def variants(self, request: Request) -> ASGIApp:
        """Answer `/variants/SHA256/NAME-VERSION-variants.json`, of which a project's page tells (PEP 825)."""
        asked, sha256 = request.path_params["filename"], request.path_params["sha256"]
        name = canonicalize_name(asked.partition("-")[0])
        make = partial(self._told_of_variants, name, asked, sha256)
        answer = await self._shelf.fetch((f"/variants/{sha256}/{asked}", ""), name, make)
        return answer or _not_found(f"no file {asked!r} is published here, or not in this state any more")

    async def robot(self, request: Request) -> ASGIApp:
        """Answer `/pypi/NAME/json` and `/pypi/NAME/VERSION/json`, which Renovate and Dependabot read."""
        asked, version = request.path_params["name"], request.path_params.get("version")
        name, rest = canonicalize_name(asked), "json" if version is None else f"{version}/json"
        if not is_normalized_name(name):
            return _not_found(f"{asked!r} can't be a project's name")
        if asked != name or request.url.path.endswith("/"):
            return self._moved(f"pypi/{name}/{rest}")
        # Its links are absolute, so each host under which the index is reached has answers of its own.
        base_url = self._settings.url or str(request.base_url)
        make = partial(self._robot_page, name, version, base_url)
        answer = await self._shelf.fetch((f"/pypi/{name}/{rest}", base_url), name, make)
        return answer or await self._elsewhere(name, self._public_robot_url, f"{name}/{rest}")

    @property
    def _public_robot_url(self) -> str | None:
        # Only of the public index is it known that it has such pages, and where.
        fallback = self._settings.fallback_url
        is_public = fallback is not None and f"{fallback.rstrip('/')}/" == PUBLIC_INDEX
        return PUBLIC_INDEX.removesuffix("simple/") + "pypi/" if is_public else None

    async def _elsewhere(self, name: str, base_url: str | None, rest: str) -> Response:
        # The team's own names never leave the house: a stranger could have registered them on the public index.
        is_own = is_reserved(name, self._settings.reserved) or self._catalogue.project(name) is not None
        if base_url is None or is_own or await self._strangers.hold(name):
            return _not_found(f"no such page of {name!r} is published here")
        return RedirectResponse(f"{base_url.rstrip('/')}/{rest}", HTTPStatus.FOUND, _NOT_KEPT)

    def _moved(self, path: str) -> Response:
        # A proxy may give the index a path of its own, which it takes off before it asks.
        prefix = urlsplit(self._settings.url or "/").path
        return RedirectResponse(f"{prefix}{path}", HTTPStatus.MOVED_PERMANENTLY)

    def _kind(self, request: Request) -> str:
        return self._negotiator.content_type(", ".join(request.headers.getlist("accept")).encode("latin-1"))

    def _list(self, kind: str) -> Answer:
        return self._ready(pages.project_list(self._catalogue.project_names(), kind), kind)

    def _page(self, name: str, kind: str) -> Answer | None:
        known = self._catalogue.project_page(name)
        if known is None:
            return None
        project, files = known
        # Of a quarantined project clients are to learn that it is there and that it offers nothing (PEP 792).
        if not files and project.status != "quarantined":
            return None
        files += [told for told, _ in self._variants.of(files)]
        return self._ready(pages.project_page(project, files, kind), kind)

    def _told_of_variants(self, name: str, filename: str, sha256: str) -> Answer | None:
        content = self._variants.content(self._catalogue.project_files(name), filename, sha256)
        return None if content is None else Sidecar(content, sha256, self._caching)

    # The row is read only while the shelf listens: a file that is withdrawn from then on is not kept.
    def _stored(self, filename: str) -> Answer | None:
        file = self._catalogue.file(filename)
        if file is None:
            return None
        return StoredFile(self._store.blobs.path(filename), file.sha256, file.size, self._caching)

    def _sidecar(self, filename: str) -> Answer | None:
        file, content = self._catalogue.file(filename), self._catalogue.core_metadata(filename)
        if file is None or file.metadata_sha256 is None or content is None:
            return None
        return Sidecar(content, file.metadata_sha256, self._caching)

    def _robot_page(self, name: str, version: str | None, base_url: str) -> Answer | None:
        files = self._catalogue.project_files(name)
        meant = project_json.latest_release(files) if version is None else version
        release = [file for file in files if _same_version(file.version, meant)]
        if not release:
            return None
        metadata = self._catalogue.core_metadata(release[0].filename) or b""
        content = (
            project_json.project_json(files, release, metadata, base_url)
            if version is None
            else project_json.release_json(release, metadata, base_url)
        )
        return self._ready(project_json.as_json(content), "application/json")

    def _ready(self, content: bytes, kind: str) -> Page:
        return Page(content, kind, self._caching, self._negotiator)


def _same_version(held: str, asked: str | None) -> bool:
    if asked is None or len(asked) > LONGEST_NAME:
        return False
    return canonicalize_version(held) == canonicalize_version(asked)


def _not_found(sentence: str) -> Response:
    # What is not there now may be published in a moment.
    return PlainTextResponse(f"{sentence}\n", HTTPStatus.NOT_FOUND, _NOT_KEPT)
