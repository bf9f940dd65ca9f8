"""An update merges from the template that a module was made from, wherever that is to be had."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from modpress.templates import own_template
from tests.modpress.updating.conftest import AT_CONFLICT, OLD, Install
from tests.real_index import Serve
from tests.template_versions import CHECKOUT, FIRST, Team, template, write_modpress_wheel


def test_the_old_template_comes_from_the_module_s_index(
    team: Team, install: Install, serve: Serve, tmp_path: Path
) -> None:
    wheel = write_modpress_wheel(tmp_path / "dist", OLD, template(OLD))
    index = serve("--no-fallback", "--seed", str(wheel.parent))
    pyproject = FIRST["{{ cookiecutter.project_name }}/pyproject.toml"]
    module = team.add(
        "acme", template(OLD, **{"pyproject.toml": f'{pyproject}[tool.modpress]\nindex = "{index.simple_url}"\n'})
    )

    done = install(**{"added.txt": "new\n"}).run("update", cwd=module)

    assert done.returncode == 0, done.stderr
    assert (module / "added.txt").is_file()


def test_an_index_without_that_version_is_named(team: Team, install: Install, serve: Serve, tmp_path: Path) -> None:
    wheel = write_modpress_wheel(tmp_path / "dist", "1.5", template("1.5"))
    index = serve("--no-fallback", "--seed", str(wheel.parent))
    module = team.add("acme", template(OLD))

    done = install().run("update", "--index-url", index.simple_url, cwd=module)

    assert done.returncode == 1
    assert done.stderr == (
        f"Error: the template of modpress 1.0, from which to merge, cannot be had from {index.simple_url}modpress/: it "
        "has no wheel of that version; say where it is with --from and a wheel of modpress, or a folder with the "
        "template\n"
    )
    assert team.status == []


@pytest.fixture
def first(env: dict[str, str], tmp_path: Path) -> Path:
    """The first template that there ever was."""

    def git(*arguments: str) -> bytes:
        return subprocess.run(["git", *arguments], cwd=CHECKOUT, env=env, capture_output=True, check=False).stdout

    versions = git("log", "--reverse", "--format=%H", "--", "template/cookiecutter.json").decode().split()
    if not versions:
        pytest.skip("only a checkout with its history knows the first template")
    with tarfile.open(fileobj=io.BytesIO(git("archive", versions[0], "template"))) as archive:
        archive.extractall(tmp_path / "first", filter="data")
    return tmp_path / "first" / "template"


@pytest.mark.slow
def test_a_module_of_the_first_template_is_brought_to_this_one(team: Team, env: dict[str, str], first: Path) -> None:
    make = ["cookiecutter", str(first), "--no-input", "project_name=acme-tool", "kind=cli"]
    subprocess.run([sys.executable, "-m", *make], cwd=team.root, env=env, check=True, capture_output=True)
    module = team.root / "acme-tool"
    team.commit()
    team.git("mv", "acme-tool/src/acme_tool/slugs.py", "acme-tool/src/acme_tool/names.py")
    team.edit(module, "README.md", "## Use\n", "## Use\n\nMine.\n")

    command = [sys.executable, "-m", "modpress", "update", "--from", str(first)]
    done = subprocess.run(command, cwd=module, env=env, capture_output=True, encoding="utf-8", check=False)

    assert done.returncode in {0, AT_CONFLICT}, done.stderr
    assert (done.returncode == AT_CONFLICT) == bool(team.git("ls-files", "--unmerged"))
    assert own_template().version in (module / ".modpress.json").read_text(encoding="utf-8")
    assert "\nMine.\n" in (module / "README.md").read_text(encoding="utf-8")
    assert (module / "src" / "acme_tool" / "names.py").is_file()
    assert not (module / "src" / "acme_tool" / "slugs.py").exists()
    assert (module / "SECURITY.md").is_file()
