"""What can be done here: `nox -l` lists it. A session installs, then runs; decisions are commands with tests."""

import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.11.12"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "typecheck", "tests"]

PYPROJECT = nox.project.load_toml("pyproject.toml")
# Where `nox -s index` serves, unless the team has an index already.
INDEX_URL = os.environ.get("MODPRESS_INDEX_URL", "http://127.0.0.1:8080/simple/")

# Warnings are errors: a link that leads nowhere, a page that no list names.
SITE = ("sphinx-build", "-W", "--keep-going", "-q", "-b", "html", "docs", "site")

# One version for every system and Python that we support.
LOCK = ("pip", "compile", "--quiet", "--upgrade", "--universal", "--all-extras", "--no-annotate", "--no-header")


def group(name: str) -> list[str]:
    """Return the requirements of one dependency group (PEP 735)."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


def install(session: nox.Session, *what: str) -> None:
    """Install in the versions that `nox -s lock` found last, so that nobody's new release makes a green session red."""
    session.install("--constraint", "constraints.txt", *what)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format and who may import whom."""
    install(session, "-e.[index]", *group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session
def typecheck(session: nox.Session) -> None:
    """Check the types, strictly."""
    install(session, "-e.[index]", *group("typecheck"))
    session.run("mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests on real parts, in parallel."""
    install(session, "-e.[index]", *group("test"))
    session.run("pytest", "--numprocesses=auto", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the same tests with branch coverage, also of every process that they start."""
    install(session, "-e.[index]", *group("test"))
    session.run("pytest", "--numprocesses=auto", "--cov", *session.posargs)


@nox.session
def slow(session: nox.Session) -> None:
    """Run the tests that take minutes: journeys by hand, the examples' own nox, many more forms."""
    install(session, "-e.[index]", *group("test"))
    session.run("pytest", "--numprocesses=auto", "-m", "slow", *session.posargs)


@nox.session
def clients(session: nox.Session) -> None:
    """Let the newest release of every publisher and installer meet the index."""
    install(session, "-e.[index]", *group("test"))
    session.run("pytest", "--numprocesses=auto", "-m", "clients", *session.posargs)


@nox.session
def faults(session: nox.Session) -> None:
    """Kill, starve and cut off the index at each step of an upload, and write docs/faults.md of what was seen."""
    install(session, "-e.[index]", *group("test"))
    session.run("python", "-m", "tests.faults", *session.posargs, interrupt_timeout=60)


@nox.session
def scorecard(session: nox.Session) -> None:
    """Let every judge score a made module of each kind and license: nox -s scorecard -- --peers for others too."""
    install(session, "-e.", *group("scorecard"), *group("template"), *group("drive"))
    session.run("python", "-m", "tests.scorecard", *session.posargs)


@nox.session
def new(session: nox.Session) -> None:
    """Make a module and its git repository beside this folder: nox -s new -- --output-dir FOLDER for elsewhere."""
    install(session, "-e.[template]")
    env = {"MODPRESS_INDEX_URL": INDEX_URL}
    # Of an option that is given twice the last one counts.
    session.run("modpress", "new", "--git", "--output-dir", os.pardir, *session.posargs, env=env)


@nox.session
def update(session: nox.Session) -> None:
    """Bring made modules to the template of this checkout: nox -s update -- PATH, or -- --all."""
    install(session, "-e.[template]")
    # After Ctrl-C the module that is being tested is set back first.
    env = {"MODPRESS_INDEX_URL": INDEX_URL}
    session.run("modpress", "update", *session.posargs, env=env, interrupt_timeout=30)


@nox.session
def adopt(session: nox.Session) -> None:
    """Show how a project differs from the template, changing nothing: nox -s adopt -- PATH."""
    install(session, "-e.[template]")
    session.run("modpress", "adopt", *session.posargs, env={"MODPRESS_INDEX_URL": INDEX_URL})


@nox.session
def index(session: nox.Session) -> None:
    """Serve the team's index, seeded with modpress itself: nox -s index -- --port 8080."""
    install(session, "-e.[index]")
    seed = Path(session.create_tmp(), "seed")
    # What an earlier version left there would be refused at each start.
    shutil.rmtree(seed, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", seed, silent=True)
    # Ctrl-C lets running uploads end; nox would kill within half a second.
    session.run("private-index", "serve", "--seed", seed, *session.posargs, interrupt_timeout=30)


@nox.session
def dev(session: nox.Session) -> None:
    """Run the example services while you work on them: nox -s dev, then help at the prompt."""
    modules = ("servicekit", "adder", "audit", "events", "webapp", "report", "shell")
    session.install(*(part for name in modules for part in ("-e", f"examples/{name}")))
    # Ctrl-C is the shell's to see: it stops every service before it ends.
    session.run("shell", "--file", "examples/compose.yaml", *session.posargs, interrupt_timeout=30)


@nox.session
def manifests(session: nox.Session) -> None:
    """Write Deployments and Services of the example services: nox -s manifests -- --output FOLDER --tag TAG."""
    session.install("-e", "examples/shell[manifests]")
    session.run("manifests", "--file", "examples/compose.yaml", *session.posargs)


@nox.session
def e2e(session: nox.Session) -> None:
    """Publish the example services, install them from the index, run them, kill them, look at them in a browser."""
    install(session, "-e.[index]", *group("e2e"))
    # After Ctrl-C there is a whole system to stop: nox -s e2e -- --keep --pictures FOLDER
    session.run("python", "-m", "tests.e2e", *session.posargs, interrupt_timeout=60)


@nox.session
def build(session: nox.Session) -> None:
    """Build the sdist, and the wheel from the sdist, into a fresh dist/."""
    install(session, *group("build"))
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "build", *session.posargs)


@nox.session
def publish(session: nox.Session) -> None:
    """Publish what changed to the team's index: nox -s publish -- PATH… (of all examples by default)."""
    tool(session, "publish")


@nox.session
def image(session: nox.Session) -> None:
    """Build container images from the index, and prove that none holds its password: nox -s image -- PATH…."""
    tool(session, "image")


@nox.session
def release(session: nox.Session) -> None:
    """Raise versions, commit, publish and tag: nox -s release -- patch|minor|major|VERSION PATH…."""
    tool(session, "release")


@nox.session
def demo(session: nox.Session) -> None:
    """Make a module, publish it to a fresh index, install it from there: the whole journey."""
    install(session, "-e.[index]", *group("template"), *group("drive"))
    # nox kills within half a second of Ctrl-C, which is too short to end an index and to remove a folder.
    session.run("modpress", "demo", "--checkout", os.curdir, *session.posargs, interrupt_timeout=30)


@nox.session
def docs(session: nox.Session) -> None:
    """Write the reference and the cookbook's outputs anew, and build the site: nox -s docs -- PAGE… for some pages."""
    install(session, "-e.[index]", *group("test"), *group("docs"))
    session.run("python", "-m", "tests.reference")
    session.run("python", "-m", "tests.cookbook", "--write", *session.posargs, interrupt_timeout=60)
    session.run(*SITE)


@nox.session
def cookbook(session: nox.Session) -> None:
    """Follow every page of the cookbook to the letter, and build the site; change nothing."""
    install(session, "-e.[index]", *group("test"), *group("docs"))
    session.run("pytest", "--numprocesses=auto", "-m", "cookbook", *session.posargs)
    session.run(*SITE)


@nox.session
def links(session: nox.Session) -> None:
    """Ask of every link to elsewhere in the book whether it is still there; this needs the network."""
    install(session, *group("docs"))
    session.run("sphinx-build", "-W", "--keep-going", "-q", "-b", "linkcheck", "docs", session.create_tmp())


@nox.session
def lock(session: nox.Session) -> None:
    """Renew constraints.txt: the newest version of all that sessions install here."""
    groups = (part for name in PYPROJECT["dependency-groups"] for part in ("--group", name))
    session.install("uv")
    session.run("uv", *LOCK, *groups, "--output-file", "constraints.txt", "pyproject.toml")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure against peers in one run, as ratios: nox -s bench -- publish, or nox -s bench -- index --quick."""
    install(session, "-e.[index]", *group("drive"), *group("template"))
    # After Ctrl-C there are servers to end and folders of a hundred thousand files to remove.
    session.run("python", "-m", "tests.bench", *session.posargs, interrupt_timeout=300)


def tool(session: nox.Session, command: str) -> None:
    """Run a command of modpress itself, which is the checkout: installing it would build it anew each time."""
    # Compiled once at installation, it starts as quickly where Python may write no bytecode as anywhere else.
    pinned = ("--constraint", "constraints.txt", *PYPROJECT["project"]["dependencies"])
    session.install(*pinned, env={"UV_COMPILE_BYTECODE": "1"}, log=False)
    env = {"MODPRESS_INDEX_URL": INDEX_URL}
    session.run("python", "-m", "modpress", command, *session.posargs, env=env)
