"""What was built and found good is kept in the git directory until it is published: who resumes does not build again.

It is known by the commit that it was built from and by what built it; it is kept only for a module without edits.
"""

import json
import os
import platform
import shutil
from contextlib import suppress
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from modpress.builds import read_release
from modpress.errors import BuildFailed
from modpress.history import GitFailed, Repository
from modpress.module import Module, read_build_requirements
from modpress.release import Artifact, Release

__all__ = ["find_kept", "forget", "keep"]

FOLDER = "modpress"
DIGESTS = "digests.json"


def keep(release: Release) -> None:
    """Keep a release for who resumes; where that can't be done they build it again."""
    shelf = _shelf(release.module)
    is_kept = shelf is not None and release.wheel.path.is_relative_to(shelf)
    origin = None if is_kept else _origin(release.module)
    if not (shelf and origin):
        return
    with suppress(OSError):
        shutil.rmtree(shelf, ignore_errors=True)
        part = shelf / f"{origin}.part"
        (part / "dist").mkdir(parents=True)
        for artifact in release.files:
            shutil.copyfile(artifact.path, part / "dist" / artifact.filename)
        (part / DIGESTS).write_text(json.dumps([(each.filename, each.sha256) for each in release.files]))
        part.rename(shelf / origin)


def find_kept(module: Module) -> Release | None:
    """Return what was built of a module as it is, before a publication broke off."""
    shelf = _shelf(module)
    # Mostly there is nothing, and then git is asked nothing further.
    origin = _origin(module) if shelf and shelf.is_dir() else None
    if not (shelf and origin):
        return None
    try:
        sdist, wheel = (
            _whole(shelf / origin / "dist" / name, digest)
            for name, digest in json.loads((shelf / origin / DIGESTS).read_text())
        )
        return read_release(module, sdist, wheel)
    except (OSError, ValueError, BuildFailed):
        return None


def forget(module: Module) -> None:
    """Keep a module's release no longer."""
    shelf = _shelf(module)
    if shelf:
        shutil.rmtree(shelf, ignore_errors=True)


def _shelf(module: Module) -> Path | None:
    repository = Repository.holding(module.folder)
    return repository.own_folder / FOLDER / module.key if repository else None


def _origin(module: Module) -> str | None:
    """Return what tells whether a build would be another: the commit, and who builds; None for an edited module."""
    repository = Repository.holding(module.folder)
    try:
        if not repository or repository.uncommitted([module.folder]):
            return None
        commit = repository.ask("rev-parse", "HEAD").strip()
    except GitFailed:
        return None
    builders = sorted(filter(None, map(_installed, read_build_requirements(module.folder))))
    here = [commit, platform.python_version(), os.environ.get("SOURCE_DATE_EPOCH"), _installed("modpress"), *builders]
    return sha256(json.dumps(here).encode()).hexdigest()[:32]


def _installed(requirement: str) -> str | None:
    with suppress(metadata.PackageNotFoundError, InvalidRequirement):
        name = Requirement(requirement).name
        return f"{name}=={metadata.version(name)}"
    return None


def _whole(path: Path, digest: str) -> Path:
    if Artifact.read(path).sha256 != digest:
        raise ValueError(path)
    return path
