"""Guards of the set: what modules need can be had, and the versions they ask of each other are those of the tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from modpress.errors import DependencyCycle
from modpress.guards.case import Case
from modpress.guards.shape import Guard, Lane, SetGuard, Verdict, failed, judged, passed, skipped
from modpress.selection import in_order

__all__ = ["Bounds", "Cycles", "Resolvable"]

LOWER = frozenset({">=", ">", "~=", "==", "==="})


class Resolvable(Guard):
    """A release that nobody can install is none."""

    name = "resolvable"
    family = "set"
    says = "The wheel installs into an empty environment, with what it needs from the index or from this very set."
    lane = Lane.ENVIRONMENT

    def check(self, case: Case) -> Verdict:
        """Install it."""
        fault = case.environment.fault
        return failed(f"it cannot be installed: {case.subject.account.login.hide(fault)}") if fault else passed()


class Bounds(Guard):
    """A sibling without a bound is whatever version a reader happens to have."""

    name = "bounds"
    family = "set"
    says = "What it needs of the modules beside it has a lower bound, and their versions here meet it."

    def check(self, case: Case) -> Verdict:
        """Compare the wheel's requirements with the tree."""
        built = (release.module for release in case.subject.siblings)
        known = chain(case.subject.tree, built)
        versions = {module.key: Version(module.version) for module in known if module.version}
        requirements = [Requirement(text) for text in case.metadata.get("requires_dist", [])]
        ours = [each for each in requirements if canonicalize_name(each.name) in versions.keys() - {case.module.key}]
        if not ours:
            return skipped("it needs none of the modules beside it")
        return judged(chain.from_iterable(bound_faults(each, versions[canonicalize_name(each.name)]) for each in ours))


class Cycles(SetGuard):
    """What needs itself can't be published first."""

    name = "cycles"
    family = "set"
    says = "No modules need each other in a circle."
    is_waivable = False

    def check(self, cases: Sequence[Case]) -> Verdict:
        """Put them in order."""
        try:
            in_order(case.module for case in cases)
        except DependencyCycle as fault:
            return failed(str(fault))
        return passed()


def bound_faults(requirement: Requirement, version: Version) -> Iterator[str]:
    """Yield what is wrong with what a module asks of a sibling that has this version."""
    name = requirement.name
    if requirement.url:
        yield f"it needs {name} from {requirement.url}, where no reader finds it: write {name}>={version}"
    elif not any(specifier.operator in LOWER for specifier in requirement.specifier):
        yield f"it needs {name} in any version, however old: write {name}>={version}"
    elif not requirement.specifier.contains(version, prereleases=True):
        yield f"it needs {name}{requirement.specifier}, and beside it is {name} {version}: change one of them"
