"""What a queue promises, kept in a file or in Redis."""

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from servicekit.queue import (
    Broker,
    Delivery,
    Queue,
    QueueUnreachableError,
    Rules,
    UnknownQueueError,
    open_broker,
)
from servicekit.queue.redis_streams import RedisBroker, RedisQueue
from servicekit.queue.sqlite import SqliteBroker

pytestmark = pytest.mark.anyio

# A consumer of its own process: takes one message, says so, and is at work on it until it is killed.
CONSUMER = """
import asyncio, sys
from servicekit.queue import open_broker

async def main():
    queue = open_broker(sys.argv[1]).queue("sums")
    delivery = await queue.take(10)
    print(delivery.body, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def taken(queue: Queue, seconds: float = 60) -> Delivery:
    delivery = await queue.take(seconds)
    assert delivery is not None
    return delivery


def killed_at_work(url: str) -> str:
    """Let a real process take a message, kill it, and return what it had taken."""
    command = [sys.executable, "-c", CONSUMER, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        body = process.stdout.readline().strip()
        process.kill()
    return body


async def test_the_first_in_is_the_first_out(broker: Broker) -> None:
    queue = broker.queue("sums")
    for number in range(5):
        await queue.put({"number": number})

    bodies: list[int] = []
    while delivery := await queue.take(0):
        bodies.append(delivery.body["number"])
        await queue.ack(delivery)

    assert bodies == [0, 1, 2, 3, 4]
    assert await queue.size() == 0


async def test_a_message_is_one_taker_s_at_a_time(broker: Broker, queue_url: str) -> None:
    await broker.queue("sums").put("only")
    other = open_broker(queue_url)

    mine = await broker.queue("sums").take(1)
    theirs = await other.queue("sums").take(0.6)
    await other.close()

    assert mine is not None
    assert theirs is None


async def test_a_taker_waits_for_what_is_put_later(broker: Broker, queue_url: str) -> None:
    waiting = asyncio.create_task(taken(broker.queue("sums")))
    await asyncio.sleep(0.1)
    other = open_broker(queue_url)

    await other.queue("sums").put("late")
    await other.close()

    assert (await waiting).body == "late"


async def test_what_is_put_right_after_a_look_is_not_left_until_the_next_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("servicekit.queue.sqlite.ROUNDS", 3600)
    other = SqliteBroker(tmp_path / "queue.db")

    class Overtaken(SqliteBroker):
        async def run(self, what: Callable[[sqlite3.Connection], Any]) -> Any:  # noqa: ANN401
            found = await super().run(what)
            if await other.queue("sums").size() == 0:
                await other.queue("sums").put("late")
            return found

    broker = Overtaken(tmp_path / "queue.db")
    delivery = await taken(broker.queue("sums"))
    await broker.close()
    await other.close()

    assert delivery.body == "late"


async def test_what_a_killed_consumer_had_comes_again_in_order(broker: Broker, queue_url: str) -> None:
    queue = broker.queue("sums")
    for number in range(3):
        await queue.put(number)

    had = [killed_at_work(queue_url), killed_at_work(queue_url)]
    # The lease is thirty seconds: that the process is gone is known at once.
    again = [await taken(queue) for _ in range(3)]

    assert had == ["0", "0"]
    assert [delivery.body for delivery in again] == [0, 1, 2]
    assert [delivery.tries for delivery in again] == [3, 1, 1]


async def test_what_a_stopped_consumer_had_is_another_s_at_once(broker: Broker, queue_url: str) -> None:
    await broker.queue("sums").put("work")
    other = open_broker(queue_url)
    await taken(other.queue("sums"))

    await other.close()

    assert (await taken(broker.queue("sums"))).tries == 2


async def test_a_lease_that_ran_out_lets_another_have_it(broker: Broker, queue_url: str) -> None:
    await broker.queue("sums").put("work")
    other = open_broker(queue_url)
    await taken(other.queue("sums", Rules(lease=0.2)))

    again = await taken(broker.queue("sums", Rules(lease=0.2)))
    await other.close()

    assert again.tries == 2


async def test_a_lease_is_extended(broker: Broker, queue_url: str) -> None:
    await broker.queue("sums").put("work")
    other = open_broker(queue_url)
    # Long enough that even a busy machine is back in time, and short enough to be over without the extension.
    slow = other.queue("sums", Rules(lease=3))
    delivery = await taken(slow)
    await asyncio.sleep(2)

    await slow.extend(delivery)
    await asyncio.sleep(1.2)
    found = await broker.queue("sums", Rules(lease=3)).take(0)
    await other.close()

    assert found is None


async def test_a_released_message_is_the_first_again(broker: Broker) -> None:
    queue = broker.queue("sums")
    for number in range(2):
        await queue.put(number)

    await queue.release(await taken(queue))
    again = await taken(queue)

    assert (again.body, again.tries) == (0, 2)


async def test_after_its_last_try_a_message_is_a_dead_letter(broker: Broker) -> None:
    queue = broker.queue("sums", Rules(tries=2))
    await queue.put("poison")
    await queue.put("sound")

    for _ in range(2):
        await queue.release(await taken(queue))
    after = await taken(queue)

    assert after.body == "sound"
    assert await queue.dead() == ["poison"]
    assert await queue.size() == 1


async def test_what_kills_its_consumer_each_time_is_a_dead_letter(broker: Broker, queue_url: str) -> None:
    await broker.queue("sums").put("poison")
    queue = broker.queue("sums", Rules(tries=1))

    killed_at_work(queue_url)
    # A moment may pass until it is known that the consumer is gone.
    async with asyncio.timeout(60):
        while not await queue.dead():
            assert await queue.take(0) is None

    assert await queue.dead() == ["poison"]


async def test_dead_letters_are_revived(broker: Broker) -> None:
    queue = broker.queue("sums", Rules(tries=1))
    await queue.put("poison")
    await queue.release(await taken(queue))

    revived = await queue.revive()
    again = await taken(queue)

    assert revived == 1
    assert (again.body, again.tries) == ("poison", 1)
    assert await queue.dead() == []


async def test_queues_know_nothing_of_each_other(broker: Broker) -> None:
    await broker.queue("sums").put("sum")

    other = await broker.queue("pages").take(0)
    await broker.queue("pages").drop()

    assert other is None
    assert await broker.queue("sums").size() == 1


async def test_a_dropped_queue_is_empty(broker: Broker) -> None:
    await broker.queue("sums").put("sum")

    await broker.queue("sums").drop()

    assert await broker.queue("sums").size() == 0
    assert await broker.queue("sums").take(0) is None


async def test_what_nobody_takes_in_time_is_gone(broker: Broker) -> None:
    queue = broker.queue("replies", Rules(keep=0.1))
    await queue.put("old")

    await asyncio.sleep(0.3)

    assert await queue.take(0) is None


async def test_two_consumers_share_the_work_and_do_none_twice(broker: Broker, queue_url: str) -> None:
    for number in range(60):
        await broker.queue("sums").put(number)
    other = open_broker(queue_url)
    done: list[int] = []
    # How the rest is shared is a matter of luck, but while one is at work the other gets its own.
    both_have_one = asyncio.Barrier(2)

    async def work(queue: Queue) -> None:
        delivery: Delivery | None = await taken(queue)
        async with asyncio.timeout(60):
            await both_have_one.wait()
        while delivery:
            done.append(delivery.body)
            await queue.ack(delivery)
            delivery = await queue.take(0)

    await asyncio.gather(work(broker.queue("sums")), work(other.queue("sums")))
    await other.close()

    assert sorted(done) == list(range(60))


async def test_many_may_be_the_first_at_once(tmp_path: Path) -> None:
    for number in range(40):
        brokers = [open_broker(f"sqlite:{tmp_path}/{number}.db") for _ in range(6)]

        await asyncio.gather(*(broker.queue("sums").put(number) for broker in brokers))

        assert await brokers[0].queue("sums").size() == len(brokers)
        await asyncio.gather(*(broker.close() for broker in brokers))


async def test_a_broker_that_answers_says_so_in_silence(broker: Broker) -> None:
    await broker.ping()

    assert await broker.queue("sums").size() == 0


@pytest.mark.parametrize("url", ["redis://:hidden@127.0.0.1:1/0", "sqlite:/proc/nowhere/queue.db"])
async def test_a_queue_that_cannot_be_used_says_where_and_no_password(url: str) -> None:
    broker = open_broker(url)

    with pytest.raises(QueueUnreachableError, match=r"127\.0\.0\.1:1|/proc/nowhere") as caught:
        await broker.ping()
    await broker.close()

    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("url", ["amqp://user:hidden@host", "queue.db", "sqlite:", ""])
async def test_a_url_of_no_kind_is_refused(url: str) -> None:
    with pytest.raises(UnknownQueueError, match="sqlite:FILE or redis://") as caught:
        open_broker(url)

    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("form", ["sqlite:{}", "sqlite:///{}"])
async def test_a_file_is_named_as_people_name_it(form: str, tmp_path: Path) -> None:
    broker = open_broker(form.format(tmp_path / "queue.db"))

    await broker.queue("sums").put("sum")
    await broker.close()

    assert (tmp_path / "queue.db").is_file()


async def test_who_gives_no_sign_of_life_holds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "queue.db"
    broker, other = open_broker(f"sqlite:{file}"), open_broker(f"sqlite:{file}")
    await broker.queue("sums").put("work")
    await taken(other.queue("sums"))

    shutil.rmtree(tmp_path / "queue.db-holders")
    again = await taken(broker.queue("sums"))
    await other.close()
    await broker.close()

    assert again.tries == 2


async def test_a_redis_that_lost_its_memory_is_used_again(redis_url: str) -> None:
    broker = open_broker(redis_url)
    queue = broker.queue("forgotten")
    await queue.take(0)
    redis_cli(redis_url, "flushall")

    with pytest.raises(QueueUnreachableError, match="ResponseError"):
        await queue.take(0)
    await queue.put("new")
    delivery = await taken(queue)
    await broker.close()

    assert delivery.body == "new"


async def test_a_key_of_redis_that_is_no_queue_is_left_alone(redis_url: str) -> None:
    redis_cli(redis_url, "set", "text", "1")
    broker = open_broker(redis_url)

    with pytest.raises(QueueUnreachableError, match="ResponseError"):
        await broker.queue("text").take(0)
    await broker.close()


async def test_what_was_acknowledged_at_the_last_moment_is_not_taken_again(redis_url: str) -> None:
    class Overtaken(RedisQueue):
        async def _first_free(self, redis: Any) -> str | None:  # noqa: ANN401
            number = await super()._first_free(redis)
            if number is not None:
                await self.ack(Delivery(number, None, 1))
            return number

    broker, other = RedisBroker(redis_url), RedisBroker(redis_url)
    await broker.queue("late").put("work")
    await taken(other.queue("late"))
    await other.close()

    found = await Overtaken(broker, "late", Rules()).take(0.5)
    await broker.close()

    assert found is None


def redis_cli(url: str, *command: str) -> None:
    subprocess.run(["redis-cli", "-u", url, *command], check=True, capture_output=True)  # noqa: S607
