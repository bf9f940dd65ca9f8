"""What any user of the machine can see in `ps` while modules are published: no password."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.modpress.conftest import Modules
from tests.real_index import Index

PROC = Path("/proc")


def command_lines(session: int) -> Iterator[str]:
    """Yield the command line of each process of a session, as `ps` shows it."""
    for folder in PROC.glob("[0-9]*"):
        try:
            about = (folder / "stat").read_text().rpartition(")")[2].split()
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            # It has ended meanwhile.
            continue
        if int(about[3]) == session:
            yield line


@pytest.mark.skipif(not (PROC / "self" / "cmdline").exists(), reason="there is no /proc to look at")
def test_no_command_line_of_a_publication_shows_the_password(modules: Modules, team: Index, name: str) -> None:
    command = [sys.executable, "-m", "modpress", "publish", str(modules.make(name))]
    seen = set()

    with subprocess.Popen(
        command, env=team.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as publisher:
        while publisher.poll() is None:
            seen |= set(command_lines(publisher.pid))

    token = base64.b64encode(f"{team.user}:{team.password}".encode()).decode()
    assert publisher.returncode == 0
    assert any("pip install" in line for line in seen)
    assert not [line for line in seen for secret in (team.password, quote(team.password), token) if secret in line]
