"""What a person configured, made into settings: the command line over the environment over one TOML file."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from private_index.accounts import is_user_name
from private_index.errors import BadOwner, BadSetting, BadSettingsFile, UnknownSetting
from private_index.kinds import (
    FLAG,
    LIST,
    OPTIONAL_PATH,
    OPTIONAL_URL,
    PATH,
    SECONDS,
    SIZE,
    TEXT,
    Kind,
    choice,
    number,
)
from private_index.settings import LOG_FORMATS, PUBLIC_INDEX, READINGS, Settings, default_users, is_loopback

FILE_NAME = "private-index.toml"
PREFIX = "PRIVATE_INDEX_"
CONFIG_VARIABLE = f"{PREFIX}CONFIG"
DEFAULT = "default"
COMMAND_LINE = "command line"


def parse_owners(texts: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Return pattern -> users of texts such as `acme-*` (every user) and `acme-*=alice,bob`.

    Raises:
        BadOwner: what follows the `=` is no list of user names.

    """
    owners: dict[str, frozenset[str]] = {}
    for text in texts:
        pattern, equals, listed = text.partition("=")
        users = [name.strip() for name in listed.split(",")] if equals else []
        for name in users:
            if not is_user_name(name):
                raise BadOwner(pattern, name)
        owners[pattern] = owners.get(pattern, frozenset()).union(users)
    return owners


@dataclass(frozen=True, kw_only=True)
class Key:
    """One setting: its name on the command line and in the file, and what it may be.

    Args:
        name: such as largest-file; its variable is PRIVATE_INDEX_LARGEST_FILE.
        kind: what it may be.
        default: its value when nobody says another, as in TOML; None when that hangs on other settings.
        help: what it does, in a line.
        metavar: what its value is, for the help of the command line.
        otherwise: what the default is, where it is None.

    """

    name: str
    kind: Kind
    default: object
    help: str
    metavar: str = ""
    otherwise: str = ""

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return PREFIX + self.name.replace("-", "_").upper()

    @property
    def field(self) -> str:
        """Its field of the settings."""
        return "owners" if self.name == "reserved" else self.name.replace("-", "_")


KEYS = (
    Key(name="host", kind=TEXT, default="127.0.0.1", help="The address to listen on.", metavar="ADDRESS"),
    Key(name="port", kind=number(0, 65535), default=8080, help="The port; 0 for any free one.", metavar="NUMBER"),
    Key(
        name="url",
        kind=OPTIONAL_URL,
        default="",
        help="Where clients reach the index, when a proxy stands in front of it.",
        metavar="URL",
    ),
    Key(
        name="proxies",
        kind=LIST,
        default=[],
        help="Proxies whose word on a client's address is taken.",
        metavar="ADDRESS",
    ),
    Key(
        name="tls-cert", kind=OPTIONAL_PATH, default="", help="Serve HTTPS with this certificate (PEM).", metavar="FILE"
    ),
    Key(name="tls-key", kind=OPTIONAL_PATH, default="", help="The certificate's private key (PEM).", metavar="FILE"),
    Key(name="root", kind=PATH, default="packages", help="The folder of packages.", metavar="FOLDER"),
    Key(
        name="users",
        kind=PATH,
        default=None,
        help="The file of users and password hashes.",
        metavar="FILE",
        otherwise=str(default_users(Path("ROOT"))),
    ),
    Key(
        name="read",
        kind=choice(READINGS),
        default=None,
        help="Who may list and download.",
        metavar="|".join(READINGS),
        otherwise="open on a loopback address, users elsewhere",
    ),
    Key(
        name="reserved",
        kind=LIST,
        default=[],
        help="Names of your own, such as acme-*, and who may publish them; every user by default.",
        metavar="PATTERN[=USER,…]",
    ),
    Key(
        name="fallback-url",
        kind=OPTIONAL_URL,
        default=PUBLIC_INDEX,
        help="Where unknown projects are found.",
        metavar="URL",
    ),
    Key(name="largest-file", kind=SIZE, default="2GB", help="The most that one file may have.", metavar="SIZE"),
    Key(name="workers", kind=number(1, 256), default=1, help="How many processes answer.", metavar="NUMBER"),
    Key(
        name="connections",
        kind=number(128, 1_000_000),
        default=1024,
        help="How many connections a worker holds at once; as many more may wait.",
        metavar="NUMBER",
    ),
    Key(
        name="header-seconds",
        kind=SECONDS,
        default=30,
        help="How long a request's head may take, and an idle connection may wait for its next request.",
        metavar="SECONDS",
    ),
    Key(
        name="leave-seconds",
        kind=SECONDS,
        default=0,
        help="How long a stopping index still answers, with /ready at 503, so that balancers leave it.",
        metavar="SECONDS",
    ),
    Key(
        name="stop-seconds",
        kind=SECONDS,
        default=10,
        help="How long what runs may take to end after that, before it is cut.",
        metavar="SECONDS",
    ),
    Key(
        name="log-format",
        kind=choice(LOG_FORMATS),
        default="text",
        help="How the log is written.",
        metavar="|".join(LOG_FORMATS),
    ),
    Key(name="access-log", kind=FLAG, default=False, help="Log reads too; uploads and refusals always are."),
)
_BY_NAME = {key.name: key for key in KEYS}


