"""The commands login and logout: for who uses an index, so they need nothing of what an index itself needs."""

from __future__ import annotations

import getpass
import os
import sys
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import click

from private_index.errors import IndexFault
from private_index.groups import FaultGroup
from private_index.login_files import Home
from private_index.logins import Login

if TYPE_CHECKING:
    from requests import RequestException

__all__ = ["login", "login_commands", "logout"]

SECONDS = 20
REFUSALS = (401, 403)
NO_INDEX = (301, 302, 303, 307, 308, 404, 405)


class BadIndexUrl(IndexFault):
    """What was given is no URL of an index."""

    def __init__(self, url: str, wrong: str) -> None:
        super().__init__(f"{url!r} is no index's URL: {wrong}")


class NotReached(IndexFault):
    """The index can't be asked whether the password is right."""

    def __init__(self, url: str, wrong: str) -> None:
        super().__init__(f"{url} can't be asked whether this login is right ({wrong}); nothing was written")


class Refused(IndexFault):
    """The index knows better."""

    def __init__(self, url: str, user: str, status: int) -> None:
        super().__init__(f"{url} refuses the user {user!r} with this password ({status}); nothing was written")


class NobodyToAsk(IndexFault):
    """There is no terminal and no option."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(f"there is no terminal to ask for the {what} at: {instead}")


class NoLogin(IndexFault):
    """There is nothing to take back."""

    def __init__(self, url: str | None, known: list[str]) -> None:
        what = f"there is no login for {url}" if url else "there is no login"
        instead = f"; say one of those that there are: {', '.join(known)}" if known else ", and so nothing to take back"
        super().__init__(f"{what}{instead}")


class Several(IndexFault):
    """One of several logins is meant, and it is not said which."""

    def __init__(self, known: list[str]) -> None:
        super().__init__(f"there are logins for {', '.join(known)}: say which one")


class NoKeyring(IndexFault):
    """There is nothing that keeps passwords."""

    def __init__(self, wrong: str) -> None:
        super().__init__(f"the keyring can't keep the password ({wrong}): log in without --keyring")


@click.command()
@click.argument("url")
@click.option("-u", "--user", metavar="NAME", help="Your name on the index; asked for on a terminal.")
@click.option("--name", metavar="NAME", help="What twine's -r calls the index.  [default: its host]")
@click.option("--default", "is_default", is_flag=True, help="Let pip and uv install from this index by default.")
@click.option("--keyring", "uses_keyring", is_flag=True, help="Keep the password in the keyring, and in no file.")
def login(url: str, user: str | None, name: str | None, *, is_default: bool, uses_keyring: bool) -> None:
    """Let pip, uv and twine, and so `modpress`, speak to the index at URL as you.

    The password is asked for, or read as one line from standard input when that is no terminal. The index is asked
    whether it is right; then it is written where the clients look, for your eyes only: ~/.netrc (pip, uv, curl) and
    ~/.pypirc (twine, modpress), and with --default in the settings of pip and uv. NETRC, PIP_CONFIG_FILE and
    UV_CONFIG_FILE may name other files. What else is in these files stays as it is. `logout` takes it back.

    \b
    private-index login https://packages.example.com/simple/
    private-index login https://packages.example.com/ --user me --default < password.txt
    """  # noqa: D301 - \b is click's mark for text to leave as it is
    url = base_url(url)
    user = user or _ask_user()
    password = _ask_password(user, url)
    check(url, user, password)
    section = name or (urlsplit(url).hostname or "").replace(":", "-")
    home = Home.of(os.environ, Path.home())
    if uses_keyring:
        _keep(url, user, password)
    kept = Login(url=url, user=user, password=None if uses_keyring else password, section=section)
    written = home.add(kept, is_default=is_default)
    if url.startswith("http:") and not _is_loopback(url):
        click.echo(f"Warning: {url} is not encrypted: whoever listens on the way learns the password", err=True)
    click.echo(f"Logged in to {url} as {user}; written to {', '.join(map(str, written))}")
    click.echo(f"Publish:  modpress publish -r {section}")
    where = "" if is_default else f" --index-url {kept.simple_url}"
    click.echo(f"Install:  pip install{where} NAME")


@click.command()
@click.argument("url", required=False)
def logout(url: str | None) -> None:
    """Take back what `login` wrote, to the byte; without a URL the only login there is."""
    home = Home.of(os.environ, Path.home())
    known = home.logins()
    meant = base_url(url) if url else known[0] if known else None
    if url is None and len(known) > 1:
        raise Several(known)
    if meant not in known:
        raise NoLogin(meant, known)
    if user := home.user_in_keyring(meant):
        _forget(meant, user)
    files = home.remove(meant)
    click.echo(f"Logged out of {meant}; taken out of {', '.join(map(str, files))}")


login_commands = FaultGroup(commands=[login, logout])


def base_url(url: str) -> str:
    """Return the URL of an index, from that or from its simple URL.

    Raises:
        BadIndexUrl: it is none, or carries a password.

    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise BadIndexUrl(url, str(error)) from None
    if "@" in parts.netloc:
        raise BadIndexUrl(parts.netloc.rpartition("@")[2], "leave user and password out of it; `ps` shows them")
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise BadIndexUrl(url, "it begins with https:// (or http://) and a host")
    path = f"{parts.path.rstrip('/')}/"
    path = path.removesuffix("simple/") if path.endswith("/simple/") else path
    return urlunsplit((parts.scheme, parts.netloc.lower(), path, "", ""))


