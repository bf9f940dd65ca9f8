"""Libraries that speak through a logger are heard here, so that their words can become part of a sentence."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["overhear"]


class _Ear(logging.Handler):
    """Remembers messages, without their tracebacks."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@contextmanager
def overhear(name: str) -> Iterator[list[str]]:
    """Collect what a library says, instead of letting it print."""
    ear, logger = _Ear(), logging.getLogger(name)
    logger.addHandler(ear)
    try:
        yield ear.said
    finally:
        logger.removeHandler(ear)
