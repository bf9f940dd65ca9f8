"""What a session's stage shows to those who know its URL: the simple API as it will be once it is published."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from anyio import to_thread
from packaging.utils import canonicalize_name, is_normalized_name
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp

from private_index import pages
from private_index.answers import Answer, Page, Sidecar, StoredFile
from private_index.negotiation import Negotiator
from private_index.reads import SIDECAR, Reads
from private_index.rows import File, Project
from private_index.sessions import STAGES
from private_index.settings import Settings
from private_index.staging import Staging
from private_index.store import Store
from private_index.variants import Variants

# Whatever lies between must not keep what is not public.
_CACHING = "private"


class Stages:
    """The reading half of sessions; what a session does not stage is answered as ever.

    Args:
        settings: where the index is reached.
        store: the published files.
        staging: the sessions.
        reads: answers the rest.
        negotiator: which form of a page is wanted.

    """

    def __init__(
        self, settings: Settings, store: Store, staging: Staging, reads: Reads, negotiator: Negotiator
    ) -> None:
        self._settings = settings
        self._store = store
        self._staging = staging
        self._reads = reads
        self._negotiator = negotiator

    async def project_list(self, request: Request) -> ASGIApp:
        """Answer the list of projects, those of the session among them."""
        return await to_thread.run_sync(self._list, request)

    async def project(self, request: Request) -> ASGIApp:
        """Answer a project's page: the staged files, and the published ones below them."""
        asked, session = request.path_params["name"], request.path_params["session"]
        name = canonicalize_name(asked)
        staged = await to_thread.run_sync(self._staged, session, name)
        # One that is not staged yet, too: a client may keep for ever where it was sent.
        if is_normalized_name(name) and (asked != name or not request.url.path.endswith("/")):
            prefix = urlsplit(self._settings.url or "/").path
            return RedirectResponse(f"{prefix}{STAGES}{session}/simple/{name}/", HTTPStatus.MOVED_PERMANENTLY)
        page = await to_thread.run_sync(self._page, request, name, staged) if staged else None
        return page or await self._reads.project(request)

    async def file(self, request: Request) -> ASGIApp:
        """Answer a staged file or its metadata, or a published one's."""
        answer = await to_thread.run_sync(self._file, request)
        return answer or await self._reads.file(request)

    async def variants(self, request: Request) -> ASGIApp:
        """Answer what a page tells of variants as they will be, or are (PEP 825)."""
        answer = await to_thread.run_sync(self._told_of_variants, request)
        return answer or await self._reads.variants(request)

    def _list(self, request: Request) -> ASGIApp:
        staged = {one.project for one in self._staging.files(request.path_params["session"])}
        names = sorted(staged.union(self._store.catalogue.project_names()))
        kind = self._kind(request)
        return Page(pages.project_list(names, kind), kind, _CACHING, self._negotiator)

    def _staged(self, session: str, name: str) -> list[File]:
        return [one for one in self._staging.files(session) if one.project == name]

    def _page(self, request: Request, name: str, staged: list[File]) -> ASGIApp | None:
        project, files = self._store.catalogue.project_page(name) or (_new(name), [])
        if project.status == "quarantined":
            return None
        shown = _over(files, staged)
        shown += [told for told, _ in self._variants(request.path_params["session"]).of(shown)]
        kind = self._kind(request)
        return Page(pages.project_page(project, shown, kind), kind, _CACHING, self._negotiator)

    def _file(self, request: Request) -> Answer | None:
        asked, session = request.path_params["filename"], request.path_params["session"]
        filename = asked.removesuffix(SIDECAR)
        file = next((one for one in self._staging.files(session) if one.filename == filename), None)
        if file is None:
            return None
        if asked == filename:
            return StoredFile(self._store.staged.path(session, filename), file.sha256, file.size, _CACHING)
        if file.metadata_sha256 is None:
            return None
        return Sidecar(self._staging.metadata(session, filename), file.metadata_sha256, _CACHING)

    def _told_of_variants(self, request: Request) -> Answer | None:
        session, filename, sha256 = (request.path_params[key] for key in ("session", "filename", "sha256"))
        name = canonicalize_name(filename.partition("-")[0])
        shown = _over(self._store.catalogue.project_files(name), self._staged(session, name))
        content = self._variants(session).content(shown, filename, sha256)
        return None if content is None else Sidecar(content, sha256, _CACHING)

    def _variants(self, session: str) -> Variants:
        def path_of(filename: str) -> Path:
            staged = self._store.staged.path(session, filename)
            return staged if staged.exists() else self._store.blobs.path(filename)

        # Of a stage few pages are read, once each: nothing is kept for others.
        return Variants(path_of)

    def _kind(self, request: Request) -> str:
        return self._negotiator.content_type(", ".join(request.headers.getlist("accept")).encode("latin-1"))


def _over(files: Sequence[File], staged: Sequence[File]) -> list[File]:
    """Return staged files over those that are published."""
    filenames = {one.filename for one in staged}
    return [*(file for file in files if file.filename not in filenames), *staged]


def _new(name: str) -> Project:
    return Project(name=name, status="active", status_reason=None)
