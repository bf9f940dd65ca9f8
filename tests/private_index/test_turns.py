"""Many uploads at once go on one by one, and readers are not kept waiting; what is looked at is looked at in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from private_index.logs import Message, Receive, Scope, Send
from private_index.turns import Once, OneByOne

UPLOADS = 20


class Turns:
    """Counts the turns of the event loop."""

    def __init__(self) -> None:
        self.now = 0
        self._loop = asyncio.get_running_loop()
        self._next()

    def _next(self) -> None:
        self.now += 1
        self._loop.call_soon(self._next)


async def empty_body() -> Message:
    """Receive a body."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def to_nobody(_: Message) -> None:
    """Send an answer."""


def asked(app: Callable[[Scope, Receive, Send], Awaitable[None]], method: str, number: int = 0) -> Awaitable[None]:
    """Return the answer to a request."""
    return app({"type": "http", "method": method, "number": number}, empty_body, to_nobody)


def test_no_two_uploads_go_on_in_the_same_turn_and_all_keep_their_order() -> None:
    begun: list[int] = []
    went_on: list[int] = []

    async def ask_at_once() -> None:
        turns = Turns()

        async def upload(scope: Scope, receive: Receive, _: Send) -> None:
            begun.append(scope["number"])
            went_on.append(turns.now)
            await receive()
            went_on.append(turns.now)

        app = OneByOne(upload)
        await asyncio.gather(*[asked(app, "POST", number) for number in range(UPLOADS)])

    asyncio.run(ask_at_once())

    assert begun == list(range(UPLOADS))
    assert len(went_on) == len(set(went_on)) == 2 * UPLOADS


def test_a_reader_waits_for_no_upload() -> None:
    answered: list[str] = []

    async def ask_at_once() -> None:
        async def answer(scope: Scope, _: Receive, __: Send) -> None:
            answered.append(scope["method"])

        app = OneByOne(answer)
        await asyncio.gather(*[asked(app, "POST") for _ in range(UPLOADS)], asked(app, "GET"))

    asyncio.run(ask_at_once())

    assert answered.index("GET") <= 1
    assert len(answered) == UPLOADS + 1


def test_an_upload_that_is_given_up_while_it_waits_holds_up_nobody() -> None:
    answered: list[int] = []

    async def give_one_up() -> None:
        async def answer(scope: Scope, _: Receive, __: Send) -> None:
            answered.append(scope["number"])

        app = OneByOne(answer)
        tasks = [asyncio.ensure_future(asked(app, "POST", number)) for number in range(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(give_one_up())

    assert answered == [0, 2]


def test_a_look_is_due_once_a_turn() -> None:
    async def look() -> list[bool]:
        once = Once()
        first = [once.is_due(), once.is_due()]
        await asyncio.sleep(0)
        return [*first, once.is_due(), once.is_due()]

    assert asyncio.run(look()) == [True, False, True, False]
