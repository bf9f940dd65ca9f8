"""Empty environments made ahead of their use: whoever sends files has the time, and empty is empty."""

from __future__ import annotations

import tempfile
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Self

from modpress.clients import Client, Source
from modpress.pools import Pool

__all__ = ["Ahead"]


class Ahead:
    """A client as any other, once it is told for which Pythons environments will be asked of it."""

    def __init__(self, client: Client, scratch: Path) -> None:
        self.client = client
        self.scratch = scratch
        self._pool = Pool(1)
        self._begun: dict[str, deque[Future[Path]]] = defaultdict(deque)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for what nobody asked for."""
        self._pool.__exit__(kind, fault, trace)

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment its programs run in."""
        return self.client.environ

    def begin(self, requires_python: str) -> None:
        """Begin to make an environment."""
        self._begun[requires_python].append(self._pool.submit(self._make, requires_python))

    def make_environment(self, folder: Path, requires_python: str) -> None:
        """Put one in place that was begun, or make it now."""
        begun = self._begun[requires_python]
        if begun:
            # Nothing in an empty environment that we use knows where it is.
            begun.popleft().result().rename(folder)
        else:
            self.client.make_environment(folder, requires_python)

    def install(self, requirements: Sequence[str], folder: Path, source: Source) -> None:
        """Install into that environment from that index alone."""
        self.client.install(requirements, folder, source)

    def install_beside(self, requirements: Sequence[str], folder: Path, source: Source, wheels: Sequence[Path]) -> None:
        """Install into that environment; some wheels count as if the index had them already."""
        self.client.install_beside(requirements, folder, source, wheels)

    def _make(self, requires_python: str) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="ahead-", dir=self.scratch)) / "venv"
        self.client.make_environment(folder, requires_python)
        return folder
