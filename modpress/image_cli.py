"""The command `modpress image`."""

from __future__ import annotations

import contextlib
import netrc
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import click

from modpress.destination import Wish, find_destination
from modpress.errors import Fault
from modpress.history import Repository
from modpress.images import CONTAINERFILE, ENGINES, Engine, Image, find_engine, image_of
from modpress.leaks import find_leaks, spellings
from modpress.module import Module
from modpress.options import paths_argument
from modpress.selection import find_modules, in_order
from modpress.urls import Login

__all__ = ["image"]

IMAGE_HELP = """\b
Examples:
  modpress image                            the module in this folder
  modpress image services                   every module of a folder that has a Containerfile
  modpress image --base localhost/python:3  from another image than the Containerfile's

\b
The login for the index is the one in its URL, or that of its host in ~/.netrc (or $NETRC). The build can read it
during the one step that installs; a scan of all layers then proves that none of them holds it. An image that does
is removed.

\b
Exit codes:
  0  every image is built, and none holds the secret
  1  something went wrong; what had been built before stays
  2  the command is not understood
"""


class NotBuilt(Fault):
    """The engine failed; what it said stands above."""

    def __init__(self, image: Image, engine: Engine, code: int) -> None:
        super().__init__(f"{engine.name} could not build {image.tag}: exit code {code}, see above")


class NotExported(Fault):
    """Without its layers an image can't be searched."""

    def __init__(self, image: Image, said: str) -> None:
        super().__init__(f"{image.tag} can't be searched for the secret, since it can't be exported: {said}")


class SecretInImage(Fault):
    """A layer would carry the secret to whoever gets the image."""

    def __init__(self, image: Image, places: list[str]) -> None:
        super().__init__(
            f"{image.tag} holds the password of the index, in {', '.join(places)}; it was removed. Let the "
            f"{CONTAINERFILE} mount it (RUN --mount=type=secret,id=netrc …), never COPY it or take it as ARG or ENV"
        )


class NoService(Fault):
    """Among many modules none was made to run."""

    def __init__(self) -> None:
        super().__init__(f"none of these modules has a {CONTAINERFILE}; kinds service and worker are made with one")


class BadNetrc(Fault):
    """A file with logins that nobody can read."""

    def __init__(self, path: Path, reason: object) -> None:
        super().__init__(f"{path} can't be read: {reason}")


@click.command(epilog=IMAGE_HELP)
@paths_argument
@click.option("--index-url", metavar="URL", help="The simple URL of the index to install from.")
@click.option("--engine", type=click.Choice(ENGINES), help="What builds; by default the first that is found.")
@click.option("--base", metavar="IMAGE", default="", help="The image to build upon, with Python 3 in it.")
@click.option("--release", metavar="VERSION", default="", help="The release to install; by default pyproject.toml's.")
def image(paths: tuple[Path, ...], index_url: str | None, engine: str | None, base: str, release: str) -> None:
    """Build container images of published modules, and prove that no layer holds the index's password."""
    found = find_engine((engine,) if engine else ENGINES)
    for module in _services(paths):
        simple_url, login = _index_of(module, index_url)
        wanted = image_of(module, simple_url, commit=_commit(module), base=base, release=release)
        click.echo(f"{module.name}: {found.name} builds {wanted.tag}")
        _build(found, wanted, login)
        click.echo(f"{wanted.tag} is built; " + _verdict(found, wanted, login))


def _services(paths: tuple[Path, ...]) -> list[Module]:
    """Return the modules that run; one that is named alone is meant, whatever it has."""
    modules = in_order(find_modules(paths or (Path(),)))
    if len(modules) == 1:
        return modules
    running = [module for module in modules if (module.folder / CONTAINERFILE).is_file()]
    if not running:
        raise NoService
    return running


def _index_of(module: Module, index_url: str | None) -> tuple[str, Login | None]:
    environment = Wish(index_url=os.environ.get("MODPRESS_INDEX_URL"))
    destination = find_destination(module, Wish(index_url=index_url), environment, {})
    return destination.simple_url, destination.login or _login_for(destination.simple_url)


def _login_for(url: str) -> Login | None:
    path = Path(os.environ.get("NETRC") or Path.home() / ".netrc")
    try:
        known = netrc.netrc(path).authenticators(urlsplit(url).hostname or "") if path.is_file() else None
    except (OSError, netrc.NetrcParseError) as error:
        raise BadNetrc(path, error) from None
    return Login(known[0], known[2] or "") if known else None


def _commit(module: Module) -> str:
    """Return the commit that the Containerfile is of; a folder with edits says so, and one without git nothing."""
    repository = Repository.holding(module.folder)
    if repository is None or not repository.has_commits():
        return ""
    short = repository.ask("rev-parse", "--short=12", "HEAD").strip()
    return f"{short}-edited" if repository.uncommitted([module.folder]) else short


def _build(engine: Engine, wanted: Image, login: Login | None) -> None:
    with _secret_file(wanted.index_url, login) as secret:
        # Only BuildKit knows secrets; docker before 23 has to be told to use it.
        env = {**os.environ, "DOCKER_BUILDKIT": "1"}
        code = subprocess.run(engine.build(wanted, secret), env=env, check=False).returncode
    if code:
        raise NotBuilt(wanted, engine, code)


@contextlib.contextmanager
def _secret_file(url: str, login: Login | None) -> Iterator[Path]:
    """Write this one login, and none of another host, where only we can read it; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="modpress-") as folder:
        path = Path(folder, "netrc")
        path.touch(mode=0o600)
        if login:
            host = urlsplit(url).hostname
            path.write_text(
                f"machine {host} login {_word(login.username)} password {_word(login.password)}\n", encoding="utf-8"
            )
        yield path


def _word(text: str) -> str:
    """Return a word as netrc files quote it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _verdict(engine: Engine, wanted: Image, login: Login | None) -> str:
    if login is None or not login.password:
        return "the index asked for no password, so there is none in it"
    with tempfile.TemporaryDirectory(prefix="modpress-") as folder:
        archive = Path(folder, "image.tar")
        done = subprocess.run(engine.export(wanted.tag, archive), capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotExported(wanted, done.stderr.strip())
        places = find_leaks(archive, spellings(login))
    if places:
        subprocess.run(engine.remove(wanted.tag), capture_output=True, check=False)
        raise SecretInImage(wanted, places)
    return "no layer holds the password"
