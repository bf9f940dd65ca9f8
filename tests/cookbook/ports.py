"""The ports that a page names, each a free one of this machine while the page is followed."""

from __future__ import annotations

import re
import socket

# Where a number is a port: after an address, in an option, in a variable, in a compose file.
NAMED = re.compile(
    r"(?P<before>127\.0\.0\.1:|localhost:|--port[ =]|PORT=|PORT: \"|(?:expose|ports): \[\"|(?<=ports: \[\"\d{4}):)"
    r"(?P<port>\d{4,5})\b"
)
SEEN = re.compile(r"\d{4,5}")
# Where the index serves if nobody says otherwise.
DEFAULT = "8080"


class Ports:
    """Free ports in the place of those that a page names, the same one each time."""

    def __init__(self) -> None:
        self._free: dict[str, str] = {}

    def typed(self, text: str) -> str:
        """Return what is typed here for what a page says."""
        return NAMED.sub(lambda found: found["before"] + self.free(found["port"]), text)

    def shown(self, text: str) -> str:
        """Return what a page shows for what is seen here."""
        named = {free: port for port, free in self._free.items()}
        return SEEN.sub(lambda found: named.get(found[0], found[0]), text)

    def free(self, port: str) -> str:
        """Return the port that stands for another."""
        if port not in self._free:
            with socket.create_server(("127.0.0.1", 0)) as server:
                self._free[port] = str(server.getsockname()[1])
        return self._free[port]
