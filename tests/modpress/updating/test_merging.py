"""An update is a merge: the author's edits stay, a conflict is never called a success."""

from __future__ import annotations

import json

import pytest

from tests.modpress.updating.conftest import AT_CONFLICT, FIRST_GUIDE, NEW, OLD, Install, lines
from tests.template_versions import LINES, QUESTIONS, Team, template


def test_edits_of_both_sides_are_joined(team: Team, install: Install, old: str) -> None:
    module = team.add("acme", template(OLD))
    team.edit(module, "settings.txt", "line 3\n", "line 3, mine\n")
    tool = install(**{"settings.txt": lines(line_15="line 15, new"), "added.txt": "new\n", "guide.txt": None})

    done = tool.run("update", old, cwd=module)

    assert done.returncode == 0, done.stderr
    assert (module / "settings.txt").read_text() == lines(line_3="line 3, mine", line_15="line 15, new")
    assert json.loads((module / ".modpress.json").read_text())["modpress"] == NEW
    assert team.status == [
        "M  acme/.modpress.json",
        "A  acme/added.txt",
        "D  acme/guide.txt",
        "M  acme/settings.txt",
    ]
    assert "  added    added.txt\n" in done.stdout
    assert "Updated, and staged" in done.stdout


def test_an_edit_follows_a_file_that_the_template_moved(team: Team, install: Install, old: str) -> None:
    module = team.add("acme", template(OLD))
    team.edit(module, "settings.txt", "line 3\n", "line 3, mine\n")
    tool = install(**{"settings.txt": None, "config/options.txt": lines(line_15="line 15, new")})

    done = tool.run("update", old, cwd=module)

    assert done.returncode == 0, done.stderr
    assert not (module / "settings.txt").exists()
    moved = (module / "config" / "options.txt").read_text()
    assert moved == lines(line_3="line 3, mine", line_15="line 15, new")
    assert "  moved    settings.txt -> config/options.txt\n" in done.stdout


@pytest.mark.slow
def test_the_template_follows_a_file_that_the_author_moved(team: Team, install: Install, old: str) -> None:
    module = team.add("acme", template(OLD))
    team.git("mv", "acme/settings.txt", "acme/mine.txt")
    team.commit()
    tool = install(**{"settings.txt": lines(line_15="line 15, new")})

    done = tool.run("update", old, cwd=module)

    assert done.returncode == 0, done.stderr
    assert (module / "mine.txt").read_text() == lines(line_15="line 15, new")
    assert not (module / "settings.txt").exists()


def test_a_conflict_is_in_the_file_and_in_the_index_and_is_no_success(team: Team, install: Install, old: str) -> None:
    module = team.add("acme", template(OLD))
    team.edit(module, "settings.txt", "line 3\n", "line 3, mine\n")
    tool = install(**{"settings.txt": lines(line_3="line 3, new"), "added.txt": "new\n"})

    done = tool.run("update", old, cwd=module)

    assert done.returncode == AT_CONFLICT
    assert "  settings.txt\n" in done.stderr
    assert "Updated" not in done.stdout
    marks = "<<<<<<< modpress/yours\nline 3, mine\n=======\nline 3, new\n>>>>>>> modpress/2.0\n"
    assert (module / "settings.txt").read_text() == LINES.replace("line 3\n", marks)
    assert team.status == ["M  acme/.modpress.json", "A  acme/added.txt", "UU acme/settings.txt"]
    assert not team.git("for-each-ref", "refs/modpress")


def test_a_conflict_in_a_lock_says_how_locks_are_written(team: Team, install: Install, old: str) -> None:
    module = team.add("acme", template(OLD, **{"locked/test.txt": "one==1\n"}))
    team.edit(module, "locked/test.txt", "one==1\n", "one==2\n")

    done = install(**{"locked/test.txt": "one==3\n"}).run("update", old, cwd=module)

    assert done.returncode == AT_CONFLICT
    assert "`nox -s lock` writes it anew" in done.stderr


@pytest.mark.slow
def test_after_a_conflict_git_goes_on_or_takes_all_back(team: Team, install: Install, old: str) -> None:
    module = team.add("acme", template(OLD))
    team.edit(module, "settings.txt", "line 3\n", "line 3, mine\n")
    before = team.git("rev-parse", "HEAD^{tree}")
    tool = install(**{"settings.txt": lines(line_3="line 3, new"), "added.txt": "new\n"})
    tool.run("update", old, cwd=module)

    team.git("reset", "--hard", "--quiet")

    assert team.status == []
    assert team.git("write-tree") == before
    tool.run("update", old, cwd=module)
    team.git("checkout", "--theirs", "acme/settings.txt")
    team.commit()
    assert (module / "settings.txt").read_text() == lines(line_3="line 3, new")
    assert tool.run("update", cwd=module).stdout == "acme is current: modpress 2.0\n"


def test_a_file_that_the_author_deleted_and_the_template_changed_is_a_conflict(
    team: Team, install: Install, old: str
) -> None:
    module = team.add("acme", template(OLD))
    team.git("rm", "--quiet", "acme/settings.txt")
    team.commit()

    done = install(**{"settings.txt": lines(line_3="line 3, new")}).run("update", old, cwd=module)

    assert done.returncode == AT_CONFLICT
    assert "DU acme/settings.txt" in team.status


def test_the_sample_that_the_author_deleted_stays_away(team: Team, install: Install, old: str) -> None:
    module = team.add("acme", template(OLD))
    team.git("rm", "--quiet", "-r", "acme/src")
    team.commit()
    tool = install(**{"src/{{ cookiecutter.project_name }}/sample.py": lines(line_3="new")})

    done = tool.run("update", old, cwd=module)

    assert done.returncode == 0, done.stderr
    assert "Left out, since you have deleted them:\n  src/acme/sample.py\n" in done.stdout
    assert team.status == ["M  acme/.modpress.json"]


def test_a_new_question_gets_its_default_and_an_old_answer_is_kept(team: Team, install: Install, old: str) -> None:
    module = team.add("acme", template(OLD), greeting="Hi you")
    questions = json.dumps({**QUESTIONS, "farewell": "Bye, {{ cookiecutter.project_name }}"})
    guide = FIRST_GUIDE + "{{ cookiecutter.farewell }}\n"

    done = install(**{"cookiecutter.json": questions, "guide.txt": guide}).run("update", old, cwd=module)

    assert done.returncode == 0, done.stderr
    assert (module / "guide.txt").read_text() == f"Hi you from acme\n{LINES}Bye, acme\n"


@pytest.mark.slow
def test_a_module_may_be_the_whole_repository(team: Team, install: Install, old: str) -> None:
    team.add(".", template(OLD))

    done = install(**{"added.txt": "new\n"}).run("update", old, cwd=team.root)

    assert done.returncode == 0, done.stderr
    assert (team.root / "added.txt").read_text() == "new\n"
