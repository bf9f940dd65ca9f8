"""The demo goes the whole way, says what failed, and leaves nothing behind however it ends."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from modpress import journey
from modpress.demo import served_url
from tests.waiting import wait_for

ROOT = Path(__file__).parents[2]
MODULE = journey.MODULE

QUICK_NOXFILE = """
import os, nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["check"]

@nox.session
def check(session):
    {check}

@nox.session
def publish(session):
    session.error("the password is " + os.environ["TWINE_PASSWORD"])
"""

# A child that won't be asked, as a grandchild of the demo's nox.
ENDLESS = """session.run("python", "-c", '''
import os, pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path({marker!r}).write_text(str(os.getpid()))
time.sleep(600)
''')"""


@pytest.fixture
def temporary(env: dict[str, str], tmp_path: Path) -> Path:
    """Return the only folder in which the demo may make temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    env |= {"TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of this checkout without its template."""
    folder = tmp_path / "checkout"
    for name in ("modpress", "private_index"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def write_template(checkout: Path, *, check: str = "pass") -> None:
    module = checkout / "template" / "{{ cookiecutter.project_name }}"
    module.mkdir(parents=True)
    (module.parent / "cookiecutter.json").write_text(
        json.dumps({"project_name": "x", "_copy_without_render": ["*.py"]})
    )
    (module / "noxfile.py").write_text(QUICK_NOXFILE.format(check=check))


def demo(checkout: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "modpress", "demo", "--checkout", str(checkout), *options]


def run_demo(checkout: Path, env: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        demo(checkout, *options), env=env, capture_output=True, text=True, encoding="utf-8", check=False
    )


def has_gone(pid: int, seconds: float = 60) -> bool:
    # What is killed stays listed until its parent, or whoever inherits it, has looked.
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def read_when_there(path: Path) -> str:
    wait_for(lambda: path.exists() and path.read_text(), seconds=60)
    return path.read_text()


def test_the_demo_goes_from_the_template_to_a_module_installed_by_name(env: dict[str, str], temporary: Path) -> None:
    done = run_demo(ROOT, env)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{MODULE} was made, checked, published and installed" in done.stdout
    assert done.stdout.count(f"\n      {MODULE}\n") == 2, "the installed command speaks twice"
    assert not list(temporary.iterdir())


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="the lines are a POSIX shell's")
def test_the_lines_to_do_it_by_hand_do_it(env: dict[str, str], tmp_path: Path) -> None:
    lines = ["trap 'kill $index' EXIT", *journey.by_hand(str(ROOT), sysconfig.get_path("scripts"))[:-1]]
    script = "\n".join(lines).replace("8080", str(free_port()))

    done = subprocess.run(
        ["sh", "-e", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines().count(MODULE) == 2, "the installed command speaks twice"


def test_a_failed_step_is_named_and_shown_without_the_password(
    checkout: Path, env: dict[str, str], temporary: Path
) -> None:
    write_template(checkout)

    done = run_demo(checkout, env)

    assert done.returncode == 1
    assert "the password is ********" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: 'Let it publish itself: nox -s publish' failed")
    assert not list(temporary.iterdir())


def test_a_broken_template_fails_where_the_module_is_made(checkout: Path, env: dict[str, str], temporary: Path) -> None:
    write_template(checkout)
    (checkout / "template" / "cookiecutter.json").write_text("{")

    done = run_demo(checkout, env)

    assert done.returncode == 1
    assert "JSON" in done.stderr
    assert "Error: 'Make a module from the template' failed with exit code 1" in done.stderr
    assert not list(temporary.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pseudo-terminals of this kind")
@pytest.mark.parametrize(
    ("wish", "is_coloured"),
    [
        pytest.param({}, True, id="coloured"),
        pytest.param({"NO_COLOR": "1"}, False, id="plain"),
    ],
)
def test_on_a_terminal_a_step_is_a_live_line_and_colours_can_be_refused(
    checkout: Path, env: dict[str, str], wish: dict[str, str], *, is_coloured: bool
) -> None:
    (checkout / "template").mkdir()
    (checkout / "template" / "cookiecutter.json").write_text("{")
    terminal = {name: value for name, value in env.items() if name != "NO_COLOR"} | {"TERM": "xterm"} | wish

    screen = pexpect.run(shlex.join(demo(checkout)), env=terminal, encoding="utf-8")

    assert screen.count("\r  1  Build modpress") > 1
    assert ("\x1b[" in screen) is is_coloured


@pytest.fixture
def stuck(
    checkout: Path, env: dict[str, str], temporary: Path, tmp_path: Path
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Return a demo in the middle of its journey, and a process that it has started and that ignores SIGTERM."""
    assert temporary.exists()
    marker = tmp_path / "marker"
    write_template(checkout, check=ENDLESS.format(marker=str(marker)))
    command = demo(checkout)
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process, int(read_when_there(marker))
        process.kill()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")
@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGINT, 130, id="ctrl-c"),
        pytest.param(signal.SIGTERM, 143, id="terminate"),
    ],
)
def test_a_signal_ends_the_demo_and_all_that_it_started(
    stuck: tuple[subprocess.Popen[str], int], number: int, code: int, temporary: Path
) -> None:
    process, grandchild = stuck

    process.send_signal(number)
    out, err = process.communicate(timeout=60)

    assert process.returncode == code
    assert err == "Stopped: nothing is left running\n"
    assert "stopped" in out.splitlines()[-1]
    assert has_gone(grandchild)
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    ("output", "url"),
    [
        pytest.param("Serving x at http://127.0.0.1:1/\nInstall: …\n", "http://127.0.0.1:1/", id="first"),
        pytest.param("Not served: a.whl\nServing x at http://127.0.0.1:1/\n", "http://127.0.0.1:1/", id="warned"),
        pytest.param("Serving x at http://127.0.0.1:1", None, id="half a line"),
    ],
)
def test_the_url_is_the_one_that_the_index_says_it_serves_at(output: str, url: str | None) -> None:
    assert served_url(output) == url


def test_a_folder_without_a_template_is_no_checkout(env: dict[str, str], tmp_path: Path) -> None:
    done = run_demo(tmp_path, env)

    assert done.returncode == 2
    assert done.stderr == f"Error: {tmp_path} is no checkout of modpress: it has no template/cookiecutter.json\n"


def test_the_users_indexes_are_put_aside_and_the_way_to_the_network_stays() -> None:
    network = {"HTTPS_PROXY": "http://proxy:3128", "PIP_CERT": "/ca.pem", "REQUESTS_CA_BUNDLE": "/ca.pem"}
    indexes = {"PIP_INDEX_URL": "https://elsewhere/simple/", "UV_EXTRA_INDEX_URL": "https://elsewhere/simple/"}
    session = {"NOX_CURRENT_SESSION": "demo", "VIRTUAL_ENV": "/venv"}

    inner = journey.environment(network | indexes | session | {"PATH": "/usr/bin"}, tools="/venv/bin", temporary="/t")

    assert network.items() <= inner.items()
    assert not (indexes | session).keys() & inner.keys()
    assert inner["PATH"] == os.pathsep.join(["/venv/bin", "/usr/bin"])


def test_a_proxy_is_not_asked_for_the_loopback() -> None:
    inner = journey.environment({"NO_PROXY": "intranet.example"}, tools="/venv/bin", temporary="/t")

    assert inner["NO_PROXY"] == inner["no_proxy"] == "intranet.example,127.0.0.1"