@dataclass(frozen=True, kw_only=True)
class Document:
    """A settings file as it was read.

    Args:
        path: where it lies; relative paths in it start from its folder.
        text: what stands there.
        values: the same, parsed.

    """

    path: Path
    text: str
    values: Mapping[str, object]

    def place(self, name: str) -> str:
        """Return the file and the line where a key is set."""
        pattern = re.compile(rf"""\s*\[?\s*["']?{re.escape(name)}["']?\s*[=.\]]""")
        lines = (number for number, line in enumerate(self.text.splitlines(), start=1) if pattern.match(line))
        number = next(lines, None)
        return str(self.path) if number is None else f"{self.path}, line {number}"


@dataclass(frozen=True, kw_only=True)
class Configured:
    """A setting's value, and who said it."""

    value: Any
    source: str


def find_document(given: Path | None, environ: Mapping[str, str], here: Path) -> Document | None:
    """Return the settings file: the one given, the one the environment names, or private-index.toml where we are.

    Raises:
        BadSettingsFile: it can't be read, or is no TOML.

    """
    named = given or environ.get(CONFIG_VARIABLE)
    path = here / (named or FILE_NAME)
    if not named and not path.exists():
        return None
    try:
        text = path.read_text(encoding="utf-8")
        return Document(path=path, text=text, values=tomllib.loads(text))
    except OSError as fault:
        raise BadSettingsFile(str(path), fault.strerror or str(fault)) from None
    except ValueError as fault:
        raise BadSettingsFile(str(path), str(fault)) from None


def resolve(
    given: Mapping[str, Any], environ: Mapping[str, str], document: Document | None, here: Path
) -> dict[str, Configured]:
    """Return every setting's value: the command line's, else the environment's, else the file's, else the default.

    Args:
        given: key -> value, as the command line had it.
        environ: the environment.
        document: the settings file, if there is one.
        here: where relative paths outside the file start.

    Raises:
        UnknownSetting: the environment or the file sets what is no setting.
        BadSetting: a value is not of its setting's kind.

    """
    found = {key.name: Configured(value=_default(key), source=DEFAULT) for key in KEYS}
    if document is not None:
        found |= _from_document(document)
    found |= _from_environment(environ)
    found |= {name: Configured(value=value, source=COMMAND_LINE) for name, value in given.items()}
    return _derive({name: _absolute(one, document, here) for name, one in found.items()})


def settings_of(configured: Mapping[str, Configured]) -> Settings:
    """Return the settings.

    Raises:
        IndexFault: a value is of its kind, but means nothing.

    """
    fields: dict[str, Any] = {key.field: configured[key.name].value for key in KEYS}
    return Settings(**fields | {"owners": parse_owners(fields["owners"])})


def as_toml(configured: Mapping[str, Configured]) -> str:
    """Return every setting as a line of TOML, with who said it."""
    lines = [f"{key.name} = {_toml(configured[key.name].value)}  # {configured[key.name].source}" for key in KEYS]
    return "".join(f"{line}\n" for line in lines)


def as_example() -> str:
    """Return a settings file that says what is so anyway, to begin with."""
    lines = []
    for key in KEYS:
        said = f"{key.name} = {_toml(key.default)}" if key.default is not None else f"# {key.name} = {key.otherwise}"
        lines.append(f"# {key.help}\n{said}\n")
    return "\n".join(lines)


def _from_document(document: Document) -> dict[str, Configured]:
    found = {}
    for name, value in document.values.items():
        key = _BY_NAME.get(name)
        if key is None:
            raise UnknownSetting(document.place(name), name, _nearest(name, _BY_NAME))
        try:
            found[name] = Configured(value=key.kind.take(value), source=document.place(name))
        except ValueError:
            raise BadSetting(f"{document.place(name)}: {name}", value, key.kind.expects) from None
    return found


def _from_environment(environ: Mapping[str, str]) -> dict[str, Configured]:
    variables = {key.variable: key for key in KEYS}
    found = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable == CONFIG_VARIABLE:
            continue
        key = variables.get(variable)
        if key is None:
            raise UnknownSetting("the environment", variable, _nearest(variable, variables))
        try:
            found[key.name] = Configured(value=key.kind.parse(text), source=variable)
        except ValueError:
            raise BadSetting(variable, text, key.kind.expects) from None
    return found


def _nearest(name: str, known: Iterable[str]) -> str | None:
    typed = name.replace("_", "-") if name.islower() else name
    near = get_close_matches(typed, list(known))
    # Of equally near ones a swap of letters is likelier than other letters.
    swapped = [one for one in near if sorted(one) == sorted(typed)]
    return next(iter(swapped or near), None)


def _default(key: Key) -> Any:  # noqa: ANN401 - each kind has its own type
    return None if key.default is None else key.kind.take(key.default)


def _absolute(one: Configured, document: Document | None, here: Path) -> Configured:
    if not isinstance(one.value, Path):
        return one
    said_in_file = document is not None and one.source.startswith(str(document.path))
    base = document.path.parent if document is not None and said_in_file else here
    return Configured(value=(base / one.value).absolute(), source=one.source)


def _derive(found: dict[str, Configured]) -> dict[str, Configured]:
    users = default_users(found["root"].value)
    read = "open" if is_loopback(found["host"].value) else "users"
    derived = {"users": (users, "root"), "read": (read, "host")}
    return found | {
        name: Configured(value=value, source=f"{DEFAULT}, from {other}")
        for name, (value, other) in derived.items()
        if found[name].value is None
    }


def _toml(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    # JSON's strings are TOML's, but for surrogates, which a UTF-8 file can't hold.
    return json.dumps("" if value is None else str(value), ensure_ascii=False)
