"""What stands in the way of an update is told in a sentence, and nothing is changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.modpress.updating.conftest import OLD, Install
from tests.template_versions import QUESTIONS, Team, template, write


def test_work_that_is_not_committed_stops_an_update(team: Team, install: Install, old: str) -> None:
    module = team.add("acme", template(OLD))
    (module / "settings.txt").write_text("half done\n")

    done = install(**{"added.txt": "new\n"}).run("update", old, cwd=module)

    assert done.returncode == 1
    assert "commit or stash them, then again\n  M acme/settings.txt\n" in done.stderr
    assert not (module / "added.txt").exists()


def test_a_file_that_git_does_not_know_is_never_overwritten(team: Team, install: Install, old: str) -> None:
    module = team.add("acme", template(OLD))
    (module / "added.txt").write_text("mine\n")

    done = install(**{"added.txt": "new\n", "settings.txt": "new\n"}).run("update", old, cwd=module)

    assert done.returncode == 1
    assert "acme/added.txt" in done.stderr
    assert (module / "added.txt").read_text() == "mine\n"
    assert team.status == ["?? acme/added.txt"]


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        pytest.param(None, "has no .modpress.json: it was not made from the template", id="none"),
        pytest.param("<<<<<<<", "cannot be read", id="broken"),
        pytest.param("[]", "is no table of answers", id="list", marks=pytest.mark.slow),
        pytest.param('{"project_name": 1}', "is no table of answers", id="number", marks=pytest.mark.slow),
        pytest.param(
            '{"modpress": "one"}', "names 'one' as the modpress that made it, which is no version", id="version"
        ),
        pytest.param('{"modpress": "1.0", "_extensions": ""}', "'_extensions', which nobody is asked", id="a setting"),
        pytest.param('{"modpress": "1.0", "__slug": "../up"}', "'__slug', which nobody is asked", id="a path"),
        pytest.param('{"project_name": "acme"}', "does not say which modpress made it", id="silent"),
        pytest.param('{"modpress": "3.0"}', "was made by modpress 3.0, and this is 2.0: upgrade modpress", id="newer"),
    ],
)
def test_a_module_that_cannot_be_updated_says_why(
    team: Team, install: Install, record: str | None, sentence: str
) -> None:
    module = team.add("acme", template(OLD, **{".modpress.json": record}))

    done = install().run("update", cwd=module)

    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert team.status == []


def test_a_folder_outside_git_is_told_what_to_do(install: Install, old: str, tmp_path: Path) -> None:
    module = write(tmp_path / "alone", {".modpress.json": '{"modpress": "1.0"}'})

    done = install().run("update", old, cwd=module)

    assert done.returncode == 1
    assert "is in no git repository" in done.stderr


def test_a_template_that_makes_nothing_of_the_answers_changes_nothing(team: Team, install: Install, old: str) -> None:
    module = team.add("acme", template(OLD))
    questions = json.dumps({**QUESTIONS, "greeting": ["Hi", "Bye"]})

    done = install(**{"cookiecutter.json": questions}).run("update", old, cwd=module)

    assert done.returncode == 1
    assert "the template of modpress 2.0 made nothing of the answers:\n  Hello provided for" in done.stderr
    assert team.status == []
