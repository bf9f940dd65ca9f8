"""Guards of the tree name what is not everybody's: files, branches, commits, entries, locks."""

from pathlib import Path

import pytest
from packaging.version import Version

from modpress.guards.shape import Outcome, failed, passed
from modpress.guards.tree import Behind, Branch, Changelog, Clean, Lock, find_entry
from tests.modpress.conftest import Modules
from tests.modpress.guards.conftest import Made, MakeCase, commit, git

TREE = [Clean(), Branch(), Behind(), Changelog()]


@pytest.mark.parametrize("guard", TREE, ids=lambda guard: guard.name)
def test_a_tree_without_fault_passes(guard: Clean, make_case: MakeCase) -> None:
    assert guard.check(make_case()) == passed()


@pytest.mark.parametrize("guard", [Clean(), Branch(), Behind()], ids=lambda guard: guard.name)
def test_without_git_there_is_nothing_to_look_at(
    guard: Clean, make_case: MakeCase, modules: Modules, model: Made
) -> None:
    verdict = guard.check(make_case(modules.make("acme-one"), release=model.release))

    assert (verdict.outcome, verdict.sentences) == (Outcome.SKIPPED, ("it is in no git repository",))


def test_clean_names_what_is_not_committed(make_case: MakeCase, module: Path, model: Made) -> None:
    (module / "README.md").write_text("edited")
    (module / "new file.txt").write_text("")
    (module / "LICENSE").unlink()
    git(module, "mv", "CHANGELOG.md", "NEWS.md")

    verdict = Clean().check(make_case(module, release=model.release))

    (sentence,) = verdict.sentences
    assert "not committed: " in sentence
    assert all(name in sentence for name in ("README.md", "new file.txt", "LICENSE", "NEWS.md"))
    assert "CHANGELOG.md" not in sentence


def test_clean_looks_at_this_module_alone(make_case: MakeCase, module: Path, model: Made) -> None:
    inner = module / "libs" / "inner"
    inner.mkdir(parents=True)
    (inner / "pyproject.toml").write_text("")
    commit(module)
    (module / "README.md").write_text("edited")

    assert Clean().check(make_case(inner, release=model.release)) == passed()


def test_branch_wants_the_default_one(make_case: MakeCase, module: Path, model: Made) -> None:
    git(module, "switch", "--quiet", "--create", "other")

    verdict = Branch().check(make_case(module, release=model.release))

    assert verdict == failed("the branch is other, and releases come from main or master or trunk: switch to it")


def test_branch_asks_the_remote_what_the_default_is(make_case: MakeCase, module: Path, model: Made) -> None:
    git(module, "push", "--quiet", "origin", "main:stable")
    git(module, "fetch", "--quiet")
    git(module, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/stable")

    verdict = Branch().check(make_case(module, release=model.release))

    assert verdict == failed("the branch is main, and releases come from stable: switch to it")


def test_branch_is_content_with_a_commit_of_it(make_case: MakeCase, module: Path, model: Made) -> None:
    git(module, "switch", "--quiet", "--detach")

    on_it = Branch().check(make_case(module, release=model.release))
    (module / "README.md").write_text("edited")
    commit(module)
    off_it = Branch().check(make_case(module, release=model.release))

    assert on_it == passed()
    assert off_it.outcome is Outcome.FAILED


def test_behind_asks_the_remote_itself(make_case: MakeCase, module: Path, model: Made) -> None:
    remote = module.parent / "remote.git"
    git(module.parent, "clone", "--quiet", "--bare", str(module), str(remote))
    git(module, "remote", "set-url", "origin", str(remote))
    (module / "README.md").write_text("edited")
    commit(module)
    git(module, "push", "--quiet")
    git(module, "reset", "--quiet", "--hard", "HEAD~1")

    verdict = Behind().check(make_case(module, release=model.release))

    assert verdict == failed("origin/main has commits that are not here: git pull origin main")


def test_behind_tells_of_a_remote_out_of_reach(make_case: MakeCase, module: Path, model: Made) -> None:
    git(module, "remote", "set-url", "origin", str(module.parent / "nowhere.git"))

    (sentence,) = Behind().check(make_case(module, release=model.release)).sentences

    assert sentence.startswith("origin cannot be asked whether it has newer commits: ")


def test_behind_needs_a_remote(make_case: MakeCase, module: Path, model: Made) -> None:
    git(module, "remote", "remove", "origin")

    assert Behind().check(make_case(module, release=model.release)).outcome is Outcome.SKIPPED


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("# Changelog\n\n## 0.9\n\n- x\n", "has no entry for 1.0", id="none"),
        pytest.param("# Changelog\n\n## Unreleased\n\n- x\n", "has no entry for 1.0", id="unreleased"),
        pytest.param("# Changelog\n\n## 1.0\n\n## 0.9\n\n- x\n", "says nothing under 1.0", id="an empty one"),
    ],
)
def test_changelog_wants_an_entry(text: str, sentence: str, make_case: MakeCase, module: Path, model: Made) -> None:
    (module / "CHANGELOG.md").write_text(text)

    (found,) = Changelog().check(make_case(module, release=model.release)).sentences

    assert sentence in found


