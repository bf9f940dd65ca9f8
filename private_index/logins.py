"""How a login stands in the files of pip, uv and twine. Pure: a file's text in, its text with or without a login out.

What is ours stands between two marks, so that it can be taken back to the byte. Each mark is one word: Python's own
reader of netrc stumbles over a comment of several words that comes after a quoted one.
"""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from private_index.errors import IndexFault

__all__ = ["BadFile", "Login", "OtherLogin", "Text", "editors", "logins_in", "user_in_keyring", "without"]

Text = str | None
BEGIN, END = "#>>>private-index-login:{url}{note}", "#<<<private-index-login:{url}"
# What the file lacked before: all of it, or the end of its last line.
NEW, OPEN = "#new", "#open"
MARKED = re.compile(
    r"^#>>>private-index-login:(?P<url>[^\s#]+)(?P<note>#\w+)?\n(?P<body>.*?)^#<<<private-index-login:(?P=url)\n",
    re.MULTILINE | re.DOTALL,
)


class OtherLogin(IndexFault):
    """A file says something else already, which would be taken before ours or be lost."""

    def __init__(self, path: str, what: str, instead: str = "") -> None:
        super().__init__(f"{path} has {what} already, and not from `private-index login`: remove it first{instead}")


class Unwritable(IndexFault):
    """A password that a file's format can't carry."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} can't hold this password, since it begins or ends with a space: use --keyring")


class BadFile(IndexFault):
    """A file can't be understood, so nothing is written into it."""

    def __init__(self, path: str, wrong: str) -> None:
        super().__init__(f"{path} {wrong}: mend it first")


@dataclass(frozen=True, kw_only=True)
class Login:
    """Who somebody is on an index.

    Attributes:
        url: the index, without /simple/.
        user: the name.
        password: None where a keyring keeps it.
        section: the name of the index for twine's -r and uv's --index.

    """

    url: str
    user: str
    password: str | None = field(repr=False)
    section: str

    @property
    def simple_url(self) -> str:
        """Where installers read."""
        return f"{self.url}simple/"


def editors(login: Login, *, is_default: bool) -> Iterator[tuple[str, Callable[[Text, str], str]]]:
    """Yield which files get a login, and how each is edited: from its text and its path to its text.

    Args:
        login: what to write.
        is_default: whether pip and uv are to install from this index when nobody says from where.

    """
    if login.password is not None:
        yield "netrc", lambda text, path: with_netrc(text, login, path)
    yield "pypirc", lambda text, path: with_pypirc(text, login, path)
    if is_default:
        yield "pip", lambda text, path: with_pip(text, login, path)
        yield "uv", lambda text, path: with_uv(text, login, path)


def with_netrc(text: Text, login: Login, path: str) -> str:
    """Return a netrc, which pip, uv and curl read, with a login.

    Raises:
        OtherLogin: it has another for this host; a netrc knows hosts, not ports.

    """
    host = urlsplit(login.url).hostname or ""
    if re.search(rf"(?:^|\s)machine\s+{re.escape(host)}(?:\s|$)", text or ""):
        raise OtherLogin(path, f"a login for {host}")
    words = f"machine {host} login {_quoted(login.user)} password {_quoted(login.password or '')}"
    return _with_block(text, login.url, words)


def with_pypirc(text: Text, login: Login, path: str) -> str:
    """Return a .pypirc, which twine and modpress read, with a section.

    Raises:
        OtherLogin: it has a section of this name.
        BadFile: it is malformed.

    """
    if login.password is not None and login.password != login.password.strip():
        raise Unwritable(path)
    known = _ini(text, path)
    if known.has_section(login.section):
        raise OtherLogin(path, f"a section [{login.section}]", ", or give ours another name with --name")
    password = "" if login.password is None else f"\npassword = {login.password}"
    section = f"[{login.section}]\nrepository = {login.url}\nusername = {login.user}{password}"
    if not known.has_section("distutils"):
        # twine knows only the sections that are listed there.
        section = f"[distutils]\nindex-servers =\n    pypi\n    testpypi\n    {login.section}\n\n{section}"
        return _with_block(text, login.url, section)
    if not known.has_option("distutils", "index-servers"):
        raise BadFile(path, "has a section [distutils] without index-servers")
    return _with_block(_listed(text or "", login), login.url, section)


