"""The index's log: one line for each upload, refusal and, if wanted, read; for people or as JSON. Never a secret.

A line says what a client asked and what came of it. It has no header and no query, where secrets are.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any

from private_index.settings import LogFormat

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Where a request's scope keeps the line that will tell of it.
LINE = "private_index.line"
READING_METHODS = frozenset({"GET", "HEAD"})
# What is only asked to know whether there is an answer.
PROBED = frozenset({"/health", "/ready"})

# Whoever knows a session's id sees what it stages; its beginning is enough to tell it from others.
_SESSION = re.compile(r"(?<=/)([0-9a-f]{8})[0-9a-f]{32}(?=/|$)")

log = logging.getLogger(__name__)


class JsonFormatter(logging.Formatter):
    """A line a record, a JSON object each."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """A line a record, for people; what a client sent can't break it nor move a terminal's cursor."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        facts = (f"{name}={_escaped(str(value))}" for name, value in getattr(record, "facts", {}).items())
        # A sentence of ours is one line; what the server says of a fault in the program is many, set off as such.
        message = "\n    ".join(map(_escaped, record.getMessage().splitlines()))
        line = " ".join([self.formatTime(record), message, *facts])
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _escaped(text: str) -> str:
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def log_config(log_format: LogFormat) -> dict[str, Any]:
    """Return the configuration of every logger of ours, as `logging.config` and granian take it."""
    formatter = JsonFormatter if log_format == "json" else TextFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "loggers": {
            "private_index": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
            # The server: a worker that died, a handshake that failed.
            "_granian": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        },
    }


def add_facts(scope: Scope, **facts: object) -> None:
    """Add what is known by now to the line of a request that is told anyway; of another, say nothing."""
    if LINE in scope:
        scope[LINE].update(facts)


def tell(scope: Scope, sentence: str, **facts: object) -> None:
    """Say what came of a request: in its own line, or in one at once where reads are not logged."""
    if LINE in scope:
        scope[LINE].update(facts, message=sentence)
    else:
        log.info("%s", sentence, extra={"facts": {**_asked(scope), **facts}})


class RequestLog:
    """An application whose requests are logged.

    Args:
        app: the application.
        reads: whether GET and HEAD are logged too, except of what balancers ask every second. They are not by
            default: at tens of thousands a second a line for each would take a third of the time.

    """

    def __init__(self, app: App, *, reads: bool) -> None:
        self._app = app
        self._reads = reads

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer one request; where nothing is to be logged, nothing is added to it."""
        if scope["type"] == "http" and (
            scope["method"] not in READING_METHODS or (self._reads and scope["path"] not in PROBED)
        ):
            return self._logged(scope, receive, send)
        return self._app(scope, receive, send)

    async def _logged(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        line: dict[str, object] = {"message": "answered"}
        scope[LINE] = line

        async def note_status(message: Message) -> None:
            if message["type"] == "http.response.start":
                line["status"] = message["status"]
                line["bytes"] = _length(message)
            await send(message)

        try:
            await self._app(scope, receive, note_status)
        finally:
            facts = {**_asked(scope), "status": 499, **line, "ms": round((time.perf_counter() - began) * 1000, 1)}
            log.info("%s", facts.pop("message"), extra={"facts": facts})


def shown_path(scope: Scope) -> str:
    """Return the path of a request as a line may show it."""
    return _SESSION.sub(r"\1…", scope["path"])


def _asked(scope: Scope) -> dict[str, object]:
    client = scope.get("client")
    return {"method": scope["method"], "path": shown_path(scope), "client": client[0] if client else None}


def _length(message: Message) -> int | None:
    return next((int(value) for name, value in message["headers"] if name.lower() == b"content-length"), None)
