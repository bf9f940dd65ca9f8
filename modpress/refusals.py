"""What an index's refusal means to the person who publishes: its own words if it has some, and what to do now."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from http import HTTPStatus

from requests import Response
from requests.exceptions import ConnectTimeout, HTTPError, ProxyError, RequestException, SSLError, Timeout
from requests.utils import get_environ_proxies, select_proxy
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

from modpress.credentials import Account
from modpress.errors import IndexFault
from modpress.urls import Login, is_loopback

__all__ = ["in_sentences"]

WORDS_SHOWN = 500
AGAIN = "then run the same command again: what is already there is not sent twice"
ADVICE = {
    404: "Is it an upload URL? An index URL ends in /simple/, and its upload URL is mostly what stands before that",
    405: "Is it an upload URL? An index URL ends in /simple/, and its upload URL is mostly what stands before that",
    409: "Bump the version: a published file never changes",
    413: "The file is larger than the index, or a proxy before it, takes",
    429: f"It is asked too often: wait a while, {AGAIN}",
    507: f"Its disk is full: make room there, {AGAIN}",
}
FAULT_ADVICE = f"The fault is the index's: look at its log, {AGAIN}"
PROXY = "see HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
START = "start it with `private-index serve` (`nox -s index` in a checkout of modpress), or name another"
WHERE = "is the address right, does it run, and is there a network?"
OF_TLS = {
    "certificate (has expired|is not yet valid)": "see whether the clock of this machine is right, and whether the "
    "index's certificate was renewed in time",
    "[Mm]ismatch": "its certificate is for another name: use the one that it names",
    "WRONG_VERSION_NUMBER|HTTP_REQUEST|RECORD_LAYER_FAILURE": "what answers there speaks no TLS: is it http://, or "
    "another port?",
}
SILENCES = (
    (
        SSLError,
        "cannot be trusted ({reason})",
        "if your team signs its own certificates, name their file in TWINE_CERT",
    ),
    (ProxyError, "is out of the proxy's reach ({reason})", PROXY),
    (ConnectTimeout, "does not answer", WHERE),
    (Timeout, "gave no answer within {wait:g} s", f"try with a longer --wait, {AGAIN}"),
    (NameResolutionError, "has no address", WHERE),
    (NewConnectionError, "is answered by no index", WHERE),
    (RequestException, "broke off ({reason})", f"see whether it runs, {AGAIN}"),
    (OSError, "cannot be asked ({reason})", "see TWINE_CERT, REQUESTS_CA_BUNDLE and the section of ~/.pypirc"),
)


class Refused(IndexFault):
    """The index answered no."""

    def __init__(self, url: str, what: str, said: str, advice: str) -> None:
        super().__init__(f"{url} refused {what}: {said}{advice and f'. {advice}'}")


class Unreachable(IndexFault):
    """The index gave no answer at all."""

    def __init__(self, url: str, wrong: str, advice: str) -> None:
        super().__init__(f"{url} {wrong}: {advice}")


@contextmanager
def in_sentences(url: str, what: str, account: Account) -> Iterator[None]:
    """Turn what requests raises into faults that say who asked whom for what, and never a password."""
    try:
        yield
    except HTTPError as error:
        said = _words_of(error.response, account.login)
        raise Refused(url, what, said, _advice(error.response, account)) from None
    except OSError as error:
        # That is requests' own faults, and a missing file of certificates.
        raise _unreachable(url, error, account) from None


def _words_of(response: Response, login: Login) -> str:
    """Return an index's own words, from wherever indexes put them, and the status."""
    status = response.status_code
    if "charset" not in response.headers.get("Content-Type", ""):
        # requests takes plain text for Latin-1, and a password that is misread is not recognised below.
        response.encoding = "utf-8"
    usual = _usual_phrase(status)
    # The public index says it in the reason phrase, and has a page of HTML for its body.
    words = _words_in_json(response) or _words_in_text(response) or (response.reason or "").replace(usual, "")
    line = " ".join(login.hide(words).split())[:WORDS_SHOWN]
    said = "".join(letter if letter.isprintable() else "?" for letter in line)
    return f"{said} ({status})" if said else f"{status} {usual}".strip()


def _words_in_json(response: Response) -> str:
    try:
        document = response.json()
    except ValueError:
        return ""
    for key in ("message", "detail", "error", "title"):
        if isinstance(document, dict) and isinstance(document.get(key), str):
            return str(document[key])
    return ""


def _words_in_text(response: Response) -> str:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "text/plain":
        return response.text
    # Bottle, and so pypiserver, puts the reason of a refusal into the only <pre> of its page; proxies have a title.
    marked = [re.search(rf"<({tag})\b.*?>(.*?)</\1>", response.text, re.DOTALL) for tag in ("pre", "h1", "title")]
    words = next((unescape(found[2]) for found in marked if found), "") if kind == "text/html" else ""
    return words.replace(str(response.status_code), "").replace(_usual_phrase(response.status_code), "").strip()


def _usual_phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _advice(response: Response, account: Account) -> str:
    status = response.status_code
    proxy = select_proxy(response.url, get_environ_proxies(response.url))
    if proxy and not _words_in_json(response):
        # Nothing tells that it is the index that speaks.
        return f"It was asked through a proxy, which may have said so: {PROXY}"
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        if account.missing:
            return "It was asked without a user: set TWINE_USERNAME and TWINE_PASSWORD"
        return f"It was asked as user {account.login.username!r}, with the password from {account.source}"
    return ADVICE.get(status, FAULT_ADVICE if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "")


def _unreachable(url: str, error: OSError, account: Account) -> Unreachable:
    root = _root(error)
    wrong, advice = next(words for kind, *words in SILENCES if isinstance(error, kind) or isinstance(root, kind))
    if isinstance(root, SSLError | ssl.SSLError):
        advice = next((better for sign, better in OF_TLS.items() if re.search(sign, str(root))), advice)
    known = {"reason": account.login.hide(str(root)), "wait": account.settings.adapter.wait}
    return Unreachable(url, wrong.format_map(known), START if advice is WHERE and is_loopback(url) else advice)


def _root(error: BaseException) -> BaseException:
    """Return the fault that requests and urllib3 have wrapped."""
    within = [error.reason] if isinstance(error, MaxRetryError) else reversed(error.args)
    inner = next((each for each in within if isinstance(each, BaseException)), None)
    return _root(inner) if inner else error
