"""Deliver the wheels and sdists of a folder to an index, and be killed just before the nth piece of it goes out.

    python delivery.py FOLDER URL N

What is sent from the first POST on is a piece: a head, and each part of a body. 0 is no piece. No code is changed:
Python tells its auditors of all that it sends (PEP 578).
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path

from packaging.utils import parse_wheel_filename

from modpress.clients import choose_client
from modpress.credentials import open_account
from modpress.delivering import Delivery, Index, deliver
from modpress.destination import Destination
from modpress.listing import Listing
from modpress.module import Module
from modpress.order import Manners
from modpress.release import Artifact, Release
from modpress.report import Report
from modpress.uploads import find_missing


def arm(last: int) -> None:
    """Kill this process at the `last` of the pieces that it sends."""
    pieces = 0
    is_writing = False

    def strike(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal pieces, is_writing
        if event != "http.client.send":
            return
        content = arguments[1]
        is_writing = is_writing or (isinstance(content, bytes) and content.startswith(b"POST "))
        pieces += is_writing
        if is_writing and pieces == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(strike)


def releases_in(folder: Path) -> list[Release]:
    """Return a release for each wheel of a folder."""
    found = []
    for wheel in sorted(folder.glob("*.whl")):
        name, version = parse_wheel_filename(wheel.name)[:2]
        sdist = folder / f"{name.replace('-', '_')}-{version}.tar.gz"
        module = Module(folder=folder, name=name, version=str(version))
        found.append(Release(module=module, sdist=Artifact.read(sdist), wheel=Artifact.read(wheel)))
    return found


def main(folder: Path, url: str) -> None:
    """Deliver what the index lacks."""
    destination = Destination(upload_url=url, simple_url=f"{url}simple/")
    account = open_account(destination, Manners(wait=30))
    index = Index(destination, account, Listing(destination, account))
    deliveries = []
    for release in releases_in(folder):
        listed = index.listing.files_of(release.module.key)
        there = {name: index.listing.digest(file) for name, file in listed.items()}
        deliveries.append(Delivery(release, index, find_missing(release.files, there, url)))
    with tempfile.TemporaryDirectory() as scratch:
        deliver(deliveries, choose_client(dict(os.environ)), Path(scratch), Report(sys.stdout, sys.stderr))


if __name__ == "__main__":
    arm(int(sys.argv[3]))
    main(Path(sys.argv[1]), sys.argv[2])
