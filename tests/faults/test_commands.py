"""A command is killed at each of its calls that change the disk: all is as before or as after, never half."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from private_index.settings import STATE_FOLDER
from tests.faults.syscalls import WRITING, is_harmless
from tests.faults.tracer import Strike, Tracer, under
from tests.faults.walks import Share, Tally
from tests.real_index import Make

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("tracing"), pytest.mark.timeout(1200)]

RecordWalk = Callable[[int, str, Tally], None]
SECONDS = 60
# So many walk at once, each over its own points.
WALKERS = 2
# A command does much the same at neighbouring points, and each costs three runs of a command.
EVERY = 3
SHARES = [Share(first=first, step=WALKERS * EVERY) for first in range(1, WALKERS * EVERY, EVERY)]
# It stands still until it is watched.
PAUSED = ["sh", "-c", 'kill -STOP $$; exec "$@"', "sh"]

Rows = list[tuple[object, ...]]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Where a command is run: a folder with an index, its backup and a wheel that it never saw."""

    folder: Path
    env: Mapping[str, str]

    @property
    def root(self) -> Path:
        """The folder of the index."""
        return self.folder / "packages"

    def line(self, *words: str) -> list[str]:
        """Return the words that run a command of private-index on it."""
        filled = [word.format(folder=self.folder) for word in words]
        return [sys.executable, "-m", "private_index", *filled, f"--root={self.root}"]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.line(*words), env=self.env, capture_output=True, text=True, check=False, timeout=SECONDS
        )

    def rows(self) -> Rows:
        """Return what the catalogue says of each file and how many changes it knows."""
        catalogue = self.root / STATE_FOLDER / "catalogue.sqlite"
        if not catalogue.exists():
            return []
        with closing(sqlite3.connect(catalogue)) as connection:
            if not connection.execute("SELECT name FROM sqlite_master WHERE name = 'files'").fetchall():
                return []
            files = connection.execute("SELECT filename, state, yanked FROM files ORDER BY filename").fetchall()
            return [*files, *connection.execute("SELECT count(*) FROM changes").fetchall()] if files else []

    def copy(self, name: str) -> Scene:
        """Return the same scene in another folder."""
        there = self.folder.parent / name
        shutil.copytree(self.folder, there, symlinks=True)
        return Scene(folder=there, env=self.env)


@pytest.fixture
def scene(env: dict[str, str], make_wheel: Make, make_sdist: Make, tmp_path: Path) -> Scene:
    """An index with two files of one release and its backup."""
    scene = Scene(folder=tmp_path / "first", env=env)
    scene.folder.mkdir()
    assert scene.run("import", str(make_wheel()), str(make_sdist())).returncode == 0
    assert scene.run("backup", "{folder}/backup").returncode == 0
    make_wheel(version="2.0").rename(scene.folder / "acme_one-2.0-py3-none-any.whl")
    return scene


def strike_at(scene: Scene, point: int, *words: str) -> str | None:
    """Kill a command at one of its calls on the disk and return which call it was; None when it had ended before."""
    with subprocess.Popen(
        [*PAUSED, *scene.line(*words)], env=scene.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        os.waitpid(process.pid, os.WUNTRACED)
        # A lock changes nothing that stays, and most calls are about locks.
        changes = under(scene.folder, WRITING)
        tracer = Tracer(process.pid, lambda call: changes(call) and not is_harmless(call))
        tracer.attach()
        tracer.arm(Strike(kind="kill", point=point))
        os.kill(process.pid, signal.SIGCONT)
        tracer.join(SECONDS)
        assert not tracer.is_alive(), "the command did not end"
    return tracer.struck


def faults_of(scene: Scene, before: Rows, after: Rows, words: tuple[str, ...]) -> list[str]:
    """Return how the rule was broken: half done, or not to be ended by running the command again."""
    found = scene.rows()
    broken = [] if found in (before, after) else ["half"]
    # A deletion that is told already may still have bytes to remove; a restored index is not restored again.
    scene.run(*words)
    if scene.rows() != after:
        broken.append("stuck")
    if not is_sound(scene):
        broken.append("unsound")
    return broken


def is_sound(scene: Scene) -> bool:
    """Return whether nothing is found in the index, once a repair has removed what was left on its way in."""
    if scene.run("check").returncode == 0:
        return True
    scene.run("check", "--repair")
    return scene.run("check").returncode == 0


@pytest.mark.parametrize("share", SHARES, ids=lambda share: f"from-{share.first}")
@pytest.mark.parametrize(
    ("row", "words", "lost"),
    [
        pytest.param(12, ("yank", "acme-one", "1.0", "--reason", "x"), False, id="yank"),
        pytest.param(12, ("delete", "acme-one", "1.0", "--yes"), False, id="delete"),
        pytest.param(12, ("restore", "{folder}/backup"), True, id="restore"),
        pytest.param(13, ("import", "{folder}/acme_one-2.0-py3-none-any.whl"), True, id="first-start"),
    ],
)
def test_a_command_that_is_killed_at_any_call_on_the_disk_is_whole_or_not_begun(  # noqa: PLR0913 - a walk has that many sides
    scene: Scene, record_walk: RecordWalk, share: Share, row: int, words: tuple[str, ...], *, lost: bool
) -> None:
    if lost:
        shutil.rmtree(scene.root)
    before = scene.rows()
    done = scene.copy("done")
    assert done.run(*words).returncode == 0
    after = done.rows()
    tally = Tally()

    for point in share.points():
        struck = scene.copy(f"at-{point}")
        call = strike_at(struck, point, *words)
        if call is None:
            break
        tally.add(f"{point} {call}", told_yes=False, faults=faults_of(struck, before, after, words))
        shutil.rmtree(struck.folder)

    record_walk(row, words[0], tally)
    assert tally.points > 3
    assert tally.bad == []
