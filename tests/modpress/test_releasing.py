"""A release from end to end, with real git and a real index: what is committed, published and tagged, or left alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest

from tests.modpress.conftest import Modules, Outcome
from tests.real_index import Index

CHANGELOG = "# Changelog\n\n## Unreleased\n\n- News.\n"


@dataclass(frozen=True)
class Tree:
    """A git repository of modules, and the commands run in it."""

    root: Path
    env: dict[str, str]

    def git(self, *words: str) -> str:
        """Run git and return what it said."""
        done = subprocess.run(["git", *words], cwd=self.root, env=self.env, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def run(self, *words: str | Path) -> Outcome:
        """Run modpress."""
        command = [sys.executable, "-m", "modpress", *map(str, words)]
        done = subprocess.run(
            command, env=self.env, cwd=self.root, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert self.env["TWINE_PASSWORD"] not in done.stdout + done.stderr
        return Outcome(done.returncode, done.stdout, done.stderr)

    def read(self, path: str) -> str:
        """Return a file's text."""
        return (self.root / path).read_text()

    def commit(self) -> None:
        """Commit all there is."""
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", "Work")


Plant = Callable[..., Tree]


@pytest.fixture
def plant(modules: Modules, team: Index, env: dict[str, str]) -> Plant:
    """A function that makes a repository of modules, given as name -> what each needs."""

    def make(graph: dict[str, list[str]]) -> Tree:
        author = {
            f"GIT_{who}_{what}": "me@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        tree = Tree(modules.folder, team.env | author | {"HOME": env["HOME"]})
        for name, needs in graph.items():
            (modules.make(name, "1.0.0", dependencies=needs) / "CHANGELOG.md").write_text(CHANGELOG)
        tree.git("init", "--quiet", "--initial-branch=main")
        tree.commit()
        return tree

    return make


def test_a_release_is_committed_published_and_tagged_with_its_followers(plant: Plant, name: str) -> None:
    base, top, lone = f"{name}-base", f"{name}-top", f"{name}-lone"
    tree = plant({base: [], top: [f"{base}>=1.0,<2"], lone: []})
    assert tree.run("publish", ".", "--waive", "changelog").code == 0

    outcome = tree.run("release", "major", base)

    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(f"{base} 1.0.0 -> 2.0.0  major, was 1.0.0\n{top} 1.0.0 -> 1.0.1  follows {base}\n\n")
    assert f'dependencies = ["{base}>=2.0.0,<3"]' in tree.read(f"{top}/pyproject.toml").replace("'", '"')
    assert re.search(r"## 2\.0\.0 - \d{4}-\d\d-\d\d\n\n- News\.\n$", tree.read(f"{base}/CHANGELOG.md"))
    assert tree.git("log", "-1", "--format=%s") == f"Release {base} 2.0.0, {top} 1.0.1"
    assert {f"{base}-v2.0.0", f"{top}-v1.0.1"} <= set(tree.git("tag", "--points-at", "HEAD").split())
    assert tree.git("status", "--porcelain") == ""


def test_a_release_asks_for_a_password_once(plant: Plant, name: str) -> None:
    tree = plant({name: []})
    password = tree.env.pop("TWINE_PASSWORD")
    user = tree.env.pop("TWINE_USERNAME")
    command = ["-m", "modpress", "release", "1.0.0", name]

    terminal = pexpect.spawn(sys.executable, command, cwd=tree.root, env=tree.env, encoding="utf-8", timeout=120)
    terminal.expect("Enter your username: ")
    terminal.sendline(user)
    terminal.expect("Enter your password: ")
    terminal.sendline(password)
    terminal.expect(["Enter your username: ", pexpect.EOF])

    assert terminal.after is pexpect.EOF
    assert f"tagged {name}-v1.0.0" in str(terminal.before)


def test_after_a_release_nothing_is_left_to_publish(plant: Plant, name: str) -> None:
    tree = plant({name: []})
    tree.run("release", "1.0.0", name)

    outcome = tree.run("publish", name)

    assert outcome.out == f"{name} 1.0.0  unchanged\n\nNothing to publish: the index holds all of it, as it is here.\n"


def test_what_changed_after_its_release_is_refused_until_it_is_bumped(plant: Plant, name: str) -> None:
    tree = plant({name: []})
    tree.run("release", "1.0.0", name)
    (tree.root / name / "src" / name.replace("-", "_") / "__init__.py").write_text("x = 1\n")
    tree.commit()

    refused = tree.run("publish", name)
    released = tree.run("release", "patch", name, "-m", "There is x.")

    assert refused.code == 1
    assert f"changed since 1.0.0 ({name}/src/" in refused.err
    assert f"modpress release patch|minor|major {name}" in refused.err
    assert (released.code, released.err) == (0, "")
    assert "- There is x.\n" in tree.read(f"{name}/CHANGELOG.md")


def test_a_rehearsal_shows_the_difference_and_changes_nothing(plant: Plant, name: str) -> None:
    tree = plant({name: []})
    before = tree.git("rev-parse", "HEAD")

    outcome = tree.run("release", "minor", name, "--dry-run")

    assert outcome.code == 0
    assert f"--- a/{name}/pyproject.toml\n+++ b/{name}/pyproject.toml\n" in outcome.out
    assert '-version = "1.0.0"\n+version = "1.1.0"\n' in outcome.out
    assert "Nothing was changed." in outcome.out
    assert (tree.git("rev-parse", "HEAD"), tree.git("status", "--porcelain"), tree.git("tag")) == (before, "", "")


def test_a_failure_at_publishing_leaves_the_commit_and_no_tag(plant: Plant, name: str) -> None:
    tree = plant({name: []})
    (tree.root / name / "README.md").write_text("")
    tree.commit()

    outcome = tree.run("release", "minor", name)

    assert outcome.code == 1
    assert "and not tagged. When the cause is mended" in outcome.err
    assert f"  modpress publish {tree.root / name}\n" in outcome.err
    assert tree.git("log", "-1", "--format=%s") == f"Release {name} 1.1.0"
    assert tree.git("tag") == ""


def leave_uncommitted(tree: Tree, name: str) -> None:
    (tree.root / name / "new.py").write_text("")


def say_nothing(tree: Tree, name: str) -> None:
    (tree.root / name / "CHANGELOG.md").write_text("# Changelog\n")
    tree.commit()


def refuse_commits(tree: Tree, _name: str) -> None:
    hook = tree.root / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho no commits today >&2\nexit 1\n")
    hook.chmod(0o755)


def lock_by_a_missing_tool(tree: Tree, name: str) -> None:
    (tree.root / name / "poetry.lock").write_text("")
    tree.commit()
    tree.env["PATH"] = os.pathsep.join(["/usr/bin", "/bin"])


def stop_the_index(tree: Tree, _name: str) -> None:
    tree.env["TWINE_REPOSITORY_URL"] = tree.env["MODPRESS_INDEX_URL"] = "http://127.0.0.1:9/simple/"


def forget_the_password(tree: Tree, _name: str) -> None:
    tree.env["TWINE_PASSWORD"] = "not-the-one"


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        pytest.param(leave_uncommitted, "are not committed", id="work that is not committed"),
        pytest.param(say_nothing, "says nothing of what is new", id="no news"),
        pytest.param(refuse_commits, "git commit failed: no commits today", id="a hook that refuses"),
        pytest.param(lock_by_a_missing_tool, "could not be renewed with poetry", id="a lock without its tool"),
        pytest.param(stop_the_index, "is answered by no index", id="no index"),
        pytest.param(forget_the_password, "It was asked as user 'me', with the password from", id="a wrong password"),
    ],
)
def test_a_failure_before_leaves_nothing_changed(
    spoil: Callable[[Tree, str], None], sentence: str, plant: Plant, name: str
) -> None:
    tree = plant({name: []})
    spoil(tree, name)
    before = (tree.git("status", "--porcelain"), tree.git("rev-parse", "HEAD"))

    outcome = tree.run("release", "minor", name)

    assert outcome.code == 1
    assert sentence in outcome.err
    assert (tree.git("status", "--porcelain"), tree.git("rev-parse", "HEAD")) == before
    assert tree.git("tag") == ""


def test_a_version_that_the_index_has_is_told_before_anything_changes(
    plant: Plant, name: str, modules: Modules
) -> None:
    tree = plant({name: []})
    modules.make(name, "1.1.0")
    assert tree.run("publish", name, "--waive", "clean", "--waive", "changelog").code == 0
    tree.git("checkout", ".")

    outcome = tree.run("release", "minor", name)

    assert outcome.code == 1
    assert f"the index has {name} 1.1.0 already" in outcome.err
    assert tree.git("status", "--porcelain") == ""


def test_without_git_there_is_no_release(modules: Modules, team: Index, name: str) -> None:
    tree = Tree(modules.folder, team.env)
    modules.make(name)

    outcome = tree.run("release", "minor", name)

    assert outcome.code == 1
    assert "is in no git repository" in outcome.err
