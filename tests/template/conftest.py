"""What tests of the template share: making a module from it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cookiecutter.main import cookiecutter

CHECKOUT = Path(__file__).parents[2]

Make = Callable[..., Path]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def template() -> Path:
    """The folder of the template."""
    return CHECKOUT / "template"


@pytest.fixture
def make(template: Path, tmp_path: Path) -> Make:
    """A function that makes a module in `made` from answers, as the command does with --no-input."""
    config = tmp_path / "cookiecutter.json"
    config.write_text(json.dumps({"replay_dir": str(tmp_path / "replay")}), encoding="utf-8")

    def made(folder: str = "made", **answers: str) -> Path:
        known = {"author_name": "Ada Lovelace", "author_email": "ada@example.org", "index_url": ""}
        return Path(
            cookiecutter(
                str(template),
                no_input=True,
                extra_context=known | answers,
                output_dir=str(tmp_path / folder),
                config_file=str(config),
            )
        )

    return made


@pytest.fixture
def run(env: dict[str, str], tmp_path: Path) -> Run:
    """A function that runs a tool of this environment in a clean one, and returns what it said."""
    # Coverage of these tests would reach into the tests of a made module.
    clean = {name: value for name, value in env.items() if not name.startswith("COV")}

    def result(
        *command: str, cwd: Path = tmp_path, answers: str | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *command],
            cwd=cwd,
            env=clean | variables,
            input=answers,
            stdin=None if answers else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            encoding="utf-8",
        )

    return result
