"""Images of modules: which commands build them, what the scan finds, and, where an engine can run, real ones."""

from __future__ import annotations

import fcntl
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from modpress.images import CONTAINERFILE, ENGINES, Engine, Image, image_of
from modpress.leaks import PIECE, find_leaks, spellings
from modpress.module import Module
from modpress.urls import Login
from tests.bench.processes import free_port
from tests.debian_base import base_image, surroundings, why_not
from tests.real_index import Index, Serve
from tests.waiting import wait_for

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
LOGIN = Login("me", 's3cret/with "odd" létters')
TAG = "localhost/adder:1.0.0"
LEAKING = """
ARG BASE
FROM ${BASE}
RUN --mount=type=secret,id=netrc,target=/run/secrets/netrc cp /run/secrets/netrc /etc/forgotten
"""


def quoted(text: str) -> str:
    """Return a text as netrc files quote it."""
    return '"' + text.replace('"', '\\"') + '"'


def image(folder: Path, index_url: str = "https://packages.example.com/simple/", version: str = "1.0") -> Image:
    """Return the image of a small module."""
    (folder / CONTAINERFILE).touch()
    return image_of(
        Module(folder=folder, name="Acme-One", version=version), index_url, commit="abc1234", base="", release=""
    )


def archive(folder: Path, *layers: bytes) -> Path:
    """Write what an engine exports, with these bytes as layers."""
    path = folder / "image.tar"
    with tarfile.open(path, "w") as parts:
        for number, content in enumerate(layers):
            member = tarfile.TarInfo(f"blobs/sha256/{number}")
            member.size = len(content)
            parts.addfile(member, io.BytesIO(content))
    return path


