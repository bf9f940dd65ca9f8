"""What a URL of an index tells: who may be asked with which password, and what is public or local."""

from base64 import b64encode
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Self
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from modpress.errors import BadIndexUrl

__all__ = ["Login", "check_url", "is_loopback", "is_public", "is_same_origin", "split_login"]

# The hosts of the public index and of its rehearsal stage, for reading and for uploading.
PUBLIC_HOSTS = frozenset({"pypi.org", "upload.pypi.org", "test.pypi.org", "pypi.python.org", "upload.pypi.io"})
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Login:
    """A user and a password; the latter never shows by accident."""

    username: str
    password: str = field(repr=False)

    def hide(self, text: str) -> str:
        """Return another program's words without the password: as it is, as URLs and as headers spell it."""
        if not self.password:
            return text
        for spelling in (self.password, quote(self.password, safe=""), quote(self.password), self.token):
            text = text.replace(spelling, "****")
        return text

    @property
    def token(self) -> str:
        """The login as HTTP Basic sends it."""
        # In UTF-8, as uv and browsers do and RFC 7617 advises; requests knows Latin-1 only, and crashes on the rest.
        return b64encode(f"{self.username}:{self.password}".encode()).decode()

    def put_into(self, url: str) -> str:
        """Return a URL that carries this login, for a client's environment."""
        parts = urlsplit(url)
        userinfo = f"{quote(self.username, safe='')}:{quote(self.password, safe='')}"
        return urlunsplit(parts._replace(netloc=f"{userinfo}@{parts.netloc}"))

    @classmethod
    def taken_from(cls, parts: SplitResult) -> Self | None:
        """Return the login that a URL carries."""
        return cls(unquote(parts.username), unquote(parts.password or "")) if parts.username else None


def check_url(url: str, source: str) -> str:
    """Return a URL that a client can speak to, ending in a slash, or refuse it."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise BadIndexUrl(_without_login(url), source, f"that is no URL: {error}") from None
    if parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise BadIndexUrl(_without_login(url), source, "an index's URL begins with https:// (or http://) and a host")
    path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
    return urlunsplit(parts._replace(path=path, query="", fragment=""))


def split_login(url: str) -> tuple[str, Login | None]:
    """Return a URL without its user and password, and these."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])), Login.taken_from(parts)


def is_same_origin(one: str, other: str) -> bool:
    """Whether two URLs lead to one server."""
    return _origin(one) == _origin(other)


def is_public(url: str) -> bool:
    """Whether a URL leads to the public index."""
    # A dot at the end of a name changes nothing but the look of it.
    return (urlsplit(url).hostname or "").rstrip(".") in PUBLIC_HOSTS


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)


def _without_login(url: str) -> str:
    before, at, after = url.rpartition("@")
    return f"****@{after}" if at and before else url
