"""Files that somebody put into the folder by hand, or took out of it: their projects' names stay in the house."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import anyio
import pytest

from private_index.catalogue import Catalogue
from private_index.strangers import Strangers
from tests.real_index import Index, Make, Post, Serve, get


def test_files_that_lie_in_the_folder_already_are_served_and_bad_ones_are_named(
    serve: Serve, make_wheel: Make, make_sdist: Make, tmp_path: Path
) -> None:
    root = tmp_path / "packages"
    root.mkdir()
    make_wheel().rename(root / make_wheel().name)
    make_sdist().rename(root / make_sdist().name)
    (root / "acme_two-1.0-py3-none-any.whl").write_bytes(b"garbage")
    (root / "notes.txt").write_text("none of the index's business")

    index = serve(root=root)

    assert get(f"{index.simple_url}acme-one/").text.count("<a ") == 2
    assert "acme-two" not in get(index.simple_url).text
    assert "Not served" in index.log.read_text()
    assert "acme_two-1.0-py3-none-any.whl can't be read" in index.log.read_text()
    assert "notes.txt" not in index.log.read_text()


def test_a_file_put_into_the_folder_by_hand_keeps_its_project_from_the_public_index(
    index: Index, post: Post, make_wheel: Make
) -> None:
    post(index, make_wheel())
    urls = [f"{index.simple_url}hand-one/", f"{index.url}pypi/hand-one/json"]
    before = [get(url).status_code for url in urls]

    shutil.copy(make_wheel("hand-one"), index.root)

    assert before == [302, 302]
    assert [get(url).status_code for url in urls] == [404, 404]
    assert get(f"{index.simple_url}other-one/").status_code == 302


def test_a_file_taken_out_of_the_folder_again_frees_its_name(index: Index, make_wheel: Make) -> None:
    url = f"{index.simple_url}hand-one/"
    copied = Path(shutil.copy(make_wheel("hand-one"), index.root))
    there = get(url).status_code

    copied.unlink()

    assert [there, get(url).status_code] == [404, 302]


def test_the_folder_is_listed_only_after_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = Catalogue(tmp_path / "catalogue.sqlite")
    root = tmp_path / "packages"
    root.mkdir()
    os.utime(root, (1, 1))
    strangers = Strangers(root, catalogue)
    listings: list[Path] = []
    really_list = os.listdir

    def listed(path: Path) -> list[str]:
        listings.append(path)
        return really_list(path)

    monkeypatch.setattr(os, "listdir", listed)

    async def ask_often() -> list[bool]:
        return [await strangers.hold("hand-one") for _ in range(5)]

    before, count_before = anyio.run(ask_often), len(listings)
    (root / "hand_one-1.0.tar.gz").touch()
    os.utime(root, (2, 2))
    after = anyio.run(ask_often)
    catalogue.close()

    assert [before, after] == [[False] * 5, [True] * 5]
    assert [count_before, len(listings)] == [1, 2]