def modpress_image(*options: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-m", "modpress", "image", *options]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_a_tag_is_the_version_and_the_commit(tmp_path: Path) -> None:
    assert image(tmp_path, version="1.0+local").tag == "localhost/acme-one:1.0_local-abc1234"


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_is_told_where_the_secret_lies_and_not_what_it_is(name: str, tmp_path: Path) -> None:
    command = Engine(name).build(image(tmp_path), Path("/tmp/x/netrc"))  # noqa: S108 - a path that is only named

    assert command[:2] == [name, "build"]
    assert "--secret=id=netrc,src=/tmp/x/netrc" in command
    assert "--build-arg=MODULE=acme-one" in command
    assert "--build-arg=PACKAGE=acme_one" in command


@pytest.mark.parametrize(
    ("url", "is_shared"),
    [
        pytest.param("http://127.0.0.1:8080/simple/", True, id="this machine"),
        pytest.param("https://packages.example.com/simple/", False, id="another"),
    ],
)
def test_only_an_index_on_this_machine_is_reached_over_its_network(url: str, is_shared: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a row of the table
    command = Engine("podman").build(image(tmp_path, url), tmp_path)

    assert ("--network=host" in command) == is_shared


@pytest.mark.parametrize(
    "layer",
    [
        pytest.param(LOGIN.password.encode(), id="as it is"),
        pytest.param(gzip.compress(b"x" * 99 + LOGIN.password.encode()), id="compressed"),
        pytest.param(b"x" * (PIECE - 3) + LOGIN.password.encode(), id="across two pieces"),
        pytest.param(json.dumps({"Env": [LOGIN.password]}).encode(), id="in the description of the image"),
        pytest.param(f"machine localhost password {quoted(LOGIN.password)}".encode(), id="in a netrc file"),
        pytest.param(f"Authorization: Basic {LOGIN.token}".encode(), id="in a header"),
        pytest.param(LOGIN.put_into("https://packages.example.com/").encode(), id="in a URL"),
    ],
)
def test_a_secret_in_a_layer_is_found(layer: bytes, tmp_path: Path) -> None:
    exported = archive(tmp_path, b"nothing here", layer)

    assert find_leaks(exported, spellings(LOGIN)) == ["blobs/sha256/1"]


def test_a_clean_image_is_found_clean(tmp_path: Path) -> None:
    exported = archive(tmp_path, b"x" * 3 * PIECE, gzip.compress(b"nothing here"))

    assert find_leaks(exported, spellings(LOGIN)) == []


def test_a_layer_that_cannot_be_unpacked_is_not_called_clean(tmp_path: Path, env: dict[str, str]) -> None:
    exported = archive(tmp_path, b"\x28\xb5\x2f\xfd and so on")
    code = "import sys, pathlib; from modpress.leaks import *; find_leaks(pathlib.Path(sys.argv[1]), [b'x'])"

    said = subprocess.run(
        [sys.executable, "-c", code, str(exported)], env=env, capture_output=True, text=True, check=False
    ).stderr

    assert "can't be searched" in said


def test_without_an_engine_a_sentence_says_what_to_install(env: dict[str, str], tmp_path: Path) -> None:
    done = modpress_image(str(EXAMPLES / "adder"), env={**env, "PATH": str(tmp_path)})

    assert done.returncode == 1
    assert "podman: not installed; buildah: not installed; docker: not installed" in done.stderr
    assert "apt-get install podman" in done.stderr


@dataclass(frozen=True)
class Yard:
    """A machine that builds images, and an index with a password that they install from."""

    base: str
    env: dict[str, str]
    index: Index


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An image of Debian with Python, made without any registry; it trusts whom this machine trusts."""
    if reason := why_not():
        pytest.skip(reason)
    # Each process that runs tests has its own: they all keep their images in one place.
    tag = f"localhost/modpress-test-base:{os.getpid()}"
    with base_image(tag, tmp_path_factory.mktemp("base")):
        yield tag


@pytest.fixture
def alone() -> Iterator[None]:
    """Keep other tests of images waiting: they all give the same name."""
    with Path(tempfile.gettempdir(), "modpress-test-images.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def yard(base: str, alone: None, serve: Serve, tmp_path: Path) -> Iterator[Yard]:  # noqa: ARG001 - while it lasts
    """An index that asks everybody for a password, with the adder on it, and a login in a netrc file."""
    index = serve("--read", "users")
    folder = tmp_path / "examples"
    for name in ("servicekit", "adder"):
        shutil.copytree(EXAMPLES / name, folder / name, ignore=shutil.ignore_patterns(".*_cache", "dist", ".nox"))
    publish = [sys.executable, "-m", "modpress", "publish", "--waive", "tests", str(folder)]
    subprocess.run(publish, env=index.env, check=True, capture_output=True)
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login me password {quoted(index.password)}", encoding="utf-8")
    yield Yard(base, {**index.env, "NETRC": str(tmp_path / "netrc"), **surroundings(tmp_path)}, index)
    run("podman", "rmi", "--force", "--ignore", TAG)


@pytest.fixture
def container(yard: Yard) -> Iterator[Callable[[str, int], str]]:
    """A function that starts an image and returns the container's name; all are stopped at the end."""
    started: list[str] = []

    def start(tag: str, port: int) -> str:
        command = ["podman", "run", "--detach", "--network=host", f"--env=PORT={port}", tag]
        started.append(run(*command, env=yard.env).strip())
        return started[-1]

    yield start
    for name in started:
        run("podman", "rm", "--force", name, env=yard.env)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["podman", "buildah"])
def test_an_image_serves_and_holds_no_secret(
    engine: str, yard: Yard, container: Callable[[str, int], str], tmp_path: Path
) -> None:
    folder, port = tmp_path / "examples" / "adder", free_port()

    done = modpress_image(str(folder), "--base", yard.base, "--engine", engine, env=yard.env)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{TAG} is built; no layer holds the password" in done.stdout
    assert yard.index.password not in done.stdout + done.stderr
    started = container(TAG, port)
    wait_for(lambda: is_sum(port))
    assert run("podman", "exec", started, "id", "-u", env=yard.env) == "65532\n"
    run("podman", "stop", "--time=10", started, env=yard.env)
    assert run("podman", "inspect", "--format={{.State.ExitCode}}", started, env=yard.env) == "0\n"


@pytest.mark.slow
def test_an_image_that_leaks_is_caught_and_removed(yard: Yard, tmp_path: Path) -> None:
    folder = tmp_path / "examples" / "adder"
    (folder / CONTAINERFILE).write_text(LEAKING, encoding="utf-8")

    done = modpress_image(str(folder), "--base", yard.base, env=yard.env)

    assert done.returncode == 1
    assert "holds the password of the index, in blobs/sha256/" in done.stderr
    assert yard.index.password not in done.stdout + done.stderr
    assert TAG not in run("podman", "images", "--format={{.Repository}}:{{.Tag}}", env=yard.env).split()


def run(*command: str, env: dict[str, str] | None = None) -> str:
    """Run a tool that must succeed, and return what it says."""
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def is_sum(port: int) -> bool:
    """Tell whether an adder answers."""
    try:
        return requests.get(f"http://127.0.0.1:{port}/add/1/2", timeout=60).text == '{"result":"3"}'
    except requests.ConnectionError:
        return False
