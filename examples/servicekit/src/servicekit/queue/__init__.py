"""Queues that outlive processes: one port, kept in a file or in Redis."""

from servicekit.queue.errors import QueueError, QueueUnreachableError, UnknownQueueError
from servicekit.queue.opening import open_broker
from servicekit.queue.port import Broker, Delivery, Queue, Rules

__all__ = [
    "Broker",
    "Delivery",
    "Queue",
    "QueueError",
    "QueueUnreachableError",
    "Rules",
    "UnknownQueueError",
    "open_broker",
]
