"""One run: every peer installed, filled and started, and the same questions put to each in turn."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from tests.bench.figures import Figures, Key
from tests.bench.load import LoadFailed, Wrk
from tests.bench.measure import CommandFailed
from tests.bench.peers import Peer, Place
from tests.bench.processes import Server, free_port, wait_until
from tests.bench.shelf import MEASURED, Shelf
from tests.bench.site import Site, ask
from tests.bench.uploads import UploadRefused

START_SECONDS = 300
# What a peer may do wrong; the run goes on without that number.
FAULTS = (LoadFailed, UploadRefused, CommandFailed, LookupError, EOFError, OSError, HTTPException)

Tell = Callable[[str], None]


@dataclass
class Run:
    """Everything that a measurement needs.

    Args:
        folder: for what is written.
        env: the environment of every process.
        wrk: the load generator.
        peers: who is measured, with what was installed for each.
        figures: where the numbers go.
        tell: says what is being done.
        sites: those who are serving at this size.
        shelf: the files that each has.

    """

    folder: Path
    env: Mapping[str, str]
    wrk: Wrk
    peers: Mapping[str, Peer]
    figures: Figures
    tell: Tell
    sites: dict[str, Site] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=lambda: Shelf(Path()))

    @property
    def size(self) -> int:
        """How many files each has."""
        return len(self.shelf.releases)

    @property
    def is_smallest(self) -> bool:
        """Whether this is the smallest size."""
        return self.size == min(self.figures.sizes)

    @property
    def is_somebodys_largest(self) -> bool:
        """Whether a peer is asked at this size for the last time, so that everything is asked of everybody."""
        fitting = ([size for size in self.figures.sizes if size <= peer.most] for peer in self.peers.values())
        return self.size in {max(sizes) for sizes in fitting if sizes}

    def note(self, what: str, site: str, number: float, *, slow: bool = False, size: int | None = None) -> None:
        """Keep a number, or one round's more of it."""
        self.figures.numbers.setdefault(Key(what, site, size or self.size, slow), []).append(number)

    @contextmanager
    def attempt(self, what: str, name: str) -> Iterator[None]:
        """Go on when a peer can't do something, and say why in the report."""
        try:
            yield
        except FAULTS as fault:
            self.remark(what, name, " ".join(f"{fault}".split())[-300:] or type(fault).__name__)

    def remark(self, what: str, name: str, sentence: str | None) -> None:
        """Say in the report what is to be known of a peer's number, or of why there is none."""
        if sentence is not None:
            self.figures.missing.append(f"{self.peers[name].title}, {self.size:,} files, {what}: {sentence}")
            self.tell(self.figures.missing[-1])

    @contextmanager
    def serving(self, shelf: Shelf) -> Iterator[None]:
        """Start everybody who can have that many files, and stop and remove them at the end."""
        self.shelf = shelf
        folder = self.folder / str(self.size)
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            self.sites = {}
            for peer in self.peers.values():
                self._start(peer, folder / peer.name, stack)
            yield

    @contextmanager
    def serving_fewer(self, peer: Peer, size: int) -> Iterator[Site]:
        """Start somebody once more, with the first files only."""
        folder = self.folder / f"{peer.name} with {size}"
        shelf = Shelf(self.shelf.folder, self.shelf.releases[:size])
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            place = self._place(peer, folder, shelf)
            peer.lay_out(place)
            yield _start(peer, place, stack)

    def _place(self, peer: Peer, folder: Path, shelf: Shelf) -> Place:
        folder.mkdir(parents=True)
        venv = self.folder / "venvs" / peer.name
        return Place(folder, venv, free_port(), {**self.env, **peer.env()}, shelf, self.sites)

    def _start(self, peer: Peer, folder: Path, stack: ExitStack) -> None:
        if self.size > peer.most:
            sentence = f"{peer.title}, {self.size:,} files: it can be filled by uploads only, which would take too long"
            self.figures.missing.append(sentence)
            return
        place = self._place(peer, folder, self.shelf)
        self.tell(f"{self.size:,} files: {peer.title}")
        with self.attempt("start", peer.name):
            peer.lay_out(place)
            self.sites[peer.name] = site = _start(peer, place, stack)
            self.note("start", peer.name, site.started)
            self.note("rest pss", peer.name, site.at_rest.pss)
            self.note("rest rss", peer.name, site.at_rest.rss)


def _start(peer: Peer, place: Place, stack: ExitStack) -> Site:
    server = Server(peer.command(place), place.env, place.folder / "server.log")
    stack.callback(server.stop)
    simple = f"{place.url}{peer.simple_path}"
    started = wait_until(lambda: _answers(f"{simple}{MEASURED}/"), START_SECONDS, server)
    return Site(
        name=peer.name,
        server=server,
        simple_url=simple,
        upload_url=None if peer.upload_path is None else f"{place.url}{peer.upload_path}",
        authorization=peer.authorization(place),
        slow_url=f"{place.url}{peer.slow_path}",
        started=started,
        at_rest=server.memory(),
    )


def _answers(page: str) -> bool:
    try:
        return ask(page).status == 200
    except (TimeoutError, ConnectionError):
        return False
