"""The command, run as a person runs it."""

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
PROGRAM = "{{ cookiecutter.__slug }}"
EXAMPLES = re.findall(r"^```console\n\$ (.+)\n([^`]+)^```$", README.read_text(encoding="utf-8"), re.MULTILINE)


def run(program: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program that is installed beside this Python."""
    path = shutil.which(program, path=sysconfig.get_path("scripts"))
    assert path is not None, f"{program} is not installed; nox -s tests installs it"
    env = os.environ | {"PYTHONUTF8": "1"} | variables
    return subprocess.run([path, *arguments], env=env, capture_output=True, check=False, encoding="utf-8")


@pytest.mark.parametrize(("line", "output"), EXAMPLES)
def test_the_command_answers_what_the_readme_says(line: str, output: str) -> None:
    result = run(*shlex.split(line))

    assert result.stdout == output
    assert result.returncode == 0


def test_a_text_without_a_name_is_a_fault() -> None:
    result = run(PROGRAM, "good", "!?")

    assert result.stdout == ""
    assert result.stderr == "Error: '!?' has no letter or digit that a name could keep\n"
    assert result.returncode == 1


def test_no_text_is_wrong_usage() -> None:
    result = run(PROGRAM)

    assert "Usage:" in result.stderr
    assert result.returncode == 2


def test_the_version_is_that_of_the_installed_module() -> None:
    result = run(PROGRAM, "--version")

    assert result.stdout == f"{PROGRAM} {version(PROGRAM)}\n"


def test_help_names_every_exit_code() -> None:
    result = run(PROGRAM, "--help")

    assert re.findall(r"^    (\d)  ", result.stdout, re.MULTILINE) == ["0", "1", "2"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(shell: str) -> None:
    variable = f"_{PROGRAM.replace('-', '_').upper()}_COMPLETE"

    result = run(PROGRAM, **{variable: f"{shell}_source"})

    assert variable in result.stdout
    assert PROGRAM in result.stdout


def test_python_m_is_the_command() -> None:
    command = [sys.executable, "-m", "{{ cookiecutter.__package }}", "Hello"]

    result = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")

    assert result.stdout == "hello\n"
