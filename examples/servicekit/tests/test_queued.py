"""Messages through a queue: events, requests that somebody waits for, and queues that break."""

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from servicekit import UnreachableError
from servicekit.errors import TimedOutError
from servicekit.mu import Mu, Reply, Request
from servicekit.queue import Queue, Rules, open_broker
from servicekit.transports.queued import EventClient, QueueServer, RequestClient

pytestmark = pytest.mark.anyio

ADD = {"role": "math", "cmd": "add"}


async def empty(queue: Queue) -> None:
    """Wait until all is done that was put into the queue."""
    while await queue.size():  # noqa: ASYNC110 - a queue of another process has no event to wait for
        await asyncio.sleep(0.02)


def ends(file: Path) -> float:
    """Return when the lease of the only message ends."""
    with closing(sqlite3.connect(file, timeout=30)) as connection:
        (until,) = connection.execute("SELECT until FROM messages").fetchone()
    return float(until)


def rename(file: Path, table: str, name: str) -> None:
    """Give a table of the queue's file another name, under which the queue does not find it."""
    with closing(sqlite3.connect(file, timeout=30)) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")


async def test_an_event_is_safe_when_nobody_works_yet(tmp_path: Path) -> None:
    heard: asyncio.Queue[Any] = asyncio.Queue()
    broker = open_broker(f"sqlite:{tmp_path}/queue.db")
    sender, worker = Mu("sender"), Mu("worker")
    sender.outbound("*", EventClient(broker.queue("events")))
    worker.define({"cmd": "record"}, heard.put_nowait)

    said = await sender.dispatch({"cmd": "record", "url": "/"})
    await worker.inbound("*", QueueServer(broker, "events"))
    message = await asyncio.wait_for(heard.get(), 60)
    await worker.teardown()
    await broker.close()

    assert said is None
    assert message == {"cmd": "record", "url": "/", "id": message["id"]}


async def test_an_event_that_fails_is_tried_again_with_the_same_id_and_then_put_aside(tmp_path: Path) -> None:
    ids: list[str] = []
    broker = open_broker(f"sqlite:{tmp_path}/queue.db")
    sender, worker = Mu("sender"), Mu("worker")
    sender.outbound("*", EventClient(broker.queue("events")))

    def fail(message: dict[str, Any]) -> None:
        ids.append(message["id"])
        raise OSError

    worker.define({"cmd": "record"}, fail)
    await sender.dispatch({"cmd": "record"})
    await sender.dispatch({"cmd": "unknown"})
    await worker.inbound("*", QueueServer(broker, "events"))
    await empty(broker.queue("events"))
    await worker.teardown()
    letters = await broker.queue("events").dead()
    await broker.close()

    assert len(ids) == 5
    assert len(set(ids)) == 1
    assert [letter["pattern"] for letter in letters] == [{"cmd": "record"}]


async def test_who_has_the_answer_can_leave_at_once(queue_url: str) -> None:
    worker, brokers = Mu("worker"), [open_broker(queue_url) for _ in range(6)]
    worker.define(ADD, lambda _message: 3)
    await worker.inbound("*", QueueServer(brokers[0], "requests"))

    # Leaving meets the answer that is just being acknowledged, so more than once.
    for broker in brokers[1:]:
        async with asyncio.timeout(60), Mu("sender") as sender:
            sender.outbound("*", RequestClient(broker, "requests"))
            assert await sender.dispatch(ADD, within=60) == 3

    await worker.teardown()
    for broker in brokers:
        await broker.close()


async def test_a_request_that_nobody_waits_for_any_more_is_not_worked_on(tmp_path: Path) -> None:
    heard: list[Any] = []
    broker = open_broker(f"sqlite:{tmp_path}/queue.db")
    sender, worker = Mu("sender"), Mu("worker")
    sender.outbound("*", RequestClient(broker, "requests"))
    worker.define("*", heard.append)
    with pytest.raises(TimedOutError):
        await sender.dispatch(ADD, within=0.1)

    await worker.inbound("*", QueueServer(broker, "requests"))
    await sender.dispatch({"role": "later"})
    await worker.teardown()
    await sender.teardown()
    await broker.close()

    assert heard == [{"role": "later"}]


async def test_what_is_no_envelope_is_ignored_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broker = open_broker(f"sqlite:{tmp_path}/queue.db")
    worker = Mu("worker")
    await broker.queue("events").put({"action": "record"})

    await worker.inbound("*", QueueServer(broker, "events"))
    await empty(broker.queue("events"))
    await worker.teardown()
    await broker.close()

    assert "ignored: this is no message of mu" in caplog.text


