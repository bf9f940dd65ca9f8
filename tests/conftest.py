"""What every test may ask for: a clean environment, hand-made distributions, and a running index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.hand_made import write_sdist, write_wheel
from tests.real_index import Index, Serve, run_index
from tests.surroundings import clean_environment


@pytest.fixture
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment with an empty home and no configuration; certificates and proxies are kept."""
    return clean_environment(tmp_path_factory.mktemp("home"))


@pytest.fixture
def serve(tmp_path: Path, env: dict[str, str]) -> Iterator[Serve]:
    """A function that starts an index with further options, on a free port; all are stopped at the end."""
    with ExitStack() as running:

        def start(*options: str, root: Path | None = None) -> Index:
            return running.enter_context(run_index(root or tmp_path / "packages", options, env))

        yield start


@pytest.fixture
def index(serve: Serve) -> Index:
    """A running index with one user."""
    return serve()


@pytest.fixture
def make_wheel(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a small, valid wheel of pure Python and returns its path."""
    return lambda name="acme-one", version="1.0", **changes: write_wheel(tmp_path / "made", name, version, **changes)


@pytest.fixture
def make_sdist(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a small, valid sdist and returns its path."""
    return lambda name="acme-one", version="1.0", **changes: write_sdist(tmp_path / "made", name, version, **changes)
