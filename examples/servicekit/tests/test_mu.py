"""What Mu does with a message in one process."""

import asyncio
from typing import Any

import pytest

from servicekit import RefusedError, RemoteError, UnreachableError
from servicekit.errors import MalformedError, NoRouteError, TooManyHopsError
from servicekit.mu import Mu, Reply, Request
from servicekit.mu.envelopes import read_reply
from servicekit.transports.local import LocalTransport

pytestmark = pytest.mark.anyio

ADD = {"role": "math", "cmd": "add"}


class NeedsTwoError(RefusedError):
    """A sum of one number."""

    def __init__(self) -> None:
        super().__init__("two numbers, please")


def add(message: dict[str, Any]) -> int:
    if "second" not in message:
        raise NeedsTwoError
    return int(message["first"]) + int(message["second"])


async def test_a_message_is_answered_by_whoever_defined_its_pattern() -> None:
    async with Mu() as mu:
        mu.define(ADD, add)

        assert await mu.dispatch({**ADD, "first": 1, "second": 2}) == 3


async def test_a_handler_may_be_async() -> None:
    async def later(_message: Any) -> str:  # noqa: ANN401
        await asyncio.sleep(0)
        return "later"

    async with Mu() as mu:
        mu.define({"role": "slow"}, later)

        assert await mu.dispatch({"role": "slow"}) == "later"


async def test_the_default_answers_what_no_pattern_matches() -> None:
    async with Mu() as mu:
        mu.define("*", sorted)

        assert await mu.dispatch({"b": 1, "a": 2}) == ["a", "b"]


async def test_without_a_default_the_error_shows_what_was_looked_at_and_nothing_else() -> None:
    async with Mu() as mu:
        mu.define(ADD, add)

        with pytest.raises(NoRouteError, match="cmd: 'divide'") as caught:
            await mu.dispatch({"cmd": "divide", "password": "hidden"})

    assert "hidden" not in str(caught.value)


async def test_a_local_refusal_is_raised_as_it_is() -> None:
    async with Mu() as mu:
        mu.define(ADD, add)

        with pytest.raises(RefusedError, match="two numbers"):
            await mu.dispatch(ADD)


async def test_only_what_matches_is_let_in() -> None:
    way = LocalTransport()
    receiver, sender = Mu("math"), Mu("sender")
    receiver.define(ADD, add)
    receiver.define({"role": "admin"}, lambda _message: "done")
    await receiver.inbound({"role": "math"}, way)
    sender.outbound("*", way)

    with pytest.raises(RemoteError, match="no pattern matches"):
        await sender.dispatch({"role": "admin"})
    assert await sender.dispatch({**ADD, "first": 1, "second": 1}) == 2


async def test_a_message_that_goes_in_a_circle_is_stopped() -> None:
    one, other = LocalTransport(), LocalTransport()
    first, second = Mu("first", ttl=3), Mu("second")
    await first.inbound("*", one)
    await second.inbound("*", other)
    first.outbound("*", other)
    second.outbound("*", one)

    with pytest.raises(RemoteError, match="first > second > first > second; two services route it") as caught:
        await first.dispatch(ADD)

    assert caught.value.kind == "too-many-hops"


async def test_a_message_that_may_go_nowhere_goes_nowhere() -> None:
    mu = Mu(ttl=0)
    mu.outbound("*", LocalTransport())

    with pytest.raises(TooManyHopsError):
        await mu.dispatch(ADD)


async def test_what_a_handler_asks_in_its_turn_keeps_trace_time_and_hops() -> None:
    class Last:
        seen: Request

        async def send(self, request: Request) -> Reply:
            self.seen = request
            return Reply("here")

        async def close(self) -> None:
            pass

    way, last = LocalTransport(), Last()
    first, second = Mu("first"), Mu("second")
    first.outbound("*", way)
    await second.inbound("*", way)
    second.define(ADD, lambda _message: second.dispatch({"role": "last"}))
    second.outbound({"role": "last"}, last)

    await first.dispatch(ADD, within=0.5)

    assert last.seen.path == ("first", "second")
    assert last.seen.ttl == 8
    assert last.seen.seconds <= 0.5


async def test_a_time_out_of_a_handler_s_own_is_a_failure_of_the_handler() -> None:
    async def own(_message: Any) -> None:  # noqa: ANN401
        raise TimeoutError

    async with Mu() as mu:
        mu.define(ADD, own)

        with pytest.raises(TimeoutError):
            await mu.dispatch(ADD)


async def test_after_teardown_nobody_listens() -> None:
    way = LocalTransport()
    receiver, sender = Mu(), Mu()
    await receiver.inbound("*", way)
    sender.outbound("*", way)

    await receiver.teardown()

    with pytest.raises(UnreachableError, match="nobody listens"):
        await sender.dispatch(ADD)


@pytest.mark.parametrize("wire", [[], {"response": 1}, {"err": 1}])
def test_what_is_no_reply_is_not_taken_for_one(wire: object) -> None:
    with pytest.raises(MalformedError, match="it lacks"):
        read_reply(wire)
