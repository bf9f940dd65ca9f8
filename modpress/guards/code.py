"""Guards of the code: the wheel is tried outside the tree, where only what it brings and asks for is there."""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from modpress.clients import ClientFailed
from modpress.guards.case import Case
from modpress.guards.shape import Guard, Lane, Verdict, failed, judged, passed, skipped
from modpress.proof import find_importable

__all__ = ["Declared", "Importable", "Tests", "imports_in"]

NOT_INSTALLED = "the wheel could not be installed"
GROUPS = ("test", "tests")
RUNNER = "pytest"
LAST_LINES = 20


class Importable(Guard):
    """An import may fail although all tests in the tree are green."""

    name = "importable"
    family = "code"
    says = "All top modules of the wheel, which is built from the sdist, import with nothing but what it asks for."
    lane = Lane.ENVIRONMENT

    def check(self, case: Case) -> Verdict:
        """Import them, far from the tree."""
        if case.environment.fault:
            return skipped(NOT_INSTALLED)
        return judged(f"import {name} fails: {why}" for name, why in case.tried.faults.items())


class Declared(Guard):
    """What another dependency happens to bring may be gone tomorrow."""

    name = "declared"
    family = "code"
    says = "Every import is the standard library's, the module's own, or a declared dependency's."
    lane = Lane.ENVIRONMENT

    def check(self, case: Case) -> Verdict:
        """Compare the imports in the wheel with its requirements, as the environment resolved them."""
        if case.environment.fault:
            return skipped(NOT_INSTALLED)
        return judged(self._faults(case))

    def _faults(self, case: Case) -> Iterator[str]:
        required = {canonicalize_name(Requirement(text).name) for text in case.metadata.get("requires_dist", [])}
        own = find_importable(case.wheel)
        for name, place in sorted(_foreign_imports(case.wheel, own).items()):
            owners = {canonicalize_name(owner) for owner in case.tried.owners.get(name.partition(".")[0], ())}
            # Of a namespace package this very module is an owner, whoever else is.
            others = owners - {case.module.key}
            if others & required:
                continue
            if others:
                (owner, *_) = sorted(others)
                yield f"{place} imports {name}, which comes from {owner}, and only by chance: add it to dependencies"
            elif not _may_be_extra(name, required, case.tried.owners):
                yield f"{place} imports {name}, and no dependency brings it: add the one that does"


class Tests(Guard):
    """Tests in the tree test the tree."""

    name = "tests"
    family = "code"
    says = "The module's own tests pass against the installed wheel, in a folder without its sources."
    lane = Lane.ENVIRONMENT

    def check(self, case: Case) -> Verdict:
        """Run pytest on a copy of the sdist that lacks the packages."""
        needs = test_requirements(case)
        if not (case.folder / "tests").is_dir():
            return skipped("it has no folder tests/")
        if needs is None:
            return skipped("no dependency group 'test' says what its tests need")
        if RUNNER not in {canonicalize_name(Requirement(each).name) for each in needs}:
            return skipped("its tests are not run by pytest")
        if case.environment.fault:
            return skipped(NOT_INSTALLED)
        return self._run(case, needs)

    def _run(self, case: Case, needs: Sequence[str]) -> Verdict:
        try:
            case.environment.install(*needs)
        except ClientFailed as error:
            where = case.subject.listing.simple_url
            return failed(_told(case, f"what its tests need can't be installed from {where}:", error))
        try:
            # -P: what happens to stand in the folder is not imported.
            case.environment.run(["-P", "-m", RUNNER, "-q", "-p", "no:cacheprovider", "tests"], self._prepare(case))
        except ClientFailed as error:
            return failed(_told(case, "its tests fail against the installed wheel:", error))
        return passed()

    def _prepare(self, case: Case) -> Path:
        """Copy the module, as git or the sdist knows it, without its packages."""
        folder = case.scratch / "tests"
        tops = {name.partition(".")[0] for name in find_importable(case.wheel)}
        at_top = shutil.ignore_patterns(
            "src", ".*", "dist", "build", "*.egg-info", *tops, *(f"{top}.py" for top in tops)
        )
        below = shutil.ignore_patterns("__pycache__", ".*cache")
        shutil.copytree(
            case.folder,
            folder,
            ignore=lambda at, names: (at_top if Path(at) == case.folder else below)(at, names),
        )
        return folder


def _told(case: Case, sentence: str, error: ClientFailed) -> str:
    """Put a sentence before the last words of a program."""
    return "\n".join([sentence, *case.subject.account.login.hide(str(error)).splitlines()[-LAST_LINES:]])


def test_requirements(case: Case) -> list[str] | None:
    """Return what the tests need: a dependency group (PEP 735), or an extra."""
    from packaging.dependency_groups import resolve_dependency_groups  # noqa: PLC0415

    groups = case.pyproject.get("dependency-groups", {})
    for name in GROUPS:
        if name in groups:
            return list(resolve_dependency_groups(groups, name))
        if name in case.metadata.get("provides_extra", []):
            return case.strings("project", "optional-dependencies", name)
    return None


def imports_in(text: str) -> dict[str, int]:
    """Return the names that a module needs to import, and in which line: not what it can do without."""
    finder = _Imports()
    # What is no Python, such as a template of some, imports nothing.
    with suppress(SyntaxError):
        finder.visit(ast.parse(text))
    return finder.found


@dataclass(frozen=True)
class _Place:
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def _foreign_imports(wheel: Mapping[str, bytes], own: Sequence[str]) -> dict[str, _Place]:
    """Return what a wheel imports and does not hold: top names, and dotted ones of a namespace that it shares."""
    found: dict[str, _Place] = {}
    tops = {name.partition(".")[0] for name in own}
    for file, content in wheel.items():
        if not file.endswith(".py"):
            continue
        for name, line in imports_in(content.decode("utf-8", "replace")).items():
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names and not _is_among(name, own):
                found.setdefault(name if top in tops else top, _Place(file, line))
    return found


def _is_among(name: str, own: Sequence[str]) -> bool:
    # What stands above a topmost module is the namespace alone.
    return any(f"{name}.".startswith(f"{each}.") or each.startswith(f"{name}.") for each in own)


def _may_be_extra(name: str, required: AbstractSet[NormalizedName], owners: Mapping[str, Sequence[str]]) -> bool:
    """Whether a requirement that is not installed here, such as an extra's, may bring a name."""
    installed = {canonicalize_name(owner) for brought in owners.values() for owner in brought}
    absent = required - installed
    return any(name.lower().replace("_", "-") in each or each.startswith(name.lower()[:4]) for each in absent)


class _Imports(ast.NodeVisitor):
    """Collects imports, but for those in `try: … except ImportError` and in `if TYPE_CHECKING` or for a platform."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.found.setdefault(alias.name, node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if not node.level and node.module:
            for alias in node.names:
                # Who takes all of a package takes no module of a namespace.
                self.found.setdefault(node.module if alias.name == "*" else f"{node.module}.{alias.name}", node.lineno)

    def visit_Try(self, node: ast.Try) -> None:
        catches = " ".join(ast.unparse(handler.type) for handler in node.handlers if handler.type)
        if "ImportError" not in catches and "ModuleNotFoundError" not in catches:
            self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        condition = ast.unparse(node.test)
        if not any(word in condition for word in ("TYPE_CHECKING", "sys.platform", "os.name", "version_info")):
            self.generic_visit(node)
