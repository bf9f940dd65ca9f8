"""Walks an index: the list, each project, each file; runs every check there and adds up what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from packaging.utils import canonicalize_name

from private_index.probe.checks import EVERY_CHECK, FILE_CHECKS, LIST_CHECKS, PAGE_CHECKS, PROJECT_CHECKS
from private_index.probe.checks.base import Check
from private_index.probe.faults import KeptOut, NoProjectList, Unreachable
from private_index.probe.findings import Finding, Report, Tally
from private_index.probe.visits import FileVisit, ListVisit, ProjectVisit
from private_index.probe.web import Web

KEEPING_OUT = frozenset({401, 403, 407})

Visit = TypeVar("Visit")
Named = tuple[str, Finding]
# Called when it is known how many projects there are, and after each.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to walk.

    Args:
        projects: these only; all when there are none.
        most: at most so many of the listed projects; None for all.
        download: whether to fetch whole files.
        jobs: how many projects at once.

    """

    projects: tuple[str, ...] = ()
    most: int | None = None
    download: bool = True
    jobs: int = 4


@dataclass(frozen=True)
class Walked:
    """What was found in one project."""

    findings: list[Named]
    files: int


def probe(web: Web, url: str, plan: Plan, progress: Progress) -> Report:
    """Return what the index at `url` keeps of its promises.

    Raises:
        Unreachable: there is nothing to walk.

    """
    page = ListVisit(web, url)
    names = _names(page, plan)
    tallies = {check.name: Tally() for check in EVERY_CHECK}
    if page.document is not None or page.markup is not None:
        _add(tallies, _run((*PAGE_CHECKS, *LIST_CHECKS), page))
    files = 0
    progress(0, len(names))
    executor = ThreadPoolExecutor(plan.jobs)
    try:
        walks = executor.map(lambda name: _walk(page, name, plan), names)
        for done, walked in enumerate(walks, 1):
            _add(tallies, walked.findings)
            files += walked.files
            progress(done, len(names))
    finally:
        executor.shutdown(cancel_futures=True)
    return Report(
        url=url, tallies=tallies, projects=len(names), listed=len(page.names), files=files, requests=web.requests
    )


def _names(page: ListVisit, plan: Plan) -> Sequence[str]:
    """Return the projects to walk, once it is clear that somebody is there."""
    status = page.html.status
    if status in KEEPING_OUT:
        raise KeptOut(page.url, status)
    if plan.projects:
        return sorted({canonicalize_name(name) for name in plan.projects})
    if page.document is None and page.markup is None:
        raise NoProjectList(page.url, f"status {status}, Content-Type {page.html.header('content-type') or 'none'}")
    return page.names[: plan.most]


def _walk(page: ListVisit, name: str, plan: Plan) -> Walked:
    project = ProjectVisit(page.web, page.project_url(name), name)
    findings = list(_run((*PAGE_CHECKS, *PROJECT_CHECKS), project))
    try:
        files = project.files
    except Unreachable:
        # The check whether the page exists has told so.
        return Walked(findings, 0)
    for file in files:
        with FileVisit(page.web, project, file, download=plan.download) as visit:
            findings += _run(FILE_CHECKS, visit)
    return Walked(findings, len(files))


def _run(checks: Iterable[Check[Visit]], visit: Visit) -> Iterator[Named]:
    for check in checks:
        holds = True
        for finding in _findings(check, visit):
            holds = holds and finding.holds
            yield check.name, finding
        if check.is_gate and not holds:
            return


def _findings(check: Check[Visit], visit: Visit) -> Iterator[Finding]:
    try:
        yield from check.check(visit)
    except Unreachable as fault:
        yield Finding(url=fault.url, holds=False, expected="an answer", seen=fault.reason)


def _add(tallies: dict[str, Tally], findings: Iterable[Named]) -> None:
    for name, finding in findings:
        tallies[name].add(finding)
