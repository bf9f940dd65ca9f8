"""How long uv takes to install forty small packages from an index, with an empty and with a full cache."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.machine import uv
from tests.bench.measure import timed
from tests.bench.shelf import FORTY
from tests.bench.site import Site


def cold_and_warm(site: Site, folder: Path, env: Mapping[str, str]) -> tuple[float, float]:
    """Return the seconds of a first installation and of one with what the first has cached.

    Raises:
        CommandFailed: uv could not install them.

    """
    with TemporaryDirectory(dir=folder) as name:
        times = [timed(_command(site, Path(name), target), cwd=folder, env=env) for target in ("cold", "warm")]
    return times[0], times[1]


def _command(site: Site, folder: Path, target: str) -> list[str]:
    where = ["--python", sys.executable, "--target", str(folder / target), "--cache-dir", str(folder / "cache")]
    return [uv(), "pip", "install", "--quiet", "--no-config", "--index-url", site.simple_url, *where, *FORTY]
