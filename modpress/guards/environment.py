"""An environment outside the tree with the wheel and what it needs: made once, and used by all guards that run code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from modpress.clients import Client, ClientFailed, Source, python_in, run
from modpress.release import Release

__all__ = ["Environment", "Tried"]

SECONDS = 60
# One process answers both questions: what can't be imported, and which distribution brings which import. The latter
# is asked first, of metadata alone, so that nothing imported can bend the answer.
PROBE = """
import importlib, importlib.metadata as metadata, json, sys, traceback
out, names = sys.argv[1], sys.argv[2:]
owners = {name: sorted(set(brought)) for name, brought in metadata.packages_distributions().items()}
faults = {}
for name in names:
    try:
        importlib.import_module(name)
    except BaseException:
        faults[name] = traceback.format_exc(limit=-1).strip().splitlines()[-1]
with open(out, "w", encoding="utf-8") as stream:
    json.dump({"owners": owners, "faults": faults}, stream)
"""


@dataclass(frozen=True)
class Tried:
    """What an environment showed.

    Attributes:
        owners: for each import name, the distributions that bring it.
        faults: for each name that can't be imported, why.

    """

    owners: Mapping[str, Sequence[str]]
    faults: Mapping[str, str]


@dataclass(frozen=True)
class Environment:
    """A virtual environment and how installing into it ended.

    Attributes:
        folder: where it is.
        client: what installed.
        source: the index it was installed from.
        wheels: of the modules that are published together: the index may not have them yet.
        fault: the installer's words, if it failed.

    """

    folder: Path
    client: Client
    source: Source
    wheels: Sequence[Path]
    fault: str | None = None

    @classmethod
    def make(cls, release: Release, siblings: Sequence[Path], source: Source, client: Client, folder: Path) -> Self:
        """Make one and install a release's wheel; what it needs comes from its siblings, or from the index."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        environment = cls(folder, client, source, siblings)
        try:
            client.make_environment(folder, release.requires_python)
            environment.install(str(release.wheel.path))
        except ClientFailed as error:
            return cls(folder, client, source, siblings, str(error))
        return environment

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(python_in(self.folder))

    def install(self, *requirements: str) -> None:
        """Install more.

        Raises:
            ClientFailed: with the installer's words.

        """
        self.client.install_beside(requirements, self.folder, self.source, self.wheels)

    def run(self, command: Sequence[str], folder: Path, seconds: float | None = None) -> None:
        """Run its Python.

        Raises:
            ClientFailed: with the program's words.

        """
        run([self.python, *command], self.client.environ, folder, seconds)

    def probe(self, names: Sequence[str]) -> Tried:
        """Import some names, far from the tree.

        Raises:
            ClientFailed: the interpreter itself ended badly.

        """
        answer = self.folder.parent / "tried.json"
        self.run(["-I", "-c", PROBE, str(answer), *names], self.folder.parent, SECONDS)
        tried = json.loads(answer.read_text(encoding="utf-8"))
        return Tried(tried["owners"], tried["faults"])
