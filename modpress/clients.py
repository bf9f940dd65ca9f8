"""Installers: what makes an empty environment and installs from one index. uv where there is uv, else pip."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from packaging.specifiers import SpecifierSet

from modpress.urls import is_loopback

__all__ = ["Client", "ClientFailed", "Pip", "Source", "Uv", "choose_client", "clean", "find_uv", "python_in", "run"]

# What may steer a client to another index, file or release goes; how it reaches the network and where it keeps
# copies stays.
STEERING = ("PIP_", "UV_", "TWINE_", "MODPRESS_", "CONDA_", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
KEPT = frozenset(
    {
        "PIP_CERT",
        "PIP_CLIENT_CERT",
        "PIP_DEFAULT_TIMEOUT",
        "PIP_PROXY",
        "UV_CACHE_DIR",
        "UV_HTTP_TIMEOUT",
        "UV_LINK_MODE",
        "UV_NATIVE_TLS",
        "UV_PYTHON_INSTALL_DIR",
        "UV_SYSTEM_CERTS",
    }
)


class ClientFailed(Exception):
    """A client ended badly; the text is its own words."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """The one index to install from.

    Attributes:
        url: its simple URL, with the login in it if it needs one.
        certificates: a file of authorities to trust instead of the usual ones.

    """

    url: str
    certificates: str | None = None


class Client(Protocol):
    """What the proof needs of an installer."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment its programs run in."""

    def make_environment(self, folder: Path, requires_python: str) -> None:
        """Make an empty environment with a Python that a release accepts."""

    def install(self, requirements: Sequence[str], folder: Path, source: Source) -> None:
        """Install into that environment from that index alone."""

    def install_beside(self, requirements: Sequence[str], folder: Path, source: Source, wheels: Sequence[Path]) -> None:
        """Install into that environment; some wheels count as if the index had them already."""


@dataclass(frozen=True)
class Uv:
    """Installs with uv."""

    binary: str
    environ: Mapping[str, str]

    def make_environment(self, folder: Path, requires_python: str) -> None:
        """Make it with our own Python if that will do, else with one that uv finds."""
        python = requires_python if _is_too_old_or_new(requires_python) else sys.executable
        command = [self.binary, "venv", "--no-config", "--no-python-downloads", "--python", python, str(folder)]
        run(command, self.environ, folder.parent)

    def install(self, requirements: Sequence[str], folder: Path, source: Source) -> None:
        """Install them; uv's cache is asked for nothing that the index does not confirm."""
        self._install(["--refresh", *requirements], folder, source)

    def install_beside(self, requirements: Sequence[str], folder: Path, source: Source, wheels: Sequence[Path]) -> None:
        """Install them; what uv has cached will do."""
        self._install([*_links(wheels), *requirements], folder, source)

    def _install(self, arguments: Sequence[str], folder: Path, source: Source) -> None:
        # The URL may hold a password, so it goes where `ps` does not look.
        environ = {**self.environ, "UV_DEFAULT_INDEX": source.url}
        if source.certificates:
            environ["SSL_CERT_FILE"] = source.certificates
        command = [self.binary, "pip", "install", "--no-config", "--python", str(python_in(folder))]
        run([*command, *arguments], environ, folder.parent)


@dataclass(frozen=True)
class Pip:
    """Installs with pip."""

    environ: Mapping[str, str]

    def make_environment(self, folder: Path, requires_python: str) -> None:
        """Make it with our own Python; pip knows no other."""
        if _is_too_old_or_new(requires_python):
            text = (
                f"it needs Python {requires_python}, and this is {_python_version()}: install uv, or run modpress there"
            )
            raise ClientFailed(text)
        run([sys.executable, "-I", "-m", "venv", str(folder)], self.environ, folder.parent)

    def install(self, requirements: Sequence[str], folder: Path, source: Source) -> None:
        """Install them, without pip's cache."""
        self._install(["--no-cache-dir", *requirements], folder, source)

    def install_beside(self, requirements: Sequence[str], folder: Path, source: Source, wheels: Sequence[Path]) -> None:
        """Install them; what pip has cached will do."""
        self._install([*_links(wheels), *requirements], folder, source)

    def _install(self, arguments: Sequence[str], folder: Path, source: Source) -> None:
        environ = {
            **self.environ,
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_INDEX_URL": source.url,
            "PIP_NO_INPUT": "1",
        }
        if source.certificates:
            environ["PIP_CERT"] = source.certificates
        if source.url.startswith("http:") and not is_loopback(source.url):
            environ["PIP_TRUSTED_HOST"] = urlsplit(source.url).netloc.rpartition("@")[2]
        run([str(python_in(folder)), "-I", "-m", "pip", "install", *arguments], environ, folder.parent)


def _links(wheels: Sequence[Path]) -> list[str]:
    return [f"--find-links={folder}" for folder in dict.fromkeys(wheel.parent for wheel in wheels)]


def choose_client(environ: Mapping[str, str]) -> Client:
    """Return uv, which is ten times as fast, or pip, which is everywhere."""
    uv = find_uv()
    return Uv(uv, clean(environ)) if uv else Pip(clean(environ))


def clean(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which nothing steers an installer."""
    return {name: value for name, value in environ.items() if name in KEPT or not name.startswith(STEERING)}


def find_uv() -> str | None:
    """Return uv's program: the one installed beside us, or one on PATH."""
    try:
        import uv  # noqa: PLC0415 - there is no wheel of it for some machines

        return uv.find_uv_bin()
    except (ImportError, FileNotFoundError):
        return shutil.which("uv")


def python_in(folder: Path) -> Path:
    """Return the interpreter of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run(command: Sequence[str], environ: Mapping[str, str], folder: Path, seconds: float | None = None) -> None:
    """Run a program in a folder, with nobody to answer it; its words matter only if it fails."""
    try:
        done = subprocess.run(
            command,
            env=environ,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ClientFailed(f"it did not end within {seconds:.0f} s") from None
    if done.returncode:
        raise ClientFailed(done.stdout.strip() or f"{command[0]} ended with {done.returncode}")


def _is_too_old_or_new(requires_python: str) -> bool:
    return _python_version() not in SpecifierSet(requires_python)


def _python_version() -> str:
    return ".".join(map(str, sys.version_info[:3]))
