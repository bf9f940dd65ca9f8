"""What stops a command is not lost where Python can only ignore it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

# The signal comes while an object is being finalised: what is raised there, Python ignores.
PROGRAM = """
import signal, time
from modpress.cli import main

class Finalised:
    def __del__(self):
        signal.raise_signal({number})

@main.command()
def sleep():
    Finalised()
    print("went on", flush=True)
    time.sleep(60)

main(["sleep"])
"""


@pytest.mark.parametrize(
    ("number", "code"),
    [pytest.param(signal.SIGINT, 130, id="Ctrl-C"), pytest.param(signal.SIGTERM, 143, id="SIGTERM")],
)
def test_what_is_ignored_at_first_stops_the_command_all_the_same(number: signal.Signals, code: int) -> None:
    program = PROGRAM.format(number=int(number))

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == code
    assert done.stdout == "went on\n"
    assert "Exception ignored" not in done.stderr


def test_any_other_ignored_exception_is_told_as_ever(tmp_path: Path) -> None:
    program = PROGRAM.replace("signal.raise_signal({number})", "1 / 0").replace("time.sleep(60)", "")

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)

    assert done.returncode == 0
    assert "ZeroDivisionError" in done.stderr
