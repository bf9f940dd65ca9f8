"""What a page on containers needs of a machine: an engine that runs, and the image that its own are built upon."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests import debian_base

BASE = "docker.io/library/python:3.13-slim"


class NoEngine(Exception):
    """A page on containers can't be followed here.

    Args:
        reason: why.

    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"no container can run here: {reason}")


@contextmanager
def engine(folder: Path) -> Iterator[Mapping[str, str]]:
    """Find an engine and its base image; give the variables that the reader needs.

    Raises:
        NoEngine: there is none, and it can't be arranged.

    """
    _check("podman", "info")
    if _does("podman", "image", "exists", BASE) or _does("podman", "pull", "--quiet", BASE):
        yield {}
        return
    if reason := debian_base.why_not():
        raise NoEngine(f"{BASE} can't be pulled, and to make another in its place {reason}")
    folder.mkdir()
    with debian_base.base_image(BASE, folder):
        yield debian_base.surroundings(folder)


def _check(*command: str) -> None:
    if shutil.which(command[0]) is None or not _does(*command):
        raise NoEngine(f"`{' '.join(command)}` fails")


def _does(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
