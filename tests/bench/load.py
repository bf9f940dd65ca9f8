"""Requests a second and the slowest hundredth of them, as wrk sees them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.shelf import FILE_20_MB, FILE_50_KB, MEASURED
from tests.bench.site import ACCEPT, Site, Target, ask

# What wrk prints for people is rounded; its script sees the figures.
SCRIPT = """\
done = function(summary, latency, requests)
  io.write(string.format('{"requests": %d, "microseconds": %d, "p99": %d, "errors": %d, "timeouts": %d}\\n',
    summary.requests, summary.duration, latency:percentile(99), summary.errors.status + summary.errors.connect
    + summary.errors.read + summary.errors.write, summary.errors.timeout))
end
"""
# A slow peer is given time to answer at all.
TIMEOUT_SECONDS = 60
LARGE_FILE_CONNECTIONS = 4


@dataclass(frozen=True)
class Rate:
    """How quickly a target was answered.

    Args:
        per_second: requests.
        p99: the seconds within which 99 of 100 were.

    """

    per_second: float
    p99: float


class LoadFailed(Exception):
    """The requests of a load were not answered as they should be."""


@dataclass(frozen=True)
class Load:
    """One kind of request.

    Args:
        name: its key.
        title: what it asks for.
        target: finds the request at a site; None where a site can't do it.

    """

    name: str
    title: str
    target: Callable[[Site], Target | None]


def _list(site: Site) -> Target:
    return Target(site.simple_url, {"Accept": ACCEPT})


def page_target(site: Site) -> Target:
    """Return the page that everybody is asked for."""
    return Target(site.page_url(MEASURED), {"Accept": ACCEPT})


def _unchanged(site: Site) -> Target | None:
    url = site.page_url(MEASURED)
    tag = ask(url).headers.get("etag")
    headers = {"Accept": ACCEPT, "If-None-Match": tag or ""}
    return Target(url, headers) if tag and ask(url, headers).status == 304 else None


def _small_file(site: Site) -> Target:
    return Target(site.file_url(FILE_50_KB))


def _large_file(site: Site) -> Target:
    return Target(site.file_url(FILE_20_MB), connections=LARGE_FILE_CONNECTIONS)


LOADS = (
    Load("list", "project list", _list),
    Load("page", "project page", page_target),
    Load("page-304", "project page, unchanged (304)", _unchanged),
    Load("file-50kB", "file of 50 kB", _small_file),
    Load("file-20MB", "file of 20 MB", _large_file),
)


class Wrk:
    """The load generator.

    Args:
        program: wrk's path.
        folder: for its script.
        seconds: how long each load lasts.

    """

    def __init__(self, program: str, folder: Path, seconds: float) -> None:
        self._program = program
        self._seconds = max(1, round(seconds))
        self._script = folder / "report.lua"
        self._script.write_text(SCRIPT, encoding="ascii")

    def run(self, target: Target) -> Rate:
        """Repeat a request.

        Raises:
            LoadFailed: wrk failed, or answers were errors.

        """
        said = self._run(target)
        figures = json.loads(said.splitlines()[-1])
        if figures["errors"]:
            raise LoadFailed(f"{figures['errors']} of {figures['requests']} requests failed")
        return Rate(figures["requests"] * 1e6 / figures["microseconds"], figures["p99"] / 1e6)

    def _run(self, target: Target) -> str:
        shape = ["-t1", f"-c{target.connections}", f"-d{self._seconds}s", f"--timeout={TIMEOUT_SECONDS}s"]
        headers = [f"-H{name}: {value}" for name, value in target.headers.items()]
        command = [self._program, *shape, *headers, "-s", str(self._script), target.url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise LoadFailed(done.stderr.strip() or done.stdout.strip())
        return done.stdout
