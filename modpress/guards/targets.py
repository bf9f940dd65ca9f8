"""Guards of the target: the index is there, lets this user write this name, and this version is the next one."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urljoin

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename
from packaging.version import Version
from requests import Response, Session

from modpress.credentials import Account
from modpress.destination import Destination, check_allowed
from modpress.errors import AddressFault, OtherBytes
from modpress.guards.built import named
from modpress.guards.case import Case
from modpress.guards.shape import Guard, Lane, Verdict, failed, passed, skipped
from modpress.module import Module
from modpress.refusals import in_sentences
from modpress.staging import Staging
from modpress.uploads import find_missing
from modpress.urls import is_public

__all__ = ["AllowedIndex", "Free", "Newer", "Reachable", "Right", "may_write"]

Form = Mapping[str, tuple[str | None, str | bytes]]
# pypiserver and its kin know this action of old, check the password, and do nothing.
NOTHING: Form = {":action": (None, "submit")}


class Reachable(Guard):
    """What is not there can't be published to."""

    name = "reachable"
    family = "target"
    says = "The index answers, with a page that is an index's."
    lane = Lane.INDEX
    is_waivable = False

    def check(self, case: Case) -> Verdict:
        """Ask for the project's page; a fault speaks for itself."""
        _ = case.listed
        return passed()


class AllowedIndex(Guard):
    """A private module on the public index is published for ever."""

    name = "allowed-index"
    family = "target"
    says = "A private module goes to no public index, and any module only to those that it names in indexes."
    is_waivable = False

    def check(self, case: Case) -> Verdict:
        """Compare the index with what the module says."""
        destination = case.subject.destination
        try:
            check_allowed(case.module, destination)
        except AddressFault as fault:
            return failed(str(fault))
        allowed = case.strings("tool", "modpress", "indexes")
        if not allowed or {destination.simple_url, destination.upload_url} & {url.rstrip("/") + "/" for url in allowed}:
            return passed()
        named = ", ".join(allowed)
        return failed(f"{destination.simple_url} is not among the indexes that [tool.modpress] allows it: {named}")


class Right(Guard):
    """A wrong password is better known before the first file than after it."""

    name = "right"
    family = "target"
    says = "The index knows the user and the password, and lets them write this name, as far as it can be asked."
    lane = Lane.INDEX
    is_waivable = False

    def check(self, case: Case) -> Verdict:
        """Ask in a way that leaves nothing behind."""
        if case.subject.account.missing:
            raise case.subject.account.missing
        return may_write(case.module, case.subject.destination, case.subject.account)


class Free(Guard):
    """A published file never changes."""

    name = "free"
    family = "target"
    says = "The index has no file of this version, or the very same bytes."
    lane = Lane.INDEX
    reads = True
    is_waivable = False

    def check(self, case: Case) -> Verdict:
        """Compare digests with what the page says."""
        listing = case.subject.listing
        there = {
            artifact.filename: listing.digest(case.listed[artifact.filename])
            for artifact in case.release.files
            if artifact.filename in case.listed
        }
        try:
            find_missing(case.release.files, there, listing.page_url(case.module.key))
        except OtherBytes as fault:
            return failed(f"{fault}{edited(case)}")
        return passed()


class Newer(Guard):
    """Nobody installs an older version by asking for the newest."""

    name = "newer"
    family = "target"
    says = "The version is higher than all that the index has, or there already."
    lane = Lane.INDEX
    reads = True

    def check(self, case: Case) -> Verdict:
        """Compare it with the files of the page."""
        versions = {version for filename in case.listed if (version := version_of(filename))}
        newest = max(versions, default=case.version)
        if newest <= case.version or case.version in versions:
            return passed()
        return failed(
            f"the index has {newest}, so {case.version} is not the newest: bump it (--waive newer for an older line)"
        )


def may_write(module: Module, destination: Destination, account: Account) -> Verdict:
    """Ask an index whether a user may write a module's name, in a way that leaves nothing behind.

    Raises:
        Fault: they may not, or it can't be asked.

    """
    url = destination.upload_url
    if is_public(url):
        return skipped("the public index can't be asked without uploading")
    staging = Staging.offered(destination, account)
    if staging is not None:
        # Whoever opens a session is judged as whoever uploads, and of a session that is canceled nothing is left.
        staging.try_to_open(module)
        return passed()
    with (
        in_sentences(url, f"{module.name} from this user", account),
        account.settings.create_repository().session as session,
    ):
        return _ask(session, url, account)


def _ask(session: Session, url: str, account: Account) -> Verdict:
    devpi = devpi_login(session, url)
    if devpi is not None:
        return passed() if devpi else failed(wrong_login(url, account))
    answer = post(session, url, NOTHING)
    if answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        answer.raise_for_status()
    if answer.status_code in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}:
        return passed()
    return skipped(f"this index can't be asked without uploading (it answers {answer.status_code})")


def edited(case: Case) -> str:
    """Return what was edited since the version was published, where git tells it, and the command that bumps."""
    reason = case.subject.reason
    return (
        f"; it {reason}: modpress release patch|minor|major {case.folder.name}" if reason.startswith("changed") else ""
    )


def version_of(filename: str) -> Version | None:
    """Return the version that a file's name tells; None for a strange one."""
    try:
        return named(filename)[1]
    except (InvalidSdistFilename, InvalidWheelFilename):
        return None


def post(session: Session, url: str, form: Form) -> Response:
    """Send a form as twine would send an upload."""
    return session.post(url, files=form, headers={"Accept": "application/json"}, allow_redirects=False)


def devpi_login(session: Session, url: str) -> bool | None:
    """Return whether a devpi knows the user; None if it is no devpi."""
    answer = session.get(urljoin(url, "+api"), headers={"Accept": "application/json"}, allow_redirects=False)
    try:
        return str(answer.json()["result"]["authstatus"][0]) == "ok"
    except (ValueError, KeyError, TypeError, IndexError):
        return None


def wrong_login(url: str, account: Account) -> str:
    """Return what is to be said of a login that an index does not know."""
    return f"{url} does not know user {account.login.username!r} with the password from {account.source}"
