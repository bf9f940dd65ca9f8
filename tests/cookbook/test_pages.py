"""Every page of the cookbook, followed in an empty home with real tools, shows what is seen there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cookbook.engines import NoEngine
from tests.cookbook.homes import BOOK, Homes, pages
from tests.surroundings import clean_environment

pytestmark = [pytest.mark.cookbook, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    """Homes with the tools that the first page installs."""
    folder = tmp_path_factory.mktemp("cookbook")
    made = Homes(folder, clean_environment(folder))
    found = made.follow_first()
    assert not found, "\n".join(map(str, found))
    return made


@pytest.mark.parametrize("page", [pytest.param(page, id=page.relative_to(BOOK).as_posix()) for page in pages()])
def test_what_a_page_shows_is_what_its_reader_sees(homes: Homes, page: Path) -> None:
    try:
        found = homes.follow(page)
    except NoEngine as reason:
        pytest.skip(str(reason))

    assert not found, "\n".join(map(str, found))
