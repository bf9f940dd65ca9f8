"""Threads that wait for other processes, and are not waited for when a person wants to stop."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Thread
from types import TracebackType

import psutil

__all__ = ["Pool"]

PAUSE_SECONDS = 0.1


class Pool(ThreadPoolExecutor):
    """A pool of threads that ends, when it is left by a fault, Ctrl-C or SIGTERM, the processes it would wait for.

    A signal that is sent to this process alone does not reach a backend that builds, or a module's tests.
    """

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the threads; for their processes only if nothing stopped us."""
        if kind:
            waiter = Thread(target=self.shutdown, kwargs={"cancel_futures": True}, daemon=True)
            waiter.start()
            while waiter.is_alive():
                # More than once: what a thread does after its process has ended may begin another.
                _end_processes()
                waiter.join(PAUSE_SECONDS)
        self.shutdown()


def _end_processes() -> None:
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            process.terminate()
