"""Taking in what other indexes left: any tree of distributions, each file with the time at which it was written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from private_index import catalogue
from private_index.errors import CannotRead, DiskFull, IndexFault
from private_index.rows import Actor
from private_index.store import Store, digests_of, moment_of

# What pypiserver and its like ever served, so that a file that can't be taken in is told of and not passed over.
_PACKAGES = (".whl", ".egg", ".exe", ".msi", ".rpm", ".tar.bz2", ".tar.gz", ".tar.xz", ".tar.Z", ".tgz", ".zip")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one file.

    Args:
        path: the file.
        verdict: "taken", "there" (these very bytes were published before) or "refused".
        sentence: why it was refused.

    """

    path: Path
    verdict: Literal["taken", "there", "refused"]
    sentence: str = ""


def find_packages(paths: Iterable[Path]) -> list[Path]:
    """Return the packages under some folders, sorted within each, and every file that is named itself.

    Hidden files and folders are passed over, as pypiserver does, and so is what no index serves (signatures, notes).
    """
    return [found for path in paths for found in (_walk(path) if path.is_dir() else [path])]


def _walk(folder: Path) -> Iterator[Path]:
    entered = set()
    for name, folders, files in os.walk(folder, followlinks=True):
        status = Path(name).stat()
        if (status.st_dev, status.st_ino) in entered:
            # A link leads back up.
            folders.clear()
            continue
        entered.add((status.st_dev, status.st_ino))
        folders[:] = sorted(inner for inner in folders if not inner.startswith("."))
        yield from (Path(name, file) for file in sorted(files) if _is_package(file))


def _is_package(name: str) -> bool:
    return name.endswith(_PACKAGES) and not name.startswith(".")


def import_packages(store: Store, paths: Iterable[Path], actor: Actor) -> Iterator[Outcome]:
    """Publish copies of files one by one and yield what became of each; one that was taken in stays so.

    Raises:
        DiskFull: there is no room for the file, and hardly for the next one.

    """
    for path in paths:
        try:
            is_new = not _is_there(store, path) and store.adopt(path, actor, came=moment_of(path))
        except DiskFull:
            raise
        except IndexFault as fault:
            yield Outcome(path=path, verdict="refused", sentence=fault.sentence)
        else:
            if is_new:
                _keep_time(path, store.blobs.path(path.name))
            yield Outcome(path=path, verdict="taken" if is_new else "there")


def _keep_time(source: Path, target: Path) -> None:
    # Whoever must do without the catalogue one day still knows when each file came.
    times = source.stat()
    with suppress(OSError):
        os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))


def _is_there(store: Store, path: Path) -> bool:
    # Importing again after a stop must not copy everything again.
    try:
        with path.open("rb"):
            size = path.stat().st_size
    except OSError as fault:
        raise CannotRead(str(path), fault.strerror or str(fault)) from None
    with store.catalogue.reading() as connection:
        known = catalogue.held(connection, path.name)
    if known is None or known.state != "published" or known.size != size:
        return False
    return digests_of(path).hexdigest("sha256") == known.sha256
