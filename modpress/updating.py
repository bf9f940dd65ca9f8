"""Bring a made module to the newest template: a merge of what the template has become with what the author has made."""

import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from modpress.destination import Wish, find_destination
from modpress.module import Module
from modpress.origins import Origin
from modpress.rendering import render
from modpress.repositories import Entry, Merge, Repository
from modpress.templates import AUTHORS_OWN, Shelf, Template, template_at
from modpress.update_errors import NewerThanTool, UnknownVersion

__all__ = ["Order", "Plan", "Updater"]


@dataclass(frozen=True, kw_only=True)
class Order:
    """What was asked for, and the surroundings in which it was.

    Attributes:
        index_url: where old versions of modpress are, if it is said.
        source: the old template, if it is said: a version, a wheel or a folder.
        environ: of the command.

    """

    environ: Mapping[str, str]
    index_url: str | None = None
    source: str | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What an update would do to a repository; nothing is done yet.

    Attributes:
        folder: the module's.
        old: the version of the template that it was made from, or what was named instead.
        new: the version that it is brought to.
        before: the tree of the whole repository now.
        after: the same with the module updated, conflicts marked within the files.
        entries: the sides of each conflict.
        left_out: files of the author's own that the template changed and the author had deleted.
        changes: a line for each file that differs.

    """

    folder: Path
    old: str
    new: str
    before: str
    after: str
    entries: tuple[Entry, ...]
    left_out: tuple[str, ...]
    changes: tuple[str, ...]

    @property
    def conflicts(self) -> list[str]:
        """The files with a conflict, as paths in the module."""
        return sorted({entry.path for entry in self.entries})


class Updater:
    """Plans updates in one repository, and puts them in place."""

    def __init__(self, repository: Repository, newest: Template, order: Order, scratch: Path) -> None:
        self.repository = repository
        self.newest = newest
        self.order = order
        self.scratch = scratch
        self.shelf = Shelf(scratch, order.environ)

    def plan(self, origin: Origin, before: str) -> Plan | None:
        """Merge the module as it is in a tree of the repository; None if it is current already."""
        if not self.order.source and self._is_current(origin):
            return None
        old = self._old_template(origin)
        with ThreadPoolExecutor() as pool:
            made = pool.map(lambda template: self._made_from(template, origin), (old, self.newest))
            base, theirs = map(self.repository.keep, made)
        ours = self.repository.tree_of(origin.folder, before)
        merge = self.repository.merge(base, ours, theirs, label=f"modpress/{self.newest.version}")
        left_out = tuple(path for path in merge.left_by_author if path.startswith(AUTHORS_OWN))
        tree = self.repository.without(merge.tree, left_out) if left_out else merge.tree
        if tree == ours and not merge.entries:
            return None
        return Plan(
            folder=origin.folder,
            old=str(origin.version or old.version),
            new=self.newest.version,
            before=before,
            after=self.repository.placed(before, origin.folder, tree),
            entries=_entries(merge, left_out),
            left_out=left_out,
            changes=tuple(self.repository.changes(ours, tree)),
        )

    def apply(self, plan: Plan) -> None:
        """Put a plan in place: files and index, with the conflicts noted in both."""
        self.repository.put(plan.before, plan.after)
        if plan.entries:
            self.repository.mark(plan.folder, plan.entries)

    def _is_current(self, origin: Origin) -> bool:
        newest = Version(self.newest.version)
        if origin.version is None:
            raise UnknownVersion(origin.record)
        if origin.version > newest:
            raise NewerThanTool(origin.folder, str(origin.version), self.newest.version)
        return origin.version == newest

    def _old_template(self, origin: Origin) -> Template:
        version = template_at(self.order.source, self.scratch) if self.order.source else origin.version
        if isinstance(version, Template):
            return version
        if version is None:
            raise UnknownVersion(origin.record)
        from modpress.credentials import read_pypirc  # noqa: PLC0415 - most of twine, for what is already here

        asked = Wish(index_url=self.order.index_url)
        environment = Wish(index_url=self.order.environ.get("MODPRESS_INDEX_URL"))
        index = find_destination(Module.read(origin.folder), asked, environment, read_pypirc())
        return self.shelf.template(version, index)

    def _made_from(self, template: Template, origin: Origin) -> Path:
        """Return the module as a template makes it of the recorded answers."""
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        return render(template.folder, template.version, origin.answers, folder, self.order.environ)


def _entries(merge: Merge, left_out: tuple[str, ...]) -> tuple[Entry, ...]:
    return tuple(entry for entry in merge.entries if entry.path not in left_out)
