"""The page about guards is made from the guards, and is the one that lies in docs/."""

import subprocess
import sys
from pathlib import Path

from modpress.guards.document import PEERS, PEERS_DO, page
from modpress.guards.shown import LINES
from modpress.guards.table import every_guard

ROOT = Path(__file__).parents[3]


def test_the_page_is_current() -> None:
    assert (ROOT / "docs" / "guards.md").read_text("utf-8") == page(), "modpress guards --markdown > docs/guards.md"


def test_every_guard_has_its_row_and_every_peer_its_cell() -> None:
    assert list(PEERS_DO) == list(LINES) == [guard.name for guard in every_guard()]
    assert {len(peers) for peers in PEERS_DO.values()} == {len(PEERS)}


def test_every_guard_is_on_the_list(env: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "modpress", "guards"], env=env, capture_output=True, text=True, check=True
    )

    assert [line.split()[0] for line in done.stdout.splitlines() if not line.startswith("   ")] == list(LINES)
