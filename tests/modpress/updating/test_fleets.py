"""All modules of a repository are updated one by one: only the green ones are changed, and a table tells of each."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.modpress.updating.conftest import AT_CONFLICT, FIRST_GUIDE, NEW, OLD, Install
from tests.template_versions import NOXFILE, Team, template, write
from tests.waiting import wait_for


def test_all_keeps_the_green_ones_only_and_ends_with_a_table(team: Team, install: Install, old: str) -> None:
    modules = {name: team.add(f"libs/{name}", template(OLD)) for name in ("blue", "clash", "red")}
    noxfile = NOXFILE.replace("it is broken", "it is still broken")
    changes = {"noxfile.py": noxfile, "guide.txt": FIRST_GUIDE.replace("line 3\n", "new\n")}
    team.add("libs/current", template(NEW, **changes))
    team.edit(modules["clash"], "guide.txt", "line 3\n", "line 3, mine\n")
    team.edit(modules["blue"], "settings.txt", "line 3\n", "line 3, mine\n")
    team.edit(modules["red"], "settings.txt", "line 3\n", "line 3 is broken\n")

    done = install(**changes).run("update", "--all", old, cwd=team.root)

    assert done.returncode == AT_CONFLICT, done.stderr
    assert done.stdout.endswith("""
MODULE        FROM  TO   STATE
libs/blue     1.0   2.0  updated
libs/clash    1.0   2.0  conflict
libs/current  2.0   2.0  current
libs/red      1.0   2.0  red
""")
    assert "libs/red (red):" in done.stdout
    assert "it is still broken" in done.stdout
    assert "libs/clash (conflict):\n  guide.txt\n" in done.stdout
    assert team.status == [f"M  libs/blue/{name}" for name in (".modpress.json", "guide.txt", "noxfile.py")]


@pytest.mark.parametrize(
    "number",
    [pytest.param(signal.SIGINT, id="Ctrl-C"), pytest.param(signal.SIGTERM, id="SIGTERM", marks=pytest.mark.slow)],
)
def test_who_stops_the_update_of_all_finds_nothing_half_done(
    team: Team, install: Install, old: str, number: signal.Signals, tmp_path: Path
) -> None:
    team.add("acme", template(OLD))
    tool = install(
        **{"noxfile.py": f"import pathlib, time\npathlib.Path({str(tmp_path / 'runs')!r}).touch()\ntime.sleep(60)\n"}
    )

    with tool.start("update", "--all", old, cwd=team.root) as process:
        wait_for((tmp_path / "runs").exists)
        process.send_signal(number)

    assert process.returncode == 128 + number
    assert team.status == []


def test_all_without_a_made_module_says_so(team: Team, install: Install) -> None:
    write(team.root, {"README": ""})
    team.commit()

    done = install().run("update", "--all", cwd=team.root)

    assert done.returncode == 1
    assert "git knows no .modpress.json there" in done.stderr


@pytest.mark.slow
def test_thirty_modules_are_updated_in_one_go(team: Team, install: Install, old: str) -> None:
    modules = [team.add(f"libs/acme-{number:02}", template(OLD)) for number in range(30)]
    for module in modules[::10]:
        team.edit(module, "guide.txt", "line 3\n", "line 3, mine\n")
    for module in modules[1::10]:
        team.edit(module, "settings.txt", "line 3\n", "line 3 is broken\n")
    for module in modules[2::3]:
        team.edit(module, "settings.txt", "line 9\n", "line 9, mine\n")

    done = install(**{"guide.txt": FIRST_GUIDE.replace("line 3\n", "new\n")}).run("update", "--all", old, cwd=team.root)

    states = [line.split()[-1] for line in done.stdout.splitlines() if line.startswith("libs/acme") and "  1.0" in line]
    assert [states.count(state) for state in ("updated", "conflict", "red")] == [24, 3, 3]
    assert done.returncode == AT_CONFLICT
    assert len(team.status) == 24 * 2
    for module in modules[5::3]:
        if module not in {*modules[::10], *modules[1::10]}:
            assert "line 9, mine" in (module / "settings.txt").read_text()
