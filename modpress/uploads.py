"""Bring files to an index, once: a file that is there already is not sent again, and one that differs stops all."""

import io
from collections.abc import Iterable, Mapping
from contextlib import nullcontext, redirect_stdout
from typing import Self

from twine.exceptions import RedirectDetected, TwineException
from twine.package import PackageFile
from twine.utils import check_status_code

from modpress.credentials import Account
from modpress.errors import IndexFault, OtherBytes
from modpress.overhearing import overhear
from modpress.refusals import in_sentences
from modpress.release import Artifact

__all__ = ["Uploader", "draws_bar", "find_missing"]

# A bar for a file that is gone in a blink would be noise.
LARGE = 4_000_000


def find_missing(files: Iterable[Artifact], there: Mapping[str, str], url: str) -> list[Artifact]:
    """Decide which files are to be sent.

    Args:
        files: what was built.
        there: the sha256 of the files of those names that the index has.
        url: of the page that shows them.

    """
    files = list(files)
    for artifact in files:
        digest = there.get(artifact.filename, artifact.sha256)
        if digest != artifact.sha256:
            raise OtherBytes(artifact.filename, url, artifact.sha256, digest)
    return [artifact for artifact in files if artifact.filename not in there]


def draws_bar(artifact: Artifact, account: Account) -> bool:
    """Whether twine is to show how far it is."""
    return not account.settings.disable_progress_bar and artifact.path.stat().st_size >= LARGE


class Uploader:
    """Sends files to one URL with twine, all over one connection."""

    def __init__(self, url: str, account: Account) -> None:
        self.url = url
        self.account = account
        self.repository = account.settings.create_repository(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.repository.close()

    def send(self, artifact: Artifact) -> None:
        """Send one file."""
        faults = in_sentences(self.url, artifact.filename, self.account)
        screen = nullcontext() if draws_bar(artifact, self.account) else redirect_stdout(io.StringIO())
        with faults, overhear("twine"), screen:
            try:
                self.account.settings.check_repository_url()
                response = self.repository.upload(PackageFile.from_filename(str(artifact.path), comment=None))
                if response.is_redirect:
                    raise RedirectDetected.from_args(self.url, response.headers["Location"])
                check_status_code(response, verbose=False)
            except TwineException as error:
                raise IndexFault(self.account.login.hide(" ".join(str(error).split()))) from None
