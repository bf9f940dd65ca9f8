"""The indexes that are measured beside each other: how each is installed, filled and started."""

from __future__ import annotations

import hashlib
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from private_index import schema
from private_index.accounts import Accounts
from private_index.rows import File, timestamp
from private_index.settings import Settings
from private_index.store import Store
from tests.bench.shelf import Shelf
from tests.bench.site import BASIC, PASSWORD, USER, Site
from tests.bench.wheels import Release


@dataclass(frozen=True)
class Place:
    """Where one peer lives at one size.

    Args:
        folder: for everything that it writes.
        venv: what was installed for it.
        port: where it is to listen.
        env: the environment of its processes.
        shelf: the files to serve.
        running: the peers of the same size that run already, by name.

    """

    folder: Path
    venv: Path
    port: int
    env: Mapping[str, str]
    shelf: Shelf
    running: Mapping[str, Site]

    @property
    def packages(self) -> Path:
        """The folder of files."""
        return self.folder / "packages"

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}/"


class Peer(ABC):
    """One program that serves packages, told apart by what stands here."""

    name: str
    title: str
    requirements: tuple[str, ...] = ()
    # The largest index that can be filled in sensible time.
    most: int = sys.maxsize
    simple_path = "simple/"
    upload_path: str | None = None
    # Where a POST is read to its end, however long that takes.
    slow_path = ""

    @abstractmethod
    def lay_out(self, place: Place) -> None:
        """Fill its folder."""

    @abstractmethod
    def command(self, place: Place) -> list[str]:
        """Return what serves the folder."""

    def env(self) -> dict[str, str]:
        """Return what its environment needs beside the usual."""
        return {}

    def authorization(self, place: Place) -> str:  # noqa: ARG002 - the others have to log in there
        """Return how a publisher says who it is, once the server runs."""
        return BASIC


class Ours(Peer):
    """The index of this repository."""

    name, title = "ours", "private-index"
    upload_path = ""

    def lay_out(self, place: Place) -> None:
        """Link the files and write their rows, as if each had been uploaded."""
        place.shelf.link_flat(place.packages)
        Accounts(place.folder / "users").add(USER, PASSWORD)
        settings = Settings(root=place.packages, users=place.folder / "users")
        store = Store(settings)
        try:
            write_rows(store, place.shelf)
        finally:
            store.close()

    def command(self, place: Place) -> list[str]:
        """Serve as a team would."""
        where = ["--host", "127.0.0.1", "--port", str(place.port), "--no-fallback"]
        folders = ["--root", str(place.packages), "--users", str(place.folder / "users")]
        return [sys.executable, "-m", "private_index", "serve", *where, *folders]


class StockPypiserver(Peer):
    """pypiserver as its image runs it: gunicorn with one gevent worker, the folder's listing cached."""

    name, title = "pypiserver", "pypiserver (gunicorn, gevent, cached-dir)"
    requirements = ("pypiserver[passlib]>=2.4,<3", "gunicorn", "gevent", "watchdog", "setuptools<81")
    upload_path = ""

    def lay_out(self, place: Place) -> None:
        """Link the files."""
        place.shelf.link_flat(place.packages)

    def command(self, place: Place) -> list[str]:
        """Serve without accounts, and without asking the public index."""
        server = ["--server", "gunicorn", "--backend", "cached-dir", "--disable-fallback", "-P", ".", "-a", "."]
        where = ["--host", "127.0.0.1", "-p", str(place.port)]
        return [str(place.venv / "bin" / "pypi-server"), "run", *server, *where, str(place.packages)]

    def env(self) -> dict[str, str]:
        """Return what its image's configuration of gunicorn says."""
        return {"GUNICORN_CMD_ARGS": "--worker-class gevent --workers 1 --preload"}


class SimpleRepositoryServer(Peer):
    """simple-repository-server over a local folder."""

    name, title = "simple-repository", "simple-repository-server"
    requirements = ("simple-repository-server",)

    def lay_out(self, place: Place) -> None:
        """Link the files, a folder for each project."""
        place.shelf.link_by_project(place.packages)

    def command(self, place: Place) -> list[str]:
        """Serve the folder."""
        where = ["--host", "127.0.0.1", "--port", str(place.port)]
        return [str(place.venv / "bin" / "simple-repository-server"), *where, str(place.packages)]


def write_rows(store: Store, shelf: Shelf) -> None:
    """Write the rows of all files in one transaction: uploading a hundred thousand would take an hour."""
    files = [_row(shelf.path(release), release) for release in shelf.releases]
    metadata = [{"filename": one.filename, "content": one.metadata} for one in shelf.releases]
    with store.catalogue.writing() as connection:
        connection.execute(insert(schema.projects), [{"name": name} for name in sorted({one.project for one in files})])
        connection.execute(insert(schema.files), [vars(file) for file in files])
        connection.execute(insert(schema.core_metadata), metadata)
        connection.execute(insert(schema.changes), [_change(file) for file in files])


def _row(path: Path, release: Release) -> File:
    content = path.read_bytes()
    return File(
        filename=release.filename,
        project=release.project,
        version=release.version,
        kind="wheel",
        sha256=hashlib.sha256(content).hexdigest(),
        blake2_256=hashlib.blake2b(content, digest_size=32).hexdigest(),
        size=len(content),
        requires_python=">=3.8",
        metadata_sha256=hashlib.sha256(release.metadata).hexdigest(),
        uploaded_at=timestamp(datetime.now(UTC)),
        uploaded_by=USER,
    )


def _change(file: File) -> dict[str, str]:
    about = {"project": file.project, "version": file.version, "filename": file.filename}
    return {"at": file.uploaded_at, "who": USER, "origin": "bench", "action": "publish", **about}