def with_pip(text: Text, login: Login, path: str) -> str:
    """Return a pip.conf in which the index is the one to install from.

    Raises:
        OtherLogin: it names one already.
        BadFile: it is malformed.

    """
    known = _ini(text, path)
    if known.has_option("global", "index-url"):
        raise OtherLogin(path, "an index-url")
    line = f"index-url = {login.simple_url}"
    if not known.has_section("global"):
        return _with_block(text, login.url, f"[global]\n{line}")
    return re.sub(
        r"^\[global\][^\n]*\n?",
        lambda found: _block_after(found.group(), login.url, line),
        text or "",
        count=1,
        flags=re.MULTILINE,
    )


def with_uv(text: Text, login: Login, path: str) -> str:
    """Return a uv.toml in which the index is the one to install from.

    Raises:
        OtherLogin: it names one already.
        BadFile: it is malformed.

    """
    try:
        known = tomllib.loads(text or "")
    except tomllib.TOMLDecodeError:
        raise BadFile(path, "is no valid TOML") from None
    if "index-url" in known or any(index.get("default") for index in known.get("index", [])):
        raise OtherLogin(path, "a default index")
    return _with_block(
        text, login.url, f'[[index]]\nname = "{login.section}"\nurl = "{login.simple_url}"\ndefault = true'
    )


def without(text: Text, url: str) -> Text:
    """Return a file's text as it was before the login at `url`; None for a file that was not there."""
    if text is None:
        return None
    notes = [found["note"] for found in MARKED.finditer(text) if found["url"] == url]

    def cut(found: re.Match[str]) -> str:
        return "" if found["url"] == url else found.group()

    rest = MARKED.sub(cut, text)
    if NEW in notes:
        # Another login that came later inherits what is known of the file.
        return (
            None
            if not rest
            else re.sub(r"(?<=^#>>>private-index-login:)(\S+?)(?=\n)", rf"\1{NEW}", rest, count=1, flags=re.MULTILINE)
        )
    return rest.removesuffix("\n") if OPEN in notes else rest


def logins_in(text: Text) -> list[str]:
    """Return the URLs of the logins that a file holds."""
    return list(dict.fromkeys(found["url"] for found in MARKED.finditer(text or "")))


def user_in_keyring(pypirc: Text, url: str) -> str | None:
    """Return the user whose password for an index is in a keyring, going by what `with_pypirc` wrote."""
    bodies = [found["body"] for found in MARKED.finditer(pypirc or "") if found["url"] == url]
    user = re.search(r"^username = (.*)$", "".join(bodies), re.MULTILINE)
    return user[1] if user and "\npassword = " not in "".join(bodies) else None


def _with_block(text: Text, url: str, body: str) -> str:
    note = NEW if text is None else OPEN if text and not text.endswith("\n") else ""
    before = f"{text}\n" if note == OPEN else text or ""
    return f"{before}{BEGIN.format(url=url, note=note)}\n{body}\n{END.format(url=url)}\n"


def _block_after(line: str, url: str, body: str) -> str:
    note = "" if line.endswith("\n") else OPEN
    before = line if line.endswith("\n") else f"{line}\n"
    return f"{before}{BEGIN.format(url=url, note=note)}\n{body}\n{END.format(url=url)}\n"


def _listed(text: str, login: Login) -> str:
    """Add a section's name to those that twine knows, on a line of its own between marks."""

    def extend(found: re.Match[str]) -> str:
        # A comment within a value has to begin its line; it does not end the value.
        return _block_after(found.group(), login.url, f"    {login.section}")

    return re.sub(r"^index-servers[ \t]*[=:][^\n]*\n?", extend, text, count=1, flags=re.MULTILINE)


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _ini(text: Text, path: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text or "")
    except configparser.Error:
        # Its own words would quote the line, and the line may hold a password.
        raise BadFile(path, "is malformed") from None
    return parser
