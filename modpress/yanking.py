"""Take a release back: every module of it, in one step on an index that can, and with a word on who depends on it."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin

from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from modpress.connection import ReadingSession
from modpress.errors import Fault
from modpress.history import Repository
from modpress.module import Module
from modpress.order import Order
from modpress.publication import Index, reach
from modpress.refusals import in_sentences
from modpress.report import Report
from modpress.selection import find_around

__all__ = ["Withdrawal", "withdraw"]

PINNED = re.compile(r"(?P<name>[^=\s]+)==(?P<version>[^=\s]+)")
TAG = re.compile(r"(?:(?P<name>.+)-)?v(?P<version>\d[^-]*)")
JSON = {"Content-Type": "application/json", "Accept": "application/json"}
NO_SUCH_DOOR = frozenset({404, 405})


class NoRelease(Fault):
    """What was given names no release."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no release: give NAME==VERSION, or a tag of this repository, which stands for all that was "
            "released with it"
        )


class NotHeld(Fault):
    """The index has no such release."""

    def __init__(self, said: str) -> None:
        super().__init__(f"{said}; nothing was changed")


class CannotYank(Fault):
    """An index of another kind."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url} offers no way to take a release back from here: see its web pages (on the public index: "
            "Manage, then Options of the release)"
        )


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """What was asked for.

    Attributes:
        releases: NAME==VERSION, or tags.
        order: which index is meant; its one path is where tags are looked up.
        reason: for whoever asks for one of these very versions.
        undo: whether they are to be offered again.
        is_rehearsal: whether nothing is to be changed.

    """

    releases: Sequence[str]
    order: Order
    reason: str | None = None
    undo: bool = False
    is_rehearsal: bool = False


def withdraw(asked: Withdrawal, report: Report) -> None:
    """Take releases back, those of one index all at once, and say who depends on them."""
    pairs = list(dict.fromkeys(pair for text in asked.releases for pair in _meant(text, asked.order.paths[0])))
    modules = [_module(name, version, asked.order.paths[0]) for name, version in pairs]
    index_of = reach(modules, asked.order)
    together: dict[Index, list[Module]] = defaultdict(list)
    for module in modules:
        together[index_of[module.key]].append(module)
    for index, those in together.items():
        report.plan(_told(those, _send(index, those, asked), asked))


def _meant(text: str, folder: Path) -> list[tuple[str, str]]:
    """Return the releases that a text stands for."""
    pinned = PINNED.fullmatch(text)
    pairs = [(pinned["name"], pinned["version"])] if pinned else _tagged(text, folder)
    try:
        return [(canonicalize_name(name, validate=True), str(Version(version))) for name, version in pairs]
    except (InvalidName, InvalidVersion):
        raise NoRelease(text) from None


def _tagged(text: str, folder: Path) -> list[tuple[str, str]]:
    """Return all that was released in the commit of a tag."""
    repository = Repository.holding(folder)
    if repository is None or text not in repository.tags():
        raise NoRelease(text)
    named = [TAG.fullmatch(tag) for tag in repository.tags_beside(text)]
    pairs = [(each["name"] or Module.read(repository.root).name, each["version"]) for each in named if each]
    if not pairs:
        raise NoRelease(text)
    return pairs


def _module(name: str, version: str, folder: Path) -> Module:
    """Return what is known of a release's module: its index, if it or its neighbours name one."""
    repository = Repository.holding(folder)
    tree = find_around(repository, ()) if repository else []
    own = next((module for module in tree if module.key == canonicalize_name(name)), None)
    return Module(folder=folder, name=name, version=version, index=own.index if own else None)


def _send(index: Index, modules: Iterable[Module], asked: Withdrawal) -> dict[str, list[dict[str, str]]]:
    url = urljoin(index.destination.upload_url, "yanks")
    releases = [{"name": module.key, "version": module.version} for module in modules]
    body = {"releases": releases, "reason": asked.reason, "undo": asked.undo, "rehearsal": asked.is_rehearsal}
    session = ReadingSession(url, index.account.login, index.account.settings.adapter)
    session.cert = index.account.settings.client_cert
    with in_sentences(url, " and ".join(f"{each.name} {each.version}" for each in modules), index.account):
        answer = session.post(url, data=json.dumps(body), headers=JSON)
        # Our index tells in JSON of a release that it does not know; others do not know the page.
        if answer.status_code in NO_SUCH_DOOR and "json" not in answer.headers.get("Content-Type", ""):
            raise CannotYank(index.destination.upload_url)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise NotHeld(str(answer.json().get("message")))
        answer.raise_for_status()
    return dict(answer.json())


def _told(modules: Sequence[Module], answer: dict[str, list[dict[str, str]]], asked: Withdrawal) -> list[str]:
    done = "Would yank" if asked.is_rehearsal else "Offered again" if asked.undo else "Yanked"
    count = len(answer["files"])
    what = f"{count} {'file' if count == 1 else 'files'}" if count else "it was so already"
    lines = [f"{done}: {', '.join(str(module) for module in modules)} ({what})"]
    if users := answer["dependants"]:
        lines.append("These take one of them, by the requirements of their latest release:")
        lines.extend(f"  {user['name']} {user['version']}  needs {user['requires']}" for user in users)
    else:
        lines.append("Nothing else on the index takes one of them.")
    return lines
