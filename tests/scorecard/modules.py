"""What is scored: a module of ours for each kind and license, and what others make."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TEMPLATE = Path(__file__).parents[2] / "template"
KINDS = ("library", "cli", "service", "worker")
LICENSES = ("MIT", "BSD-3-Clause", "Apache-2.0", "Proprietary")
WHO = {"author_name": "Ada Lovelace", "author_email": "ada@example.org"}
SENTENCE = "Names fit for a URL, a file or a branch"
# The first twelve digits of a commit, or a version.
VERSION = re.compile(r"\b[0-9a-f]{12}(?=[0-9a-f]{28}\b)|\d+(\.\d+)+")


class NotMade(Exception):
    """A peer's template could not be fetched or used."""

    def __init__(self, title: str, output: str) -> None:
        last = next((line for line in reversed(output.splitlines()) if line.strip()), "no word why")
        super().__init__(f"{title}: {' '.join(last.split())[:160]}")


@dataclass(frozen=True)
class Tools:
    """Runs the tools of this environment in a clean one."""

    env: Mapping[str, str]

    def run(
        self, *command: str, cwd: Path, umask: int = -1, answers: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a tool and return what it said; what it asks is answered, or left to it."""
        program = shutil.which(command[0], path=sysconfig.get_path("scripts")) or command[0]
        return subprocess.run(
            [program, *command[1:]],
            cwd=cwd,
            env={**self.env, **variables},
            input=answers,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            umask=umask,
            check=False,
            encoding="utf-8",
            errors="replace",
        )


@dataclass(frozen=True)
class Module:
    """A made module, in a repository of its own as it would be."""

    title: str
    folder: Path
    is_ours: bool = True


def make(tools: Tools, folder: Path, kind: str, license_: str) -> Module:
    """Make a module of ours."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "cookiecutter.json"
    config.write_text(json.dumps({"replay_dir": str(folder / "replay")}), encoding="utf-8")
    name = f"acme-{kind}-{license_.lower()}".replace(".", "-")
    answers = {"project_name": name, "description": SENTENCE, "kind": kind, "license": license_, "index_url": ""} | WHO
    options = [f"--output-dir={folder}", f"--config-file={config}", *(f"{key}={text}" for key, text in answers.items())]
    done = tools.run("cookiecutter", str(TEMPLATE), "--no-input", *options, cwd=folder)
    if done.returncode:
        raise NotMade(f"{kind}, {license_}", done.stdout)
    return committed(tools, Module(f"{kind}, {license_}", folder / name))


def committed(tools: Tools, module: Module) -> Module:
    """Commit all of it: some judges look only at what git knows."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    for command in (("init", "--quiet"), ("add", "--all"), (*who, "commit", "--quiet", "--message=Made")):
        tools.run("git", *command, cwd=module.folder)
    return module


@dataclass(frozen=True)
class Peer:
    """Another way to a new module, by its own defaults, and the command that tells its version."""

    title: str
    command: Callable[[Path], Sequence[str]]
    version: Sequence[str]
    answers: str = ""


def make_peer(tools: Tools, folder: Path, peer: Peer) -> Module:
    """Make what a peer makes; it is the one folder that appears."""
    folder.mkdir(parents=True)
    done = tools.run(*peer.command(folder), cwd=folder, answers=peer.answers)
    made = [path.parent for path in sorted(folder.glob("*/pyproject.toml"))]
    if not made:
        raise NotMade(peer.title, done.stdout)
    version = VERSION.search(tools.run(*peer.version, cwd=folder).stdout)
    return committed(tools, Module(f"{peer.title} {version[0] if version else ''}".strip(), made[0], is_ours=False))


def _cookiecutter(repository: str, *answers: str) -> Peer:
    url = f"https://github.com/{repository}"
    command = ("cookiecutter", url, "--no-input", "--overwrite-if-exists", *answers)
    return Peer(repository, lambda _: command, _newest(url))


def _copier(repository: str, *answers: str) -> Peer:
    url = f"https://github.com/{repository}"
    asked = [f"--data={answer}" for answer in answers]
    how = ("copy", "--trust", "--defaults", "--vcs-ref=HEAD", *asked, url)
    copier = ("uvx", "--with", "copier-template-extensions", "copier")
    return Peer(repository, lambda folder: (*copier, *how, str(folder / "acme-one")), _newest(url))


def _newest(url: str) -> Sequence[str]:
    return ("git", "ls-remote", url, "HEAD")


PEERS: Iterable[Peer] = (
    _cookiecutter(
        "scientific-python/cookie",
        "project_name=acme-one",
        "org=acme",
        "full_name=Ada Lovelace",
        "email=ada@example.org",
        f"project_short_description={SENTENCE}",
        "backend=hatch",
    ),
    _cookiecutter(
        "usnistgov/cookiecutter-nist-python",
        "project_name=acme-one",
        "full_name=Ada Lovelace",
        "email=ada@example.org",
        f"project_short_description={SENTENCE}",
    ),
    _copier(
        "pawamoy/copier-uv",
        "project_name=acme-one",
        f"project_description={SENTENCE}",
        "author_fullname=Ada Lovelace",
        "author_email=ada@example.org",
        "author_username=ada",
    ),
    _cookiecutter(
        "fpgmaas/cookiecutter-uv",
        "project_name=acme-one",
        "author=Ada Lovelace",
        "email=ada@example.org",
        "author_github_handle=ada",
        f"project_description={SENTENCE}",
    ),
    Peer(
        "uv init --lib", lambda _: ("uv", "init", "--lib", "--description", SENTENCE, "acme-one"), ("uv", "--version")
    ),
    Peer(
        "hatch new",
        lambda _: ("uvx", "hatch", "new", "--interactive"),
        ("uvx", "hatch", "--version"),
        answers=f"acme-one\n{SENTENCE}\n",
    ),
)
