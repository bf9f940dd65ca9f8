"""What tests of archives share: changing one by hand, and reading why it is refused."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from private_index.distributions import read_distribution
from private_index.errors import IndexFault


def refusals(path: Path) -> list[str]:
    """Return the sentences with which a file is refused."""
    with pytest.raises(IndexFault) as caught:
        read_distribution(path, path.name)
    return list(caught.value.sentences)


def rewrite(path: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """Change the members of a wheel, without keeping its RECORD true; return its path."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    change(contents)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path
