"""What the template answers by itself."""

from __future__ import annotations

import json
from pathlib import Path

from tests.template.conftest import Run


def recorded(folder: Path) -> dict[str, str]:
    """Return the answers of the module that the defaults make."""
    answers: dict[str, str] = json.loads((folder / "example-module" / ".modpress.json").read_text(encoding="utf-8"))
    return answers


def test_the_author_is_whom_git_knows(run: Run, template: Path, tmp_path: Path) -> None:
    config = tmp_path / "gitconfig"
    config.write_text('[user]\n\tname = "Zoë \\"Bob\\" {{ 7 * 7 }}"\n\temail = zoe@example.org\n', encoding="utf-8")

    result = run("cookiecutter", str(template), "--no-input", GIT_CONFIG_GLOBAL=str(config))

    assert result.returncode == 0, result.stdout
    answers = recorded(tmp_path)
    assert (answers["author_name"], answers["author_email"]) == ('Zoë "Bob" {{ 7 * 7 }}', "zoe@example.org")


def test_without_git_s_help_nobody_is_made_up(run: Run, template: Path, tmp_path: Path) -> None:
    result = run("cookiecutter", str(template), "--no-input", PATH="")

    assert result.returncode == 0, result.stdout
    answers = recorded(tmp_path)
    assert (answers["author_name"], answers["author_email"]) == ("The example-module authors", "")


def test_the_index_is_the_one_in_use_without_its_password(run: Run, template: Path, tmp_path: Path) -> None:
    url = "https://me:secret@index.example.org:8443/simple/"

    result = run("cookiecutter", str(template), "--no-input", MODPRESS_INDEX_URL=url)

    assert result.returncode == 0, result.stdout
    assert recorded(tmp_path)["index_url"] == "https://index.example.org:8443/simple/"


def test_a_module_is_never_made_over_another(run: Run, template: Path, tmp_path: Path) -> None:
    run("cookiecutter", str(template), "--no-input")
    before = (tmp_path / "example-module" / "README.md").stat()

    result = run("cookiecutter", str(template), "--no-input")

    assert "directory already exists" in result.stdout
    assert result.returncode == 1
    assert (tmp_path / "example-module" / "README.md").stat() == before
