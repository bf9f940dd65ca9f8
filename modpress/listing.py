"""What an index shows of a project: its files and their digests, as installers see them."""

import hashlib
from collections.abc import Mapping
from urllib.parse import urljoin

from modpress.clients import Source
from modpress.connection import PageSession, ReadingSession
from modpress.credentials import Account
from modpress.destination import Destination
from modpress.project_page import ACCEPT, ListedFile, read_page
from modpress.refusals import in_sentences
from modpress.urls import is_same_origin

__all__ = ["Listing"]

CHUNK = 1 << 20
ABSENT = frozenset({404, 410})


class Listing:
    """The reading side of an index."""

    def __init__(self, destination: Destination, account: Account) -> None:
        self.account = account
        self.login = account.reading_login(destination)
        self.wait = account.settings.adapter.wait
        self.pages = self._open(PageSession, destination)
        # A file may well lie elsewhere, on a store that the index sends us to.
        self.files = self._open(ReadingSession, destination)
        self.simple_url = destination.simple_url
        if destination.is_derived:
            self.simple_url = self._stated_url(destination) or destination.simple_url

    def page_url(self, project: str) -> str:
        """Return where a project's page is."""
        return urljoin(self.simple_url, f"{project}/")

    @property
    def source(self) -> Source:
        """The index as an installer is to be told of it."""
        url = self.login.put_into(self.simple_url) if self.login else self.simple_url
        return Source(url=url, certificates=self.account.settings.cacert)

    def files_of(self, project: str) -> Mapping[str, ListedFile]:
        """Return the files of a project by name; none for a project that is not here."""
        url = self.page_url(project)
        with in_sentences(url, "to show its files", self.account):
            response = self.pages.get(url, headers={"Accept": ACCEPT})
            # The team's index sends who asks for an unknown project on to the public one: that is not ours.
            if response.status_code in ABSENT or response.is_redirect:
                return {}
            response.raise_for_status()
        return read_page(response, project)

    def digest(self, file: ListedFile) -> str:
        """Return a file's sha256: what the page says, or what the file itself has where the page is silent."""
        return file.sha256 or self.digest_of_content(file)

    def digest_of_content(self, file: ListedFile) -> str:
        """Download a file and return its sha256."""
        content = hashlib.sha256()
        faults = in_sentences(file.url, "a download", self.account)
        with faults, self.files.get(file.url, stream=True) as response:
            response.raise_for_status()
            for chunk in response.iter_content(CHUNK):
                content.update(chunk)
        return content.hexdigest()

    def _stated_url(self, destination: Destination) -> str | None:
        """Ask a devpi where its pages are: nothing in its upload URL tells that it is one."""
        url = urljoin(destination.upload_url, "+api")
        with in_sentences(url, "to be asked", self.account):
            response = self.pages.get(url, headers={"Accept": "application/json"}, allow_redirects=False)
        try:
            path = response.json()["result"]["simpleindex"]
        except (ValueError, KeyError, TypeError):
            return None
        stated = urljoin(url, str(path).rstrip("/") + "/")
        return stated if isinstance(path, str) and is_same_origin(stated, url) else None

    def _open(self, kind: type[ReadingSession], destination: Destination) -> ReadingSession:
        session = kind(destination.simple_url, self.login, self.account.settings.adapter)
        session.cert = self.account.settings.client_cert
        return session
