"""The command, run as a person runs it."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
PROGRAM = "palette"
EXAMPLES = re.findall(r"^```console\n\$ (.+)\n([^`]+)^```$", README.read_text(encoding="utf-8"), re.MULTILINE)
COLOURED = "\x1b["


def run(*arguments: str, program: str = PROGRAM, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program that is installed beside this Python; output goes to a pipe."""
    path = shutil.which(program, path=sysconfig.get_path("scripts"))
    assert path is not None, f"{program} is not installed; nox -s tests installs it"
    shown = {"NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"}
    env = {name: value for name, value in os.environ.items() if name not in shown} | variables
    return subprocess.run([path, *arguments], capture_output=True, check=False, encoding="utf-8", env=env)


@pytest.mark.parametrize(("line", "output"), EXAMPLES)
def test_the_command_answers_what_the_readme_says(line: str, output: str) -> None:
    program, *arguments = shlex.split(line)

    result = run(*arguments, program=program)

    assert result.stdout == output
    assert result.returncode == 0


def test_the_picture_in_the_readme_is_the_commands() -> None:
    result = run("133", "--format", "svg")

    assert result.stdout == Path(__file__).with_name("palette.svg").read_text(encoding="utf-8")


def test_a_terminal_shows_the_colours_themselves() -> None:
    result = run("133", FORCE_COLOR="1", COLORTERM="truecolor", COLUMNS="100")

    assert f"{COLOURED}1;38;2;255;255;255;48;2;15;61;25m" in result.stdout
    assert max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in result.stdout.splitlines()) <= 100


def test_no_color_is_respected() -> None:
    result = run("133", FORCE_COLOR="1", NO_COLOR="1")

    assert COLOURED not in result.stdout
    assert len(result.stdout.splitlines()) == 6


@pytest.mark.parametrize(
    ("name", "options", "beginning"),
    [
        pytest.param("palette.svg", [], "<svg ", id="the name says SVG"),
        pytest.param("palette.JSON", [], "[\n", id="the name says JSON"),
        pytest.param("palette", ["--format", "json"], "[\n", id="the option says JSON"),
    ],
)
def test_a_palette_is_written(tmp_path: Path, name: str, options: list[str], beginning: str) -> None:
    path = tmp_path / name

    result = run("--output", str(path), *options)

    assert (result.stdout, result.stderr, result.returncode) == ("", "", 0)
    assert path.read_text(encoding="utf-8").startswith(beginning)


def test_what_is_written_is_what_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "palette.json"

    run("-30", "--scheme", "neighbours", "--output", str(path))
    printed = run("-30", "--scheme", "neighbours", "--format", "json")

    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(printed.stdout)


def test_a_file_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "palette.svg"

    result = run("--output", str(path))

    assert result.stderr == f"palette: cannot write {path}: No such file or directory\n"
    assert result.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["green"], "invalid number value: 'green'", id="no number"),
        pytest.param(["nan"], "nan is not between", id="not a number"),
        pytest.param(["--count", "0"], "0 is not between 1 and 64", id="no colour"),
        pytest.param(["--saturation", "101"], "101 is not between 0 and 100", id="too pure"),
        pytest.param(["--scheme", "rainbow"], "invalid choice: 'rainbow'", id="no scheme"),
        pytest.param(["--output", "palette.gif"], "--format svg or --format json", id="no format"),
    ],
)
def test_wrong_usage_is_refused_with_a_sentence(arguments: list[str], sentence: str) -> None:
    result = run(*arguments)

    assert sentence in result.stderr
    assert result.returncode == 2


def test_the_version_is_that_of_the_installed_module() -> None:
    result = run("--version")

    assert result.stdout == f"palette {version(PROGRAM)}\n"


def test_help_names_every_exit_code() -> None:
    result = run("--help")

    assert re.findall(r"^  (\d)  ", result.stdout, re.MULTILINE) == ["0", "1", "2"]


def test_python_m_is_the_command() -> None:
    command = [sys.executable, "-m", "palette", "--format", "json", "--count", "1"]

    result = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")

    assert len(json.loads(result.stdout)) == 1
