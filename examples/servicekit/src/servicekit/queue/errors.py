"""What can go wrong with a queue."""

from urllib.parse import urlsplit


class QueueError(Exception):
    """A queue that cannot be used."""


class UnknownQueueError(QueueError):
    """A URL that says no kind of queue."""

    def __init__(self, url: str) -> None:
        scheme = urlsplit(url).scheme or "no scheme"
        super().__init__(f"a queue is sqlite:FILE or redis://HOST:PORT/NUMBER; this URL has {scheme}")


class QueueUnreachableError(QueueError):
    """The keeper of the queue does not answer."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"the queue at {where} cannot be used: {reason}")
