"""Our index beside pypiserver, devpi-server, simple-repository-server and nginx: `python -m tests.bench index`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.demands import verdicts
from tests.bench.figures import Figures
from tests.bench.load import Wrk
from tests.bench.machine import NotInstallable, facts, find_tools, install
from tests.bench.peers import Peer
from tests.bench.peers_filled import PEERS
from tests.bench.plot import as_svg
from tests.bench.questions import QUESTIONS
from tests.bench.run import Run, Tell
from tests.bench.shelf import Shelf
from tests.bench.tables import as_markdown
from tests.surroundings import clean_environment


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to measure.

    Args:
        sizes: how many files, smallest first.
        seconds: how long each round of a load lasts.
        rounds: how many rounds each load has.
        peers: the names of those to measure.
        large: how many bytes the large upload has.
        command: what makes the same again.

    """

    sizes: Sequence[int]
    seconds: float
    rounds: int
    peers: Sequence[str]
    large: int
    command: str


def compare(plan: Plan, outer: Mapping[str, str], tell: Tell) -> Figures:
    """Measure everything in a temporary folder that is removed at the end.

    Args:
        plan: what to measure.
        outer: the environment that installs the peers.
        tell: says what is being done.

    Raises:
        ToolMissing: nginx or wrk is not there.

    """
    tools = find_tools()
    with tempfile.TemporaryDirectory(prefix="modpress-bench-") as name:
        folder = Path(name)
        (folder / "home").mkdir()
        figures = _figures(plan, facts(tools, outer))
        run = Run(
            folder=folder,
            env=clean_environment(folder / "home") | {"TMPDIR": name},
            wrk=Wrk(tools["wrk"], folder, plan.seconds),
            peers=_installed(plan, folder / "venvs", outer, figures, tell),
            figures=figures,
            tell=tell,
        )
        _measure(run)
    return figures


def _figures(plan: Plan, machine: list[str]) -> Figures:
    return Figures(
        command=plan.command,
        machine=machine,
        peers={},
        sizes=list(plan.sizes),
        seconds=plan.seconds,
        rounds=plan.rounds,
        large=plan.large,
    )


def _installed(plan: Plan, venvs: Path, outer: Mapping[str, str], figures: Figures, tell: Tell) -> dict[str, Peer]:
    found = {}
    for peer in PEERS:
        if peer.name not in plan.peers:
            continue
        try:
            if peer.requirements:
                tell(f"installing {peer.title}")
                figures.machine.append(install(peer, venvs / peer.name, outer))
        except NotInstallable as fault:
            figures.missing.append(f"{fault}")
            continue
        found[peer.name] = peer
        figures.peers[peer.name] = peer.title
    return found


def _measure(run: Run) -> None:
    shelf = Shelf(run.folder / "shelf")
    for size in run.figures.sizes:
        run.tell(f"{size:,} files: making them")
        shelf.grow(size)
        with run.serving(shelf):
            for question in QUESTIONS:
                question(run)


def write(figures: Figures, folder: Path) -> None:
    """Write the page, its picture and the numbers themselves."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmarks.md").write_text(as_markdown(figures), encoding="utf-8")
    (folder / "benchmarks.svg").write_text(as_svg(figures), encoding="utf-8")
    (folder / "benchmarks.json").write_text(json.dumps(figures.as_json(), indent=1) + "\n", encoding="utf-8")


def keeps_all(figures: Figures) -> bool:
    """Return whether no demand was missed."""
    return all(one.verdict != "missed" for one in verdicts(figures))
