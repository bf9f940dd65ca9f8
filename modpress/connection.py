"""How we speak HTTP: not for ever, with the team's certificates, and with a password for one server only."""

from typing import Any
from urllib.parse import urljoin

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.exceptions import HTTPError

from modpress.urls import Login, is_same_origin

__all__ = ["LoginForOneServer", "PageSession", "PatientAdapter", "ReadingSession"]

CONNECT_SECONDS = 10
# twine sends a file five times over on any 5xx. Only these may be gone the next moment; a full disk is not.
PASSING = frozenset({502, 503, 504})
SERVER_FAULTS = 500


class PatientAdapter(HTTPAdapter):
    """A connection with a time limit."""

    def __init__(self, wait: float, certificates: str | None = None) -> None:
        super().__init__()
        self.wait = wait
        self.certificates = certificates

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - as it is in requests
        """Send a request; an answer that repeating cannot mend is raised at once."""
        kwargs["timeout"] = (min(CONNECT_SECONDS, self.wait), self.wait)
        # Set for each request, since requests prefers REQUESTS_CA_BUNDLE to what its session is told.
        kwargs["verify"] = self.certificates or kwargs.get("verify", True)
        response = super().send(request, *args, **kwargs)
        if response.status_code >= SERVER_FAULTS and response.status_code not in PASSING:
            raise HTTPError(response=response, request=request)
        return response

    def mount_on(self, session: Session) -> None:
        """Use this adapter for all of a session's requests."""
        session.mount("http://", self)
        session.mount("https://", self)


class LoginForOneServer(AuthBase):
    """Shows a password to the server it is for: a page's links may lead anywhere."""

    def __init__(self, login: Login, url: str) -> None:
        self.url = url
        self.header = f"Basic {login.token}"

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the login to a request, if it goes there."""
        if is_same_origin(request.url or "", self.url):
            request.headers["Authorization"] = self.header
        return request


class ReadingSession(Session):
    """Reads one index."""

    def __init__(self, url: str, login: Login | None, adapter: PatientAdapter) -> None:
        super().__init__()
        self.auth = LoginForOneServer(login, url) if login else None
        # A proxy's or a page's copy would be proof of nothing.
        self.headers["Cache-Control"] = "no-cache"
        adapter.mount_on(self)


class PageSession(ReadingSession):
    """Reads an index's pages. A redirect to another server is an answer in itself: "not here, ask there"."""

    def get_redirect_target(self, resp: Response) -> str | None:
        """Follow a redirect only to the same server."""
        target = super().get_redirect_target(resp)
        leaves = target and self.should_strip_auth(resp.url, urljoin(resp.url, target))  # type: ignore[no-untyped-call]
        return None if leaves else target
