"""What a worker does beside answering: it removes what uploads left whose worker was killed or whose disk failed."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
from anyio import to_thread

from private_index.errors import IndexFault

# A killed worker is replaced at once, and its successor begins with this; only a disk that failed needs another time.
PERIOD_SECONDS = 600

log = logging.getLogger(__name__)


@asynccontextmanager
async def sweeping(*sweeps: Callable[[], object]) -> AsyncIterator[None]:
    """Sweep now, and again from time to time until the block ends."""
    async with anyio.create_task_group() as group:
        group.start_soon(_sweep_for_ever, sweeps)
        yield
        group.cancel_scope.cancel()


async def _sweep_for_ever(sweeps: tuple[Callable[[], object], ...]) -> None:
    while True:
        try:
            for sweep in sweeps:
                await to_thread.run_sync(sweep)
        except IndexFault as fault:
            log.warning("what uploads left can't be removed: %s", fault.sentence)
        await anyio.sleep(PERIOD_SECONDS)