async def test_a_worker_outlives_a_queue_that_is_gone(caplog: pytest.LogCaptureFixture) -> None:
    broker = open_broker("redis://127.0.0.1:1/0")
    worker, sender = Mu("worker"), Mu("sender")
    sender.outbound("*", RequestClient(broker, "requests"))
    caplog.set_level(logging.WARNING)

    await worker.inbound("*", QueueServer(broker, "events"))
    with pytest.raises(UnreachableError, match=r"the queue at 127\.0\.0\.1:1 cannot be used"):
        await sender.dispatch({"cmd": "ask"})
    await worker.teardown()
    await sender.teardown()
    await broker.close()

    assert "cannot be used" in caplog.text


async def test_a_message_that_takes_long_is_not_given_to_another(tmp_path: Path) -> None:
    heard: list[Any] = []
    file = tmp_path / "queue.db"
    broker, other = open_broker(f"sqlite:{file}"), open_broker(f"sqlite:{file}")
    # It is asked for more after a third of it, and even a busy machine does not sleep through the rest.
    rules = Rules(lease=6)
    workers = [Mu("one"), Mu("other")]

    async def slow(message: Any) -> None:  # noqa: ANN401
        heard.append(message)
        first = ends(file)
        while ends(file) == first:  # noqa: ASYNC110 - a file has no event to wait for
            await asyncio.sleep(0.1)

    await broker.queue("events").put({**Request(message=ADD, trace="t", seconds=60).wire(), "id": "one"})
    for worker, keeper in zip(workers, (broker, other), strict=True):
        worker.define("*", slow)
        await worker.inbound("*", QueueServer(keeper, "events", rules))
    await empty(broker.queue("events"))
    for ending in (*(worker.teardown() for worker in workers), broker.close(), other.close()):
        await ending

    assert len(heard) == 1


async def test_who_is_refused_more_time_once_asks_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file, done = tmp_path / "queue.db", asyncio.Event()
    broker, worker = open_broker(f"sqlite:{file}"), Mu("worker")

    async def slow(_message: Any) -> None:  # noqa: ANN401
        first = ends(file)
        rename(file, "messages", "lost")
        while "no such table" not in caplog.text:  # noqa: ASYNC110 - a log has no event to wait for
            await asyncio.sleep(0.1)
        rename(file, "lost", "messages")
        while ends(file) == first:  # noqa: ASYNC110 - nor has a file
            await asyncio.sleep(0.1)
        done.set()

    worker.define("*", slow)
    await broker.queue("events").put({**Request(message=ADD, trace="t", seconds=60).wire(), "id": "one"})
    await worker.inbound("*", QueueServer(broker, "events", Rules(lease=6)))
    await asyncio.wait_for(done.wait(), 60)
    await worker.teardown()
    left = await broker.queue("events").size()
    await broker.close()

    assert left == 0


async def test_a_queue_that_breaks_at_work_is_logged_and_the_work_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file, heard = tmp_path / "queue.db", asyncio.Event()
    broker, worker = open_broker(f"sqlite:{file}"), Mu("worker")

    def break_it(_message: Any) -> None:  # noqa: ANN401
        rename(file, "messages", "lost")
        heard.set()

    worker.define("*", break_it)
    await broker.queue("events").put(Request(message=ADD, trace="t", seconds=5).wire())
    await worker.inbound("*", QueueServer(broker, "events"))
    await asyncio.wait_for(heard.wait(), 60)
    await worker.teardown()
    await broker.close()

    assert "no such table: messages" in caplog.text


async def test_a_request_that_does_not_say_who_waits_is_ignored(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broker, worker = open_broker(f"sqlite:{tmp_path}/queue.db"), Mu("worker")
    request = Request(message=ADD, trace="t", seconds=5).wire()
    await broker.queue("requests").put({**request, "replies": "somewhere"})

    await worker.inbound("*", QueueServer(broker, "requests"))
    await empty(broker.queue("requests"))
    await worker.teardown()
    await broker.close()

    assert "it lacks number and until" in caplog.text


async def test_a_reply_that_nobody_asked_for_is_passed_over(tmp_path: Path) -> None:
    broker = open_broker(f"sqlite:{tmp_path}/queue.db")
    sender = Mu("sender")
    sender.outbound("*", RequestClient(broker, "requests"))

    asking = asyncio.create_task(sender.dispatch(ADD))
    request = await broker.queue("requests").take(60)
    assert request is not None
    for number in ("unknown", request.body["number"]):
        await broker.queue(request.body["replies"]).put({"number": number, **Reply(number).wire()})
    answer = await asking
    await sender.teardown()
    await broker.close()

    assert answer == request.body["number"]
