"""Write the reference: `python -m tests.reference [FOLDER]`, by default where it stands."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.reference.pages import pages
from tests.reference.places import REFERENCE

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if sys.argv[1:] else REFERENCE
    folder.mkdir(exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
