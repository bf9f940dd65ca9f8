"""A base image of Debian with Python, made without any registry, for a machine that can reach none."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

NEEDED = ("buildah", "podman", "runc", "debootstrap")
INCLUDED = "--include=python3,python3-venv,ca-certificates"
# What a normal machine does without: a container of root with no right to raise limits, and no cgroups of its own.
CONTAINERS_CONF = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
"""


def why_not() -> str:
    """Return why no base image can be made here; nothing if it can."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if os.geteuid() == 0 and not missing:
        return ""
    return f"needs root and {' '.join(missing or NEEDED)} (apt-get install {' '.join(NEEDED)} iptables)"


def surroundings(folder: Path) -> Mapping[str, str]:
    """Return the variables with which engines run in such a place."""
    (folder / "containers.conf").write_text(CONTAINERS_CONF, encoding="utf-8")
    return {"CONTAINERS_CONF": str(folder / "containers.conf"), "BUILDAH_ISOLATION": "chroot"}


@contextmanager
def base_image(tag: str, folder: Path) -> Iterator[None]:
    """Make the image, which trusts whom this machine trusts; at the end it is removed."""
    root = folder / "debian"
    _run("debootstrap", "--variant=minbase", INCLUDED, "bookworm", str(root))
    shutil.copy(os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt"), root / "etc/ssl/ours.crt")
    made = _run("buildah", "from", "scratch").strip()
    _run("buildah", "add", "--quiet", made, str(root), "/")
    _run("buildah", "config", "--env", "PIP_CERT=/etc/ssl/ours.crt", made)
    _run("buildah", "commit", "--quiet", "--rm", made, tag)
    try:
        yield
    finally:
        _run("podman", "rmi", "--force", tag)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
