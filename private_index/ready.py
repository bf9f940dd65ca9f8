"""Answers kept ready in memory until the catalogue says that they are stale, and given in front of the router."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterable
from weakref import WeakValueDictionary

import anyio
from anyio import CapacityLimiter, to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

from private_index.answers import Answer, heeded
from private_index.logs import READING_METHODS
from private_index.negotiation import Negotiator
from private_index.turns import Once
from private_index.watch import News, Watch

# The path, and the content type where a client may choose it.
Key = tuple[str, str]

ALL_PROJECTS = ""
MOST_BYTES = 64 * 1024 * 1024

# Changes that can't add a name to the list of projects, nor take one from it.
_KEEPS_NAMES = frozenset({"yank", "unyank", "status", "metadata"})
# Apart from the threads of uploads, so that many uploads at once don't keep readers waiting.
_RENDERING_THREADS = 4


class Shelf:
    """What is kept ready, the least used of it forgotten first.

    Args:
        watch: tells which projects have changed.
        most_bytes: how much memory to use.

    """

    def __init__(self, watch: Watch, most_bytes: int = MOST_BYTES) -> None:
        self._watch = watch
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[Key, Answer] = OrderedDict()
        # Also those that are being made: one that is dropped meanwhile is not kept.
        self._keys_about: dict[str, set[Key]] = {}
        self._subjects: dict[Key, str] = {}
        self._locks: WeakValueDictionary[Key, anyio.Lock] = WeakValueDictionary()
        self._limiter = CapacityLimiter(_RENDERING_THREADS)

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return self._bytes

    def get(self, key: Key) -> Answer | None:
        """Return what is kept, if it is still true."""
        self.refresh()
        return self.peek(key)

    def refresh(self) -> None:
        """Forget what is not true any more."""
        try:
            news = self._watch.news()
        except sqlite3.Error:
            # The catalogue is broken and nobody knows what is still true: the router says so where it matters.
            for key in list(self._subjects):
                self._remove(key)
            return
        if news:
            self._forget(news)

    def peek(self, key: Key) -> Answer | None:
        """Return what was true at the last refresh."""
        answer = self._kept.get(key)
        if answer is not None:
            self._kept.move_to_end(key)
        return answer

    async def fetch(self, key: Key, subject: str, make: Callable[[], Answer | None]) -> Answer | None:
        """Return what is kept, or make it in a thread: once, however many ask for it at once.

        Args:
            key: under which it is kept.
            subject: the project it tells of, or ALL_PROJECTS.
            make: makes it; None where there is nothing to tell, which is not kept.

        """
        lock = self._locks.setdefault(key, anyio.Lock())
        async with lock:
            answer = self.get(key)
            if answer is None:
                self._note(key, subject)
                try:
                    answer = await to_thread.run_sync(make, limiter=self._limiter)
                finally:
                    is_true = self._remove(key)
                if answer is not None and is_true:
                    self._keep(key, subject, answer)
        return answer

    def _keep(self, key: Key, subject: str, answer: Answer) -> None:
        if answer.weight > self._most_bytes:
            return
        self._note(key, subject)
        self._kept[key] = answer
        self._bytes += answer.weight
        while self._bytes > self._most_bytes:
            self._remove(next(iter(self._kept)))

    def _note(self, key: Key, subject: str) -> None:
        self._subjects[key] = subject
        self._keys_about.setdefault(subject, set()).add(key)

    def _remove(self, key: Key) -> bool:
        subject = self._subjects.pop(key, None)
        if subject is None:
            return False
        about = self._keys_about[subject]
        about.discard(key)
        if not about:
            del self._keys_about[subject]
        answer = self._kept.pop(key, None)
        self._bytes -= 0 if answer is None else answer.weight
        return True

    def _forget(self, news: Iterable[News]) -> None:
        for change in news:
            subjects = list(self._keys_about) if change.project is None else [change.project]
            if change.action not in _KEEPS_NAMES:
                subjects.append(ALL_PROJECTS)
            for key in [key for subject in subjects for key in self._keys_about.get(subject, ())]:
                self._remove(key)


class Ready:
    """The outermost layer of an open index: what is ready is answered here, the rest goes to the router.

    Args:
        app: the router.
        shelf: what is ready.
        negotiator: which form of a page is wanted.

    """

    def __init__(self, app: ASGIApp, shelf: Shelf, negotiator: Negotiator) -> None:
        self._app = app
        self._shelf = shelf
        self._negotiator = negotiator
        self._look = Once()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["method"] in READING_METHODS:
            path = scope["path"]
            headers = heeded(scope)
            kind = self._negotiator.content_type(headers.get(b"accept", b"")) if path.startswith("/simple/") else ""
            if self._look.is_due():
                self._shelf.refresh()
            answer = self._shelf.peek((path, kind))
            if answer is not None:
                await answer.reply(scope, headers, send)
                return
        await self._app(scope, receive, send)
