"""What a measurement needs of this machine, and what a reader must know of it."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.bench.peers import Peer

NEEDED = ("nginx", "wrk")


class ToolMissing(Exception):
    """A Debian package that the bench uses is not there."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(f"no {' and no '.join(names)} here; install them with: apt-get install nginx-light wrk")


class NotInstallable(Exception):
    """A peer can't be had, so the others are measured without it."""


def find_tools() -> dict[str, str]:
    """Return where nginx and wrk are.

    Raises:
        ToolMissing: one of them is nowhere.

    """
    # Debian puts nginx where a person's PATH does not lead.
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
    found = {name: shutil.which(name, path=path) for name in NEEDED}
    missing = [name for name, where in found.items() if where is None]
    if missing:
        raise ToolMissing(missing)
    return {name: where for name, where in found.items() if where}


def uv() -> str:
    """Return the uv of the session that measures."""
    return f"{sysconfig.get_path('scripts')}/uv"


def install(peer: Peer, venv: Path, env: Mapping[str, str]) -> str:
    """Install a peer into an environment of its own and return its version in words.

    Raises:
        NotInstallable: uv could not.

    """
    make = [uv(), "venv", "--quiet", "--python", sys.executable, str(venv)]
    fill = [uv(), "pip", "install", "--quiet", "--python", str(venv / "bin" / "python"), *peer.requirements]
    for command in (make, fill):
        done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotInstallable(f"{peer.title} can't be installed: {done.stderr.strip()[-300:]}")
    listed = [uv(), "pip", "list", "--quiet", "--python", str(venv / "bin" / "python"), "--format", "json"]
    there = {row["name"]: row["version"] for row in json.loads(_said(listed, env))}
    shown = [
        name
        for name in ("pypiserver", "gunicorn", "gevent", "devpi-server", "simple-repository-server", "uvicorn")
        if name in there
    ]
    return ", ".join(f"{name} {there[name]}" for name in shown)


def facts(tools: Mapping[str, str], env: Mapping[str, str]) -> list[str]:
    """Return what this machine is, in words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return [
        f"{os.cpu_count()} cores, {_processor()}, {memory:.0f} GiB of memory",
        f"{platform.system()} {platform.release()}, CPython {platform.python_version()}",
        f"load average when it began: {os.getloadavg()[0]:.1f}",
        # Both say their version on standard error.
        ", ".join(
            [
                _said([tools["nginx"], "-v"], env).strip().removeprefix("nginx version: ").replace("/", " "),
                " ".join(_said([tools["wrk"], "-v"], env).split()[:2]),
                " ".join(_said([uv(), "--version"], env).split()[:2]),
            ]
        ),
    ]


def _said(command: list[str], env: Mapping[str, str]) -> str:
    done = subprocess.run(
        command, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.stdout


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
