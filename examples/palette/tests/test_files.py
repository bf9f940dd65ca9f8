"""A file is written whole or not at all."""

from pathlib import Path

import pytest

from palette.files import CannotWriteError, write


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "palette.svg"
    write(path, "a long first text")

    write(path, "second")

    assert path.read_text(encoding="utf-8") == "second\n"


def test_a_fault_half_way_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "palette.svg"
    write(path, "first")

    # The text ends in a character that no file of UTF-8 can hold.
    with pytest.raises(UnicodeEncodeError):
        write(path, "x" * 1_000_000 + "\ud800")

    assert path.read_text(encoding="utf-8") == "first\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "palette.svg", tmp_path / "latest.svg"
    write(path, "first")
    link.symlink_to(path)

    write(link, "second")

    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == "second\n"


def test_a_folder_is_never_replaced(tmp_path: Path) -> None:
    with pytest.raises(CannotWriteError, match="is no file"):
        write(tmp_path, "text")
