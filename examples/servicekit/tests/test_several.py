"""One client in front of several services: each in turn, or one that answers and others that hear it."""

from typing import Any

import pytest

from servicekit import UnreachableError
from servicekit.mu import Mu, Reply, Request
from servicekit.transports.several import Balance, Tee

pytestmark = pytest.mark.anyio

ADD = {"role": "math", "cmd": "add"}


class Named:
    """A service that says its name, or cannot be reached."""

    def __init__(self, name: str, *, is_up: bool = True) -> None:
        self.name = name
        self.is_up = is_up
        self.heard: list[Any] = []
        self.is_closed = False

    async def send(self, request: Request) -> Reply:
        """Say the name."""
        if not self.is_up:
            raise UnreachableError(where=self.name, reason="it is down")
        self.heard.append(request.message)
        return Reply(self.name)

    async def close(self) -> None:
        """Keep in mind that it was closed."""
        self.is_closed = True


async def test_balance_asks_each_in_turn_and_passes_over_who_is_down() -> None:
    services = [Named("a"), Named("b", is_up=False), Named("c")]
    async with Mu() as mu:
        mu.outbound("*", Balance(*services))
        answers = [await mu.dispatch(ADD) for _ in range(6)]

    assert answers == ["a", "c", "c", "a", "c", "c"]
    assert all(service.is_closed for service in services)


async def test_balance_over_none_that_is_up_reaches_nobody() -> None:
    async with Mu() as mu:
        mu.outbound("*", Balance(Named("a", is_up=False), Named("b", is_up=False)))

        with pytest.raises(UnreachableError, match="all 2 were tried"):
            await mu.dispatch(ADD)


async def test_tee_lets_others_hear_what_the_first_answers(caplog: pytest.LogCaptureFixture) -> None:
    first, listener, deaf = Named("first"), Named("listener"), Named("deaf", is_up=False)
    mu = Mu()
    mu.outbound("*", Tee(first, listener, deaf))

    answer = await mu.dispatch(ADD)
    await mu.teardown()

    assert answer == "first"
    assert listener.heard == [ADD]
    assert "deaf cannot be reached" in caplog.text
    assert all(service.is_closed for service in (first, listener, deaf))
