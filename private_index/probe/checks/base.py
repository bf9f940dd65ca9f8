"""The one shape of a check: a name, the clause it follows, how much it weighs, and what it finds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Generic, TypeVar

from private_index.probe.findings import Finding, Severity
from private_index.probe.visits import FileVisit, ListVisit, PageVisit, ProjectVisit

Visit_contra = TypeVar("Visit_contra", contravariant=True)


class Check(ABC, Generic[Visit_contra]):
    """A promise; its docstring's first line says it to people.

    A check yields one finding for each thing that it examined, and none where there is nothing to prove.
    """

    name: ClassVar[str]
    clause: ClassVar[str]
    severity: ClassVar[Severity]
    scope: ClassVar[str]
    # What is not there at all has nothing further to prove.
    is_gate: ClassVar[bool] = False

    @property
    def promise(self) -> str:
        """What is promised, as a sentence."""
        return (type(self).__doc__ or "").strip().partition("\n")[0]

    @abstractmethod
    def check(self, visit: Visit_contra) -> Iterator[Finding]:
        """Yield what was found."""


class ListCheck(Check[ListVisit]):
    """A promise about the list of projects, or about the index as a whole."""

    scope = "index"


class PageCheck(Check[PageVisit]):
    """A promise about every page: the list's and each project's."""

    scope = "page"


class ProjectCheck(Check[ProjectVisit]):
    """A promise about each project's page."""

    scope = "project"


class FileCheck(Check[FileVisit]):
    """A promise about each file."""

    scope = "file"
