"""Everything the index can be told: one frozen value, made at the edge and handed down."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from private_index.errors import BadFallback, BadPattern, BadPublicUrl, HalfPair
from private_index.policy import is_pattern

PUBLIC_INDEX = "https://pypi.org/simple/"
STATE_FOLDER = ".private-index"
# For the catalogue, files on their way, and whatever else a worker opens.
SPARE_DESCRIPTORS = 256

# No user and password: the fallback goes to every client, and the public URL into every page.
_URL = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")

Reading = Literal["open", "users"]
LogFormat = Literal["text", "json"]

READINGS: tuple[Reading, ...] = get_args(Reading)
LOG_FORMATS: tuple[LogFormat, ...] = get_args(LogFormat)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to serve which folder to whom.

    Args:
        root: the folder of packages; the files lie flat in it, so that stock pypiserver can serve it too.
        users: the file of users and password hashes.
        host: the address to listen on.
        port: the TCP port to listen on.
        url: where clients reach the index when that is not where it listens; ends with a slash; None for the latter.
        proxies: the addresses of reverse proxies whose word on the client's address and scheme is taken.
        tls_cert: the certificate chain to answer HTTPS with, in PEM; None for HTTP.
        tls_key: the certificate's private key, in PEM.
        owners: patterns of normalised names (PEP 503) that never fall back to the public index, each with the
            users who alone may publish such projects; every user may where a pattern names none.
        fallback_url: the simple API that unknown projects are redirected to; None for none.
        read: "open" when anybody may list and download, "users" when that needs a user.
        largest_file: the most bytes that one uploaded file may have.
        workers: how many processes answer.
        connections: how many connections a worker holds at once, and how many more may wait.
        header_seconds: how long a request's head may take, and an idle connection may wait for its next one.
        leave_seconds: how long a stopping index goes on answering, so that balancers see that it is not ready.
        stop_seconds: how long what runs may take to end after that, before it is cut.
        log_format: "text" for people, "json" for programs.
        access_log: whether reads are logged too, except of /health and /ready; uploads and refusals always are.

    Raises:
        BadPattern: a reserved pattern that could match no name.
        BadFallback: the fallback is no http or https URL.
        BadPublicUrl: the index's own URL is none.
        HalfPair: a certificate without a key, or a key without a certificate.

    """

    root: Path
    users: Path
    host: str = "127.0.0.1"
    port: int = 8080
    url: str | None = None
    proxies: tuple[str, ...] = ()
    tls_cert: Path | None = None
    tls_key: Path | None = None
    owners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    fallback_url: str | None = PUBLIC_INDEX
    read: Reading = "open"
    largest_file: int = 2 * 1000**3
    workers: int = 1
    connections: int = 1024
    header_seconds: float = 30
    leave_seconds: float = 0
    stop_seconds: float = 10
    log_format: LogFormat = "text"
    access_log: bool = False

    def __post_init__(self) -> None:
        for pattern in sorted(self.owners):
            if not is_pattern(pattern):
                raise BadPattern(pattern)
        if self.fallback_url is not None and not _URL.fullmatch(self.fallback_url):
            raise BadFallback(self.fallback_url)
        if self.url is not None and not (_URL.fullmatch(self.url) and self.url.endswith("/")):
            raise BadPublicUrl(self.url)
        if (self.tls_cert is None) != (self.tls_key is None):
            raise HalfPair

    @property
    def reserved(self) -> frozenset[str]:
        """The patterns of the team's own names, whoever owns them."""
        return frozenset(self.owners)

    @property
    def state(self) -> Path:
        """The hidden folder of what is not a package: stock pypiserver passes over it."""
        return self.root / STATE_FOLDER

    @property
    def parts(self) -> Path:
        """The folder of files on their way in."""
        return self.state / "parts"

    @property
    def staged(self) -> Path:
        """The folder of files that are uploaded but not published yet."""
        return self.state / "staged"

    @property
    def catalogue(self) -> Path:
        """The file of all that is known of the files."""
        return self.state / "catalogue.sqlite"

    @property
    def public_url(self) -> str:
        """The URL to type, with a slash at its end."""
        scheme = "http" if self.tls_cert is None else "https"
        return self.url or f"{scheme}://{_shown(self.host)}:{self.port}/"

    def descriptors(self, present: int, most: int) -> int:
        """Return how many a worker is to be allowed, of now and of at most so many: one for each that it holds."""
        return max(present, min(most, 2 * self.connections + SPARE_DESCRIPTORS))


def default_users(root: Path) -> Path:
    """Return where the users of an index are listed unless somebody says otherwise."""
    return root / STATE_FOLDER / "users"


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def reachable(host: str) -> str:
    """Return the address at which this machine reaches a server that listens on `host`: a wildcard's is loopback."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def _shown(host: str) -> str:
    address = reachable(host)
    return f"[{address}]" if ":" in address else address