def check(url: str, user: str, password: str) -> None:
    """Ask an index whether a login is right, by an upload without a file: who is not let in is told so first.

    Raises:
        Refused: it is not.
        NotReached: nobody can say.

    """
    import requests  # noqa: PLC0415 - it takes a while, and no other command needs it

    try:
        answer = requests.post(
            url,
            files={":action": (None, "file_upload")},
            auth=(user.encode(), password.encode()),  # type: ignore[arg-type]  # it would take text for Latin-1
            timeout=SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise NotReached(url, _reason(error)) from None
    if answer.status_code in REFUSALS:
        raise Refused(url, user, answer.status_code)
    if answer.status_code in NO_INDEX or answer.status_code >= requests.codes.server_error:
        raise NotReached(url, f"it answered {answer.status_code}; is it the address of an index?")


def _reason(error: RequestException) -> str:
    from requests.exceptions import ProxyError, SSLError, Timeout  # noqa: PLC0415 - as above

    if isinstance(error, SSLError):
        return "its certificate is not trusted; name your authority's file in REQUESTS_CA_BUNDLE"
    if isinstance(error, ProxyError):
        return "the proxy refuses; see HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
    if isinstance(error, Timeout):
        return f"no answer within {SECONDS} s"
    return "nothing answers there"


def _ask_user() -> str:
    if not sys.stdin.isatty():
        raise NobodyToAsk("user", "say --user NAME")
    return str(click.prompt("User name", default=getpass.getuser()))


def _ask_password(user: str, url: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(f"Password of {user} on {url}", hide_input=True))
    try:
        line = sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        line = ""
    if not line:
        raise NobodyToAsk("password", "give it as one line on standard input")
    return line


def _services(url: str) -> tuple[str, ...]:
    # twine asks for the upload URL; pip and uv for the index's URL or its host.
    return url, f"{url}simple/", urlsplit(url).netloc


def _keep(url: str, user: str, password: str) -> None:
    import keyring  # noqa: PLC0415 - it looks for the desktop's keyring, which takes a while
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        for service in _services(url):
            keyring.set_password(service, user, password)
        if keyring.get_password(url, user) != password:
            raise NoKeyring("it forgets at once")
    except (KeyringError, RuntimeError) as error:
        raise NoKeyring(str(error).splitlines()[0]) from None


def _forget(url: str, user: str) -> None:
    import keyring  # noqa: PLC0415 - as above
    from keyring.errors import KeyringError  # noqa: PLC0415

    for service in _services(url):
        # What is gone already is gone.
        with suppress(KeyringError, RuntimeError):
            keyring.delete_password(service, user)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
