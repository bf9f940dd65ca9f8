"""Whether the index lives, and whether it could do its work now: asked of the catalogue and the folder, not assumed."""

from __future__ import annotations

import tempfile

import anyio
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from private_index.errors import NotReady
from private_index.lifecycle import check_running
from private_index.settings import Settings
from private_index.store import Store

PATIENCE_SECONDS = 5
BLOCK = bytes(4096)


async def healthy(_: Request) -> Response:
    """Answer `/health`: whoever answers, lives."""
    return PlainTextResponse("ok\n")


class Readiness:
    """Answers those who ask before they send others.

    Args:
        settings: which folder.
        store: the catalogue to ask.

    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self._parts = settings.parts
        self._store = store
        # A disk that hangs must not take a thread for each question.
        self._limiter = CapacityLimiter(1)

    async def ready(self, request: Request) -> Response:
        """Answer `/ready`.

        Raises:
            Stopping: the index is about to end.
            NotReady: the catalogue does not answer, or the folder can't be written.

        """
        check_running(request.scope)
        try:
            with anyio.fail_after(PATIENCE_SECONDS):
                await to_thread.run_sync(self._try, limiter=self._limiter, abandon_on_cancel=True)
        except TimeoutError:
            raise NotReady(f"its disk did not answer in {PATIENCE_SECONDS} seconds") from None
        return PlainTextResponse("ready\n")

    def _try(self) -> None:
        self._store.catalogue.prove()
        # A real write, since a full disk and one that went read-only look well until then.
        try:
            with tempfile.TemporaryFile(dir=self._parts) as stream:
                stream.write(BLOCK)
        except OSError as fault:
            raise NotReady(f"its folder can't be written ({fault.strerror})") from fault