def test_changelog_is_asked_of_who_has_one(make_case: MakeCase, module: Path, model: Made) -> None:
    (module / "CHANGELOG.md").unlink()

    assert Changelog().check(make_case(module, release=model.release)).outcome is Outcome.SKIPPED


@pytest.mark.parametrize(
    "heading",
    [
        pytest.param("## 1.2.0", id="plain"),
        pytest.param("## [1.2.0] - 2026-01-31", id="keep a changelog"),
        pytest.param("## [1.2.0](https://example.com) (2026-01-31)", id="linked"),
        pytest.param("### acme v1.2", id="named"),
        pytest.param("1.2.0 (2026-01-31)\n==================", id="underlined"),
    ],
)
def test_an_entry_is_found_however_it_is_written(heading: str) -> None:
    assert find_entry(f"# Changes\n\n## 1.3\n\n- y\n\n{heading}\n\n- x\n\n## 1.1\n", Version("1.2.0")) == "- x"


@pytest.mark.parametrize("version", ["1.2.0.post1", "1.2.0rc1", "1.2.0.dev3"])
def test_a_rehearsal_or_a_mending_needs_no_entry_of_its_own(version: str) -> None:
    assert find_entry("## 1.2.0\n\n- x\n", Version(version)) == "- x"


def test_lock_is_asked_of_who_has_one(make_case: MakeCase) -> None:
    assert Lock().check(make_case()).outcome is Outcome.SKIPPED


def test_lock_finds_an_old_uv_lock(make_case: MakeCase, module: Path, model: Made) -> None:
    name, pyproject = model.release.module.name, module / "pyproject.toml"
    (module / "uv.lock").write_text(
        'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n'
        f'[[package]]\nname = "{name}"\nversion = "1.0"\nsource = {{ editable = "." }}\n'
    )

    current = Lock().check(make_case(module, release=model.release))
    pyproject.write_text(pyproject.read_text().replace('version = "1.0"', 'version = "1.1"'))
    old = Lock().check(make_case(module, release=model.release))

    assert current == passed()
    assert old.sentences[0].startswith("uv.lock is not what pyproject.toml asks for: run uv lock")


@pytest.mark.parametrize(
    ("asked", "sentences"),
    [
        pytest.param("idna>=3", (), id="current"),
        pytest.param("idna>=4", ("pylock.toml has idna 3.10, and pyproject.toml asks for >=4: lock again",), id="old"),
        pytest.param("Other", ("pylock.toml lacks other, which pyproject.toml asks for: lock again",), id="incomplete"),
    ],
)
def test_lock_compares_the_standard_one(
    asked: str, sentences: tuple[str, ...], make_case: MakeCase, module: Path, model: Made
) -> None:
    pyproject = module / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("dependencies = []", f'dependencies = ["{asked}"]'))
    wheel = 'wheels = [{ url = "https://example.com/idna-3.10-py3-none-any.whl", hashes = { sha256 = "0" } }]\n'
    (module / "pylock.toml").write_text(
        f'lock-version = "1.0"\ncreated-by = "a test"\n\n[[packages]]\nname = "idna"\nversion = "3.10"\n{wheel}'
    )

    assert Lock().check(make_case(module, release=model.release)).sentences == sentences
