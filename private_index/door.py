"""Who asks: the credentials of a request, proved once and not by many guesses at once."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from private_index.accounts import Accounts
from private_index.errors import ManyGuesses, NeedsUser, WrongPassword
from private_index.logs import add_facts

MOST_GUESSES = 64
# Whoever guesses from one place leaves room for those who come from elsewhere.
MOST_OF_ONE_PLACE = 16


def credentials_of(header: str | None) -> tuple[str, str] | None:
    """Return the user name and the password of an Authorization header (RFC 7617), or None when it holds none."""
    scheme, _, token = (header or "").partition(" ")
    try:
        raw = base64.b64decode(token, validate=True)
    except ValueError:
        # It is no base64, or not even ASCII.
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        # twine sends Latin-1, uv UTF-8.
        text = raw.decode("latin-1")
    name, colon, password = text.partition(":")
    return (name, password) if scheme.lower() == "basic" and colon else None


class Door:
    """Lets in who has a user, by HTTP Basic.

    Args:
        accounts: the users.

    """

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        # A hash takes 19 MiB and a core: many guesses at once must not take the machine from everybody else.
        self._limiter = CapacityLimiter(1)
        self._checks: dict[tuple[str, str], asyncio.Task[bool]] = {}
        self._waiting: Counter[str] = Counter()

    async def enter(self, request: Request) -> tuple[str, str]:
        """Return the credentials of a request, once they are proved.

        Raises:
            NeedsUser: there are none.
            WrongPassword: they are not a user's.
            ManyGuesses: others have to be checked first, too many of them.

        """
        credentials = credentials_of(request.headers.get("authorization"))
        if credentials is None:
            raise NeedsUser
        # Who proved a password before doesn't wait for those who guess. And again, if the users changed meanwhile.
        while not self._accounts.is_proved(*credentials):
            await self._prove(credentials, request.client.host if request.client else "nowhere")
        add_facts(request.scope, user=credentials[0])
        return credentials

    async def _prove(self, credentials: tuple[str, str], place: str) -> None:
        # The jobs of one pipeline come at once and with one password: it is checked once for all of them.
        check = self._checks.get(credentials)
        if check is None:
            if self._waiting.total() >= MOST_GUESSES or self._waiting[place] >= MOST_OF_ONE_PLACE:
                raise ManyGuesses
            self._waiting[place] += 1
            check = asyncio.create_task(to_thread.run_sync(self._accounts.check, *credentials, limiter=self._limiter))
            self._checks[credentials] = check
            check.add_done_callback(lambda _: self._forget(credentials, place))
        if not await asyncio.shield(check):
            raise WrongPassword(credentials[0])

    def _forget(self, credentials: tuple[str, str], place: str) -> None:
        del self._checks[credentials]
        self._waiting[place] -= 1
        if not self._waiting[place]:
            del self._waiting[place]
