"""As whom to speak to an index. twine finds the credentials as it always does; it is asked early, and from where."""

import argparse
import configparser
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twine.exceptions import NonInteractive, TwineException
from twine.repository import Repository
from twine.settings import Settings
from twine.utils import DEFAULT_CONFIG_FILE, get_config

from modpress.connection import LoginForOneServer, PatientAdapter
from modpress.destination import Destination
from modpress.errors import AddressFault, NoCredentials
from modpress.order import Manners
from modpress.overhearing import overhear
from modpress.urls import Login, is_same_origin

__all__ = ["Account", "open_account", "read_pypirc"]

NOBODY = {"username": "", "password": ""}
TYPED = "the keyring, or typed in"
# A release looks at an index several times; who has typed a password is not asked for it again.
_typed: dict[str, Login] = {}


class UploadSettings(Settings):
    """twine's settings, whose connections do not wait for ever."""

    def __init__(self, manners: Manners, **settings: Any) -> None:  # noqa: ANN401 - twine's own, of many kinds
        super().__init__(**settings)
        self.adapter = PatientAdapter(manners.wait, self.cacert)
        self.login = Login(self.username or "", self.password or "")

    def create_repository(self, url: str | None = None) -> Repository:
        """Open twine's own connection, with our patience; to another door of the same index, if a URL is given."""
        repository = super().create_repository()
        repository.url = url or repository.url
        self.adapter.mount_on(repository.session)
        if self.login.username:
            repository.session.auth = LoginForOneServer(self.login, repository.url)
        return repository


@dataclass(frozen=True)
class Account:
    """A user on an index.

    Attributes:
        settings: for twine, complete.
        source: where the credentials were found, in words.
        missing: that there are none, of which the guard of the right tells.

    """

    settings: UploadSettings
    source: str
    missing: NoCredentials | None = None

    @property
    def login(self) -> Login:
        """The user and the password."""
        return self.settings.login

    def reading_login(self, destination: Destination) -> Login | None:
        """Return whom to read the index as: a password is shown to the server it is for and to no other."""
        same = is_same_origin(destination.upload_url, destination.simple_url)
        return self.login if same and self.login.username else None


def read_pypirc() -> Mapping[str, str]:
    """Return the upload URL of each section of ~/.pypirc."""
    try:
        sections = get_config(DEFAULT_CONFIG_FILE)
    except configparser.Error:
        # Its own words would quote the line, and the line may hold a password.
        raise AddressFault("~/.pypirc is malformed: see packaging.python.org/specifications/pypirc") from None
    except (OSError, TwineException) as error:
        raise AddressFault(f"~/.pypirc cannot be read: {error}") from None
    return {name: url for name, section in sections.items() if (url := section.get("repository"))}


def open_account(destination: Destination, manners: Manners, *, is_needed: bool = True) -> Account:
    """Find the credentials for an index, asking for them if somebody is there to answer.

    Args:
        destination: the index.
        manners: say whether somebody is.
        is_needed: if not, what can be seen without any is not kept back when there are none.

    """
    arguments = _arguments(destination, manners)
    with overhear("twine") as said:
        try:
            settings = UploadSettings(manners, **arguments)
        except NonInteractive:
            missing = NoCredentials(destination.upload_url, said)
            if is_needed:
                raise missing from None
            return Account(UploadSettings(manners, **{**arguments, **NOBODY}), "nowhere", missing)
        except TwineException as error:
            raise AddressFault(str(error)) from None
    source = _source(settings, destination)
    if source == TYPED:
        _typed[destination.upload_url] = settings.login
    return Account(settings, source)


def _arguments(destination: Destination, manners: Manners) -> dict[str, Any]:
    """Return twine's own arguments: its defaults, its environment variables, and what we know better."""
    parser = argparse.ArgumentParser()
    Settings.register_argparse_arguments(parser)
    arguments = parser.parse_args([])
    arguments.repository = destination.section
    arguments.repository_url = None if destination.section else destination.upload_url
    arguments.non_interactive |= not manners.is_interactive
    arguments.disable_progress_bar = not manners.shows_progress
    arguments.cert = manners.certificates or arguments.cert
    login = destination.login or _typed.get(destination.upload_url)
    if login and arguments.username is None:
        arguments.username, arguments.password = login.username, login.password
    return {**vars(arguments), "repository_name": arguments.repository, "cacert": arguments.cert}


def _source(settings: UploadSettings, destination: Destination) -> str:
    if destination.login and settings.auth.input.password == destination.login.password:
        return "the URL"
    if settings.login == _typed.get(destination.upload_url):
        return TYPED
    if settings.auth.input.password is not None:
        return "TWINE_PASSWORD"
    if settings.repository_config.get("password") is not None:
        return f"[{destination.section}] of ~/.pypirc"
    return TYPED
