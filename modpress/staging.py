"""Sessions of an index that has them: releases go to a stage, are tried out there, and are published all at once.

The verbs and states are those of PEP 694. A session is found again by what it is for and by what it holds: no note of
it is kept here, so a publication that broke off is taken up from any machine.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urljoin

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from requests import RequestException, Response

from modpress.clients import Source
from modpress.connection import ReadingSession
from modpress.credentials import Account
from modpress.destination import Destination
from modpress.errors import IndexFault
from modpress.module import Module
from modpress.refusals import in_sentences
from modpress.release import Artifact
from modpress.urls import is_public, is_same_origin

__all__ = ["OtherAddress", "Session", "Staging"]

UPLOAD_ROOT = "upload/2.0/"
MEDIA_TYPE = "application/vnd.pypi.upload.v2+json"
ACCEPT = f"{MEDIA_TYPE}, application/problem+json"
META = {"api-version": "2.0"}
# A devpi tells by this what it is, and has no sessions.
DEVPI_ENDING = "/+simple/"

Pair = tuple[str, str]


class OtherAddress(IndexFault):
    """The index says that it lives elsewhere."""

    def __init__(self, url: str, stated: str) -> None:
        super().__init__(
            f"{url} says that its sessions are at {stated}, where no password for it is sent: "
            "whoever runs it must tell it its own URL (private-index serve --url)"
        )


class Vague(IndexFault):
    """An answer about a session lacks what the next step needs."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} answers as if it had sessions (PEP 694), but not as they are described there")


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session as the index told of it.

    Attributes:
        url: itself.
        upload_url: takes files as any index does.
        publish_url: flips all.
        stage_url: the simple URL of its stage.
        status: open or published, or whatever the index has beside.
        releases: what it is for.
        staged: filename -> sha256 of what it holds.

    """

    url: str
    upload_url: str
    publish_url: str
    stage_url: str
    status: str
    releases: frozenset[Pair]
    staged: Mapping[str, str]

    @classmethod
    def read(cls, answer: Mapping[str, Any], url: str) -> Self:
        """Take what an index answers."""
        try:
            links = answer["links"]
            return cls(
                url=links["session"],
                upload_url=links["upload"],
                publish_url=links["publish"],
                stage_url=links["stage"],
                status=answer["status"],
                releases=frozenset(_pair(one["name"], one["version"]) for one in answer["releases"]),
                staged={name: file["hashes"]["sha256"] for name, file in answer["files"].items()},
            )
        except (KeyError, TypeError, AttributeError, InvalidVersion):
            raise Vague(url) from None

    def is_for(self, releases: Collection[Pair], files: Mapping[str, str]) -> bool:
        """Whether it can be gone on with: it is for these releases, and holds none but these bytes."""
        same = all(files.get(name) == digest for name, digest in self.staged.items())
        return self.status == "open" and self.releases == set(releases) and same


class Staging:
    """The sessions of one index, for one user, over one connection."""

    def __init__(self, root: str, account: Account) -> None:
        self.root = root
        self.account = account
        self.connection = ReadingSession(root, account.login, account.settings.adapter)
        self.connection.cert = account.settings.client_cert

    @classmethod
    def offered(cls, destination: Destination, account: Account) -> Self | None:
        """Return the sessions of an index; None if it has none. Where that is known already, nobody is asked."""
        if is_public(destination.upload_url) or destination.simple_url.endswith(DEVPI_ENDING):
            return None
        staging = cls(urljoin(destination.upload_url, UPLOAD_ROOT), account)
        return staging if staging.is_offered() else None

    def is_offered(self) -> bool:
        """Ask whether there are sessions here."""
        try:
            # No password: whatever answers here has not said yet what it is.
            answer = self.connection.get(
                self.root, headers={"Accept": ACCEPT}, allow_redirects=False, auth=lambda request: request
            )
        except RequestException:
            return False
        return answer.status_code == HTTPStatus.OK and answer.headers.get("Content-Type", "").startswith(MEDIA_TYPE)

    def open(self, modules: Sequence[Module], files: Sequence[Artifact]) -> Session:
        """Open a session for these modules, or go on with the one that broke off."""
        releases = [_pair(module.name, str(module.version)) for module in modules]
        wanted = {"meta": META, "releases": [{"name": name, "version": version} for name, version in releases]}
        answer = self._ask("POST", self.root, "to open a session", json=wanted)
        # Each time it is one session less, unless somebody opens them as fast.
        for _ in modules:
            if answer.status_code != HTTPStatus.CONFLICT or "Location" not in answer.headers:
                break
            there = self.look(answer.headers["Location"])
            if there.is_for(releases, {artifact.filename: artifact.sha256 for artifact in files}):
                return there
            # It is of an earlier attempt, before something was changed.
            self.cancel(there)
            answer = self._ask("POST", self.root, "to open a session", json=wanted)
        return self._session(answer, self.root, "to open a session")

    def try_to_open(self, module: Module) -> None:
        """Open a session for a module and cancel it: who may not write its name is told so, as at an upload."""
        what = f"{module.name} from this user"
        name, version = _pair(module.name, str(module.version))
        wanted = {"meta": META, "releases": [{"name": name, "version": version}]}
        answer = self._ask("POST", self.root, what, json=wanted)
        # One that broke off is in the way, and is gone on with later: it was theirs to open.
        if answer.status_code != HTTPStatus.CONFLICT or "Location" not in answer.headers:
            self.cancel(self._session(answer, self.root, what))

    def look(self, url: str) -> Session:
        """Return how a session stands."""
        self._check_address(url)
        return self._session(self._ask("GET", url, "to show a session"), url, "to show a session")

    def publish(self, session: Session) -> None:
        """Publish all that is staged, in one step."""
        answer = self._ask("POST", session.publish_url, "to publish the session")
        self._session(answer, session.publish_url, "to publish the session")

    def cancel(self, session: Session) -> None:
        """Forget a session and what it holds."""
        answer = self._ask("DELETE", session.url, "to cancel a session")
        with in_sentences(session.url, "to cancel a session", self.account):
            if answer.status_code != HTTPStatus.NOT_FOUND:
                answer.raise_for_status()

    def source(self, session: Session) -> Source:
        """Return the stage as an installer is to be told of it."""
        login = self.account.login
        url = login.put_into(session.stage_url) if login.username else session.stage_url
        return Source(url=url, certificates=self.account.settings.cacert)

    def _ask(self, method: str, url: str, what: str, **content: Any) -> Response:  # noqa: ANN401 - as it is in requests
        with in_sentences(url, what, self.account):
            return self.connection.request(method, url, headers={"Accept": ACCEPT}, allow_redirects=False, **content)

    def _session(self, answer: Response, url: str, what: str) -> Session:
        with in_sentences(url, what, self.account):
            answer.raise_for_status()
        try:
            session = Session.read(answer.json(), url)
        except ValueError:
            raise Vague(url) from None
        for link in (session.url, session.upload_url, session.publish_url, session.stage_url):
            self._check_address(link)
        return session

    def _check_address(self, url: str) -> None:
        if not is_same_origin(url, self.root):
            raise OtherAddress(self.root, url)


def _pair(name: str, version: str) -> Pair:
    return canonicalize_name(name), str(Version(version))
