#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["nox[uv]>=2026.4.10"]
# ///
"""What can be done here, as in every module. Plain `nox` does what has a *, `nox -s NAME` any one thing."""

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import nox

nox.needs_version = ">=2026.4.10"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.reuse_venv = "yes"
PYPROJECT = nox.project.load_toml("pyproject.toml")


@nox.session(tags=["ci"])
def lint(session: nox.Session) -> None:
    """Check style and format."""
    session.install("-r", "locked/lint.txt")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session(tags=["ci"])
def typecheck(session: nox.Session) -> None:
    """Check the types, strictly."""
    session.install("-r", "locked/typecheck.txt")
    session.install("--no-build-isolation", "-r", "locked/module.in")
    session.run("mypy")


@nox.session(tags=["ci"], default=False, name="pythons", python=nox.project.python_versions(PYPROJECT))
@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests, with branch coverage; what follows -- goes to pytest."""
    session.install("-r", "locked/test.txt")
    session.install("--no-build-isolation", "-r", "locked/module.in")
    session.run("pytest", *(session.posargs or ["--cov"]))


@nox.session(tags=["ci"], default=False)
def pyright(session: nox.Session) -> None:
    """Check the types once more, as editors do."""
    session.install("-r", "locked/pyright.txt")
    session.install("--no-build-isolation", "-r", "locked/module.in")
    session.run("pyright")


@nox.session(tags=["ci"], default=False)
def docs(session: nox.Session) -> None:
    """Build docs/_build from README and docstrings; a warning is an error."""
    session.install("-r", "locked/docs.txt")
    session.install("--no-build-isolation", "-r", "locked/module.in")
    session.run("sphinx-build", "--fail-on-warning", "--quiet", "--fresh-env", "docs", "docs/_build")


@nox.session(tags=["ci"], default=False)
def audit(session: nox.Session) -> None:
    """Look for known weaknesses in all that is locked."""
    session.install("-r", "locked/audit.txt")
    session.log("An ERROR below: pypi.org was not reached or knows no answer, so nothing is proved.")
    session.run("pip-audit", "-S", "--disable-pip", *(f"-r{path}" for path in Path("locked").glob("*.txt")))


@nox.session(tags=["ci"], default=False)
def build(session: nox.Session) -> None:
    """Build the sdist, and the wheel from the sdist, into a fresh dist/."""
    session.install("-r", "locked/build.txt")
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "build", "--no-isolation", *session.posargs)


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Renew locked/: the newest versions that pyproject.toml allows."""
    session.install("-r", "locked/nox.txt")
    for path in Path("locked").glob("*.txt"):
        session.run("uv", "pip", "compile", "pyproject.toml", "-qU", "--group", path.stem, "-o", str(path))


@nox.session(default=False)
def publish(session: nox.Session) -> None:
    """Build, check, upload to the team's index, and install from there."""
    modpress(session, "modpress", "publish", ".")


@nox.session(default=False)
def release(session: nox.Session) -> None:
    """Raise the version, commit, publish and tag: nox -s release -- minor --message 'What is new.'."""
    modpress(session, "modpress", "release")


@nox.session(default=False)
def update(session: nox.Session) -> None:
    """Bring the module to the newest template; with -- --all every module of the repository."""
    modpress(session, "modpress[template]", "update")


def modpress(session: nox.Session, requirement: str, *command: str) -> None:
    """Run modpress from the team's index alone, whatever else is configured: no stranger's may publish."""
    index = os.environ.get("MODPRESS_INDEX_URL") or PYPROJECT["tool"].get("modpress", {}).get("index")
    if not index:
        session.error("No index is set: put your team's, https://…/simple/, into MODPRESS_INDEX_URL")
    if f".{urlsplit(index).hostname}".rstrip(".").endswith((".pypi.org", ".python.org", ".pythonhosted.org")):
        session.error(f"{index} is the public index: set MODPRESS_INDEX_URL to your team's own")
    only = {"PIP_INDEX_URL": index, "PIP_EXTRA_INDEX_URL": index, "PIP_FIND_LINKS": session.bin}
    only |= {"UV_DEFAULT_INDEX": index, "UV_NO_CONFIG": "1"}
    only |= dict.fromkeys(["UV_CONFIG_FILE", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_INDEX"])
    session.install("--upgrade", requirement, env=only)
    session.run("modpress", *command, *session.posargs, env={"MODPRESS_INDEX_URL": index})


if __name__ == "__main__":
    nox.main()
