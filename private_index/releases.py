"""The life of a release once it is published: yanked, taken back for ever, or its whole project given a status."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from packaging.utils import canonicalize_name
from packaging.version import Version
from sqlalchemy import Connection

from private_index import catalogue
from private_index.blobs import disk_faults, flush_folder
from private_index.errors import GoneRelease, UnknownFile, UnknownProject, UnknownRelease, nearest
from private_index.rows import Actor, File, Project
from private_index.store import Store

Status = Literal["active", "archived", "deprecated", "quarantined"]
Turn = Literal["yank", "unyank"]


def same_version(typed: str, versions: Collection[str]) -> set[str]:
    """Return those of `versions` that `typed` means: 1.0 and v1.0.0 are one (PEP 440)."""
    try:
        meant = Version(typed)
    except ValueError:
        # It is no version, or has more digits than Python reads as one number.
        return set()
    return {version for version in versions if Version(version) == meant}


class Releases:
    """Changes to what is published, each in one transaction with its line in the log.

    Every name is understood in any spelling (PEP 503), every version too (PEP 440).

    Args:
        store: the index's files.
        actor: who changes them.

    """

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store = store
        self._actor = actor

    def project(self, name: str) -> Project:
        """Return a project.

        Raises:
            UnknownProject: the index has never held it.

        """
        with self._store.catalogue.reading() as connection:
            return self._project(connection, name)

    def files(self, name: str, version: str, filename: str | None = None) -> list[File]:
        """Return a release's files that were not deleted, or the one of that name.

        Raises:
            UnknownProject, UnknownRelease, UnknownFile: there is no such thing.
            GoneRelease: all of them were deleted.

        """
        with self._store.catalogue.reading() as connection:
            return self._standing(connection, name, version, filename)

    def yank(self, name: str, version: str, reason: str | None) -> list[File]:
        """Let installers pass a release over unless it is asked for by its exact version (PEP 592).

        Returns:
            the files that were not yanked for this very reason before.

        Raises:
            UnknownProject, UnknownRelease, GoneRelease: there is no such release.

        """
        return self._turn(name, version, "yank", reason)

    def yank_all(self, releases: Iterable[tuple[str, str]], reason: str | None, *, undo: bool = False) -> list[File]:
        """Yank releases, or take that back, all of them or none.

        Returns:
            the files that changed.

        Raises:
            UnknownProject, UnknownRelease, GoneRelease: there is no such release; nothing is changed.

        """
        with self._store.catalogue.writing() as connection:
            turned = (
                self._turn_in(connection, name, version, "unyank" if undo else "yank", reason)
                for name, version in releases
            )
            return [file for files in turned for file in files]

    def unyank(self, name: str, version: str, reason: str | None) -> list[File]:
        """Let installers choose a release again.

        Returns:
            the files that were yanked before.

        Raises:
            UnknownProject, UnknownRelease, GoneRelease: there is no such release.

        """
        return self._turn(name, version, "unyank", reason)

    def delete(self, name: str, version: str, filename: str | None = None) -> list[File]:
        """Take a release, or one file of it, back for ever; the names stay bound to what they held.

        A deletion that was cut short is brought to its end.

        Raises:
            UnknownProject, UnknownRelease, UnknownFile: there is no such thing.
            GoneRelease: it was deleted before, with all its bytes.
            DiskFailed: it is no longer served, but the bytes can't be removed.

        """
        with self._store.catalogue.writing() as connection:
            files = self._unfinished(connection, name, version, filename)
            files = files or self._standing(connection, name, version, filename)
            for file in files:
                if file.state != "deleted":
                    catalogue.change_files(connection, [file.filename], state="deleted")
                    catalogue.drop_metadata(connection, [file.filename])
                    catalogue.note(connection, self._actor, "delete", file, f"sha256 {file.sha256}")
        # The bytes go only once nobody is sent to them; what a kill leaves lying is removed at the next start.
        with disk_faults():
            for file in files:
                self._store.blobs.path(file.filename).unlink(missing_ok=True)
            flush_folder(self._store.blobs.path(files[0].filename).parent)
        return files

    def set_status(self, name: str, status: Status, reason: str | None) -> Project:
        """Give a project a status (PEP 792).

        Returns:
            the project as it was before.

        Raises:
            UnknownProject: the index has never held it.

        """
        kept = None if status == "active" else reason
        with self._store.catalogue.writing() as connection:
            project = self._project(connection, name)
            if (project.status, project.status_reason) != (status, kept):
                catalogue.change_project(connection, project.name, status=status, status_reason=kept)
                detail = f"{status}: {reason}" if reason else status
                catalogue.note(connection, self._actor, "status", project, detail)
        return project

    def _turn(self, name: str, version: str, action: Turn, reason: str | None) -> list[File]:
        with self._store.catalogue.writing() as connection:
            return self._turn_in(connection, name, version, action, reason)

    def _turn_in(self, connection: Connection, name: str, version: str, action: Turn, reason: str | None) -> list[File]:
        wanted = (True, reason) if action == "yank" else (False, None)
        files = self._standing(connection, name, version)
        changed = [file for file in files if (file.yanked, file.yanked_reason) != wanted]
        for file in changed:
            catalogue.change_files(connection, [file.filename], yanked=wanted[0], yanked_reason=wanted[1])
            catalogue.note(connection, self._actor, action, file, reason)
        return changed

    def _project(self, connection: Connection, name: str) -> Project:
        project = catalogue.known_project(connection, canonicalize_name(name))
        if project is None:
            raise UnknownProject(name, nearest(canonicalize_name(name), self._store.catalogue.every_project()))
        return project

    def _release(self, connection: Connection, name: str, version: str) -> list[File]:
        project = self._project(connection, name)
        files = catalogue.files_of(connection, project.name)
        versions = {file.version for file in files}
        meant = same_version(version, versions)
        if not meant:
            raise UnknownRelease(project.name, version, nearest(version, versions))
        return [file for file in files if file.version in meant]

    def _standing(self, connection: Connection, name: str, version: str, filename: str | None = None) -> list[File]:
        files = [file for file in self._release(connection, name, version) if file.state != "deleted"]
        if not files:
            raise GoneRelease(name, version)
        if filename is None:
            return files
        chosen = [file for file in files if file.filename == filename]
        if not chosen:
            raise UnknownFile(filename, nearest(filename, [file.filename for file in files]))
        return chosen

    def _unfinished(self, connection: Connection, name: str, version: str, filename: str | None) -> list[File]:
        files = self._release(connection, name, version)
        if any(file.state != "deleted" and filename in {None, file.filename} for file in files):
            return []
        there = (file for file in files if self._store.blobs.path(file.filename).exists())
        return [file for file in there if filename in {None, file.filename}]
