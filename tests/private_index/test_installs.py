"""Installers by one URL: what they find, and how few questions they need for it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hand_made import write_wheel
from tests.real_index import Index, Make, Post, Serve


@pytest.mark.parametrize("client", ["pip", "pip of Debian 12", "uv"])
def test_a_client_installs_by_one_url(index: Index, post: Post, make_wheel: Make, tmp_path: Path, client: str) -> None:
    post(index, make_wheel(code="print('hello from acme')"))
    target = tmp_path / "target"
    commands = {
        "pip": [sys.executable, "-m", "pip", "install", "--index-url", index.simple_url],
        "pip of Debian 12": [
            *("uv", "run", "--no-project", "--python", sys.executable, "--with", "pip==23.0.1", "python", "-m"),
            *("pip", "install", "--index-url", index.simple_url),
        ],
        "uv": ["uv", "pip", "install", "--default-index", index.simple_url],
    }

    run = subprocess.run(
        [*commands[client], "--target", str(target), "acme-one"],
        env=index.env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    said = subprocess.run(
        [sys.executable, "-c", "import acme_one"],
        env={**index.env, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "hello from acme\n"


def compile_with_uv(index: Index, cache: Path) -> list[tuple[str, str, int]]:
    """Resolve acme-app with uv and return what it asked of the index: kind, project or file, status."""
    seen = len(index.log.read_text())
    subprocess.run(
        ["uv", "pip", "compile", "-", "--default-index", index.simple_url, "--cache-dir", str(cache), "--no-header"],
        env=index.env,
        input="acme-app",
        capture_output=True,
        text=True,
        check=True,
    )
    lines = index.log.read_text()[seen:]
    return [
        (path.split("/")[1], path.split("/")[2], int(status))
        for path, status in re.findall(r"path=(/(?:simple|packages)/\S+).*? status=(\d+)", lines)
    ]


def test_uv_resolves_with_a_page_and_a_sidecar_each_and_then_with_a_304_each(serve: Serve, tmp_path: Path) -> None:
    needs = "".join(f"Requires-Dist: acme-{number}\n" for number in range(5))
    paths = [write_wheel(tmp_path, f"acme-{number}", "1.0") for number in range(5)]
    paths.append(write_wheel(tmp_path, "acme-app", "1.0", extra=needs))
    index = serve("--access-log", *(f"--seed={path}" for path in paths))
    names = [f"acme-{number}" for number in range(5)] + ["acme-app"]

    cold = compile_with_uv(index, tmp_path / "cache")
    warm = compile_with_uv(index, tmp_path / "cache")

    sidecars = [f"{path.name}.metadata" for path in paths]
    pages = [("simple", name, 200) for name in names]
    assert sorted(cold) == sorted([*pages, *(("packages", name, 200) for name in sidecars)])
    assert sorted(warm) == sorted(("simple", name, 304) for name in names)
