"""Taking releases back over HTTP, a whole set at once: `POST /yanks`, by whoever may publish under their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from anyio import to_thread
from packaging.utils import canonicalize_name, is_normalized_name
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from private_index.bodies import json_body
from private_index.dependants import dependants
from private_index.door import Door
from private_index.errors import IndexFault, NotOwner, shown
from private_index.lifecycle import check_running
from private_index.logs import tell
from private_index.policy import may_publish
from private_index.releases import Releases
from private_index.rows import Actor
from private_index.store import Store

__all__ = ["BadYank", "Wanted", "Yanks"]

LARGEST = 1_000_000
LONGEST_REASON = 500
# All are changed in one transaction, and nobody else writes meanwhile.
MOST_RELEASES = 500


class BadYank(IndexFault):
    """A request that nobody can make sense of."""

    def __init__(self, wrong: str) -> None:
        super().__init__(
            f'{wrong}; send JSON like {{"releases": [{{"name": "acme", "version": "1.0"}}], "reason": "why"}}'
        )


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a request wants.

    Attributes:
        releases: normalised names, and versions.
        reason: for whoever asks for one of these very versions.
        undo: whether they are to be offered again.
        is_rehearsal: whether it is only asked who would be concerned.

    """

    releases: tuple[tuple[str, str], ...]
    reason: str | None = None
    undo: bool = False
    is_rehearsal: bool = False

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Wanted:
        """Return what a body says.

        Raises:
            BadYank: it is no such JSON.

        """
        try:
            releases = tuple((_name(str(each["name"])), str(each["version"])) for each in said["releases"])
            reason = said.get("reason")
        except (KeyError, TypeError, AttributeError):
            raise BadYank("this is no list of releases") from None
        if not releases:
            raise BadYank("no release is named")
        if len(releases) > MOST_RELEASES:
            raise BadYank(f"these are more than {MOST_RELEASES} releases")
        if not (reason is None or (isinstance(reason, str) and reason.isprintable() and len(reason) <= LONGEST_REASON)):
            raise BadYank(f"a reason is one line of at most {LONGEST_REASON} letters")
        return cls(
            releases=releases, reason=reason, undo=said.get("undo") is True, is_rehearsal=said.get("rehearsal") is True
        )


def _name(typed: str) -> str:
    # Whose a name is, is asked of its normal form (PEP 503): no spelling is a way around that.
    name = canonicalize_name(typed)
    if not is_normalized_name(name):
        raise BadYank(f"{shown(typed)} can't be a project's name")
    return name


class Yanks:
    """The door for taking releases back.

    Args:
        store: the index's files.
        door: says who asks.
        owners: whose names are whose.

    """

    def __init__(self, store: Store, door: Door, owners: Mapping[str, frozenset[str]]) -> None:
        self._store = store
        self._door = door
        self._owners = owners

    async def yank(self, request: Request) -> Response:
        """Yank releases, or offer them again; answer which files changed, and which projects take one of them.

        Raises:
            IndexFault: nothing is changed.

        """
        check_running(request.scope)
        user, _ = await self._door.enter(request)
        wanted = Wanted.read(await json_body(request, LARGEST, BadYank))
        for name, _ in wanted.releases:
            if not may_publish(name, user, self._owners):
                raise NotOwner(user, name)
        origin = request.client.host if request.client else "nowhere"
        done = await to_thread.run_sync(self._do, wanted, Actor(name=user, origin=origin))
        tell(request.scope, _told(wanted))
        return JSONResponse(done)

    def _do(self, wanted: Wanted, actor: Actor) -> dict[str, object]:
        releases = Releases(self._store, actor)
        if wanted.is_rehearsal:
            files = [file for name, version in wanted.releases for file in releases.files(name, version)]
        else:
            files = releases.yank_all(wanted.releases, wanted.reason, undo=wanted.undo)
        concerned = dependants(self._store.catalogue, wanted.releases)
        return {"files": [file.filename for file in files], "dependants": [asdict(each) for each in concerned]}


def _told(wanted: Wanted) -> str:
    action = "unyank" if wanted.undo else "yank"
    releases = ", ".join(f"{name} {version}" for name, version in wanted.releases)
    return f"{action}{' (rehearsal)' if wanted.is_rehearsal else ''}: {releases}"
