"""How a release becomes a container image: which engine, which commands, which name. Pure, but for asking engines."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from modpress.errors import Fault
from modpress.module import Module
from modpress.urls import is_loopback

__all__ = ["CONTAINERFILE", "ENGINES", "Engine", "Image", "find_engine", "image_of"]

CONTAINERFILE = "Containerfile"
ENGINES = ("podman", "buildah", "docker")
SECRET = "netrc"  # noqa: S105 - the name under which a Containerfile mounts it


class NoEngine(Fault):
    """No program here can build an image."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        found = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        super().__init__(f"no image can be built here ({found}); install one of them: apt-get install podman")


class NoContainerfile(Fault):
    """Nothing says how the image is made."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} has no {CONTAINERFILE}: modules of kind service or worker are made with one")


class NoVersion(Fault):
    """Without a version nobody knows which release is meant."""

    def __init__(self, module: Module) -> None:
        super().__init__(f"{module.name} works out its version when it is built; say which release: --release VERSION")


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image that is wanted.

    Attributes:
        folder: the module's, with its Containerfile.
        tag: what it is called: the module, its version, and the commit that it was built at.
        arguments: what the Containerfile is told.
        index_url: where the release is installed from.

    """

    folder: Path
    tag: str
    arguments: Mapping[str, str]
    index_url: str


@dataclass(frozen=True)
class Engine:
    """A program that builds images, and how it is spoken to."""

    name: str

    def build(self, image: Image, secret: Path) -> list[str]:
        """Return the command that builds an image; the secret's path is said, never what is in it."""
        arguments = [f"--build-arg={name}={value}" for name, value in image.arguments.items()]
        # What listens on this machine only, can be seen only from its own network.
        network = ["--network=host"] if is_loopback(image.index_url) else []
        # What a login could read yesterday, it may not read today: nothing is taken from an earlier build.
        options = [f"--secret=id={SECRET},src={secret}", "--no-cache", *network, *arguments]
        file = str(image.folder / CONTAINERFILE)
        return [self.name, "build", f"--file={file}", f"--tag={image.tag}", *options, str(image.folder)]

    def export(self, tag: str, archive: Path) -> list[str]:
        """Return the command that writes an image into a file, with all its layers."""
        return {
            "podman": ["podman", "save", "--quiet", "--format=oci-archive", f"--output={archive}", tag],
            "buildah": ["buildah", "push", "--quiet", tag, f"oci-archive:{archive}"],
            "docker": ["docker", "save", f"--output={archive}", tag],
        }[self.name]

    def remove(self, tag: str) -> list[str]:
        """Return the command that removes an image."""
        return [self.name, "rmi", "--force", tag]


def image_of(module: Module, index_url: str, *, commit: str, base: str, release: str) -> Image:
    """Return the image of a module's release."""
    if not (module.folder / CONTAINERFILE).is_file():
        raise NoContainerfile(module.folder)
    version = release or module.version
    if version is None:
        raise NoVersion(module)
    told = {"MODULE": module.key, "VERSION": version, "INDEX_URL": index_url, "PACKAGE": module.key.replace("-", "_")}
    # A tag may hold no +, which versions may.
    label = "-".join(filter(None, [version.replace("+", "_"), commit]))
    return Image(
        folder=module.folder,
        tag=f"localhost/{module.key}:{label}",
        arguments=told | ({"BASE": base} if base else {}),
        index_url=index_url,
    )


def find_engine(names: Sequence[str] = ENGINES) -> Engine:
    """Return the first engine that answers; docker is often there without the server that does its work."""
    reasons = {}
    for name in names:
        reason = why_not(name)
        if not reason:
            return Engine(name)
        reasons[name] = reason
    raise NoEngine(reasons)


def why_not(name: str) -> str:
    """Return why an engine cannot be used; nothing if it can."""
    if shutil.which(name) is None:
        return "not installed"
    done = subprocess.run([name, "info"], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if line.strip()]
    return (said[-1].strip() if said else f"exit code {done.returncode}") if done.returncode else ""
