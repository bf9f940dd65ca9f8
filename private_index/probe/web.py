"""Asks an index over HTTP, as itself and politely; every fault of the network becomes a sentence."""

from __future__ import annotations

import hashlib
import netrc
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import IO, Self
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx2

from private_index.probe.faults import BadAddress, BadNetrc, Unreachable

SECONDS = 30
# A page of all projects of the largest index there is has 40 MB.
LARGEST_PAGE = 256 * 1024 * 1024
# Enough to tell sixteen bytes from a whole file, for servers that answer a range with everything.
GLANCE = 64 * 1024
KEPT_IN_MEMORY = 8 * 1024 * 1024
# A server may close an idle connection at the moment we use it: that is no fault of anybody's.
TRIES = 2

Login = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server answered; `url` is the one that answered, after redirects."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's value, or an empty text."""
        return self.headers.get(name, "")

    @property
    def kind(self) -> str:
        """The media type, without its parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()


class Download:
    """A file's bytes on this machine, for as long as its checks run."""

    def __init__(self, content: IO[bytes], digests: Mapping[str, str]) -> None:
        self.content = content
        self.digests = digests
        self.size = content.seek(0, 2)

    def part(self, start: int, stop: int) -> bytes:
        """Return the bytes from `start` up to `stop`, which is not among them."""
        self.content.seek(start)
        return self.content.read(stop - start)


class Credentials:
    """Who we are, to whom: the URL's own user for its own host only, netrc's for the hosts that it names."""

    def __init__(self, url: str, login: Login | None, netrc_file: netrc.netrc | None = None) -> None:
        self._origin = _origin(url)
        self._login = login
        self._netrc = netrc_file

    @classmethod
    def from_surroundings(cls, url: str, login: Login | None, path: str | None = None) -> Credentials:
        """Return the credentials of the URL, or else of the netrc file where there is one."""
        try:
            return cls(url, login, netrc.netrc(path))
        except FileNotFoundError:
            return cls(url, login)
        except netrc.NetrcParseError as fault:
            # Its text may quote a password, its line number does not.
            raise BadNetrc(f"line {fault.lineno} is not of the form `machine HOST login NAME password …`") from None
        except (OSError, UnicodeDecodeError) as fault:
            raise BadNetrc(str(fault)) from None

    def of(self, url: str) -> Login | None:
        """Return whom to be at this URL."""
        if self._login and _origin(url) == self._origin:
            return self._login
        entry = self._netrc.authenticators(urlsplit(url).hostname or "") if self._netrc else None
        return (entry[0], entry[2]) if entry else None


def split_credentials(url: str) -> tuple[str, Login | None]:
    """Return the URL of a simple API without its user, with its last slash; and the user."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise BadAddress(shown(url)) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadAddress(shown(url))
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    path = f"{parts.path.rstrip('/')}/"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, "", "")), login


def known_algorithms(names: Iterable[str]) -> frozenset[str]:
    """Return those of the algorithms that every Python can compute; a digest of another kind proves nothing here."""
    # The shake functions have no length of their own, so a digest of theirs can't be compared.
    return frozenset(names) & {name for name in hashlib.algorithms_guaranteed if not name.startswith("shake_")}


def shown(url: str) -> str:
    """Return the URL as it may be printed: with no user and no password."""
    return re.sub(r"^([^/?#]*//)[^/?#]*@", r"\1", url)


class Web:
    """The network, as the checks see it; may be used by several threads.

    Args:
        credentials: who we are.
        connections: how many of them to open at most.

    """

    def __init__(self, credentials: Credentials, connections: int = 4) -> None:
        limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
        agent = {"user-agent": "private-index-probe"}
        self._credentials = credentials
        # A thread waits for its connection only while others use theirs: no fault of the index.
        timeout = httpx2.Timeout(SECONDS, pool=None)
        self._client = httpx2.Client(timeout=timeout, limits=limits, headers=agent)
        self._counter = count(1)
        self.requests = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def ask(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        follow: bool = False,
        most: int = LARGEST_PAGE,
    ) -> Answer:
        """Return the answer, decoded, with at most so many bytes of its body.

        Nothing is said that `headers` does not say: no Accept, and no encoding but identity.

        Raises:
            Unreachable: there is no answer, or none that reads as HTTP.

        """
        with _sentences(url):
            for attempt in range(1, TRIES + 1):
                try:
                    with self._open(url, headers or {}, method=method, follow=follow) as response:
                        body = _read(response.iter_bytes(), most)
                        return Answer(
                            url=shown(str(response.url)),
                            status=response.status_code,
                            headers=dict(response.headers.items()),
                            body=body,
                        )
                except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError):
                    if attempt == TRIES:
                        raise
        raise AssertionError(url)

    def download(self, url: str, algorithms: Collection[str]) -> Download:
        """Return a file's bytes as they come over the wire, and their digests.

        Raises:
            Unreachable: it does not come, or not whole.

        """
        hashers = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
        content = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115 - the visit closes it
        try:
            self._fetch(url, content, hashers.values())
        except BaseException:
            content.close()
            raise
        return Download(content, {name: hasher.hexdigest() for name, hasher in hashers.items()})

    def _fetch(self, url: str, content: IO[bytes], hashers: Collection[hashlib._Hash]) -> None:
        with _sentences(url), self._open(url, {}, method="GET", follow=True) as response:
            if response.status_code != httpx2.codes.OK:
                raise Unreachable(shown(url), f"it answers {response.status_code}")
            for chunk in response.iter_raw():
                content.write(chunk)
                for hasher in hashers:
                    hasher.update(chunk)

    @contextmanager
    def _open(self, url: str, headers: Mapping[str, str], *, method: str, follow: bool) -> Iterator[httpx2.Response]:
        self.requests = next(self._counter)
        request = self._client.build_request(method, url, headers={"accept-encoding": "identity", **headers})
        if "accept" not in headers:
            del request.headers["accept"]
        response = self._client.send(request, stream=True, auth=self._credentials.of(url), follow_redirects=follow)
        try:
            yield response
        finally:
            response.close()


def _read(chunks: Iterator[bytes], most: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) >= most:
            break
    return bytes(body)


@contextmanager
def _sentences(url: str) -> Iterator[None]:
    try:
        yield
    except httpx2.TimeoutException:
        raise Unreachable(shown(url), f"no answer within {SECONDS} seconds") from None
    except httpx2.DecodingError as fault:
        raise Unreachable(shown(url), f"the body is not in the encoding that it names ({fault})") from None
    except httpx2.UnsupportedProtocol:
        raise Unreachable(shown(url), "it is no http or https URL") from None
    except (httpx2.RequestError, httpx2.InvalidURL, UnicodeError) as fault:
        raise Unreachable(shown(url), _reason(fault)) from None


def _reason(fault: Exception) -> str:
    # "[Errno 111] Connection refused" says its number to nobody.
    return re.sub(r"^\[Errno -?\d+\] ", "", str(fault)).rstrip(".") or type(fault).__name__


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)
