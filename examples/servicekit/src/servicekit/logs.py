"""One line of JSON for each thing that happened, on standard output, with no secret in it."""

import json
import logging
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from servicekit.mu.core import CURRENT

# What every record has; the rest was given as extra.
USUAL = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
HIDDEN = "***"


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON."""

    def __init__(self, service: str, secrets: Collection[str] = ()) -> None:
        super().__init__()
        self._service = service
        # The longest first: one secret may be part of another.
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
        }
        current = CURRENT.get(None)
        trace = {} if current is None else {"trace": current.trace}
        extra = {key: value for key, value in vars(record).items() if key not in USUAL}
        error = {"error": self.formatException(record.exc_info)} if record.exc_info else {}
        whole = line | trace | extra | error
        return self._without_secrets(json.dumps(whole, default=str, ensure_ascii=False))

    def _without_secrets(self, line: str) -> str:
        for secret in self._secrets:
            # As it is, and as JSON writes it.
            for form in (secret, json.dumps(secret, ensure_ascii=False)[1:-1]):
                line = line.replace(form, HIDDEN)
        return line


def configure(service: str, *, level: str = "INFO", secrets: Collection[str] = ()) -> None:
    """Let everything that is logged in this process go to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(service, secrets))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # A line for each request and answer between services is what a debugger wants, not an operator.
    logging.getLogger("httpx2").setLevel(max(logging.WARNING, logging.getLogger().level))


def secrets_of(url: str) -> list[str]:
    """Return the password of a URL, as it stands there and as it is."""
    password = urlsplit(url).password
    return [] if password is None else [password, unquote(password)]
