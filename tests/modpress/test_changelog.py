"""An unreleased section becomes a version's; what stands around it stays."""

import pytest

from modpress.changelog import has_news, with_news

HEAD = "# Changelog\n\nNewest first.\n"
OLD = "## 1.0.0 - 2026-01-01\n\n- The first.\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            f"{HEAD}\n## Unreleased\n\n- News.\n\n{OLD}",
            f"{HEAD}\n## 1.1.0 - 2026-11-24\n\n- News.\n\n{OLD}",
            id="unreleased",
        ),
        pytest.param(
            "## [Unreleased]\n### Added\n- News.\n", "## [1.1.0] - 2026-11-24\n\n### Added\n- News.\n", id="brackets"
        ),
        pytest.param(f"{HEAD}\n## 1.1.0\n\n- News.\n", f"{HEAD}\n## 1.1.0 - 2026-11-24\n\n- News.\n", id="its own"),
        pytest.param(
            "## 1.1.0 (unreleased)\n\n- News.\n\n## 1.1.0.1\n\n- No.\n",
            "## 1.1.0 - 2026-11-24\n\n- News.\n\n## 1.1.0.1\n\n- No.\n",
            id="its own, unreleased",
        ),
    ],
)
def test_what_is_unreleased_becomes_the_versions(before: str, after: str) -> None:
    assert with_news(before, "1.1.0", "2026-11-24") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            HEAD + "\n" + OLD, f"{HEAD}\n## 1.1.0 - 2026-11-24\n\n- Told.\n\n{OLD}", id="a section before all"
        ),
        pytest.param(HEAD, f"{HEAD}\n## 1.1.0 - 2026-11-24\n\n- Told.\n", id="the first section"),
        pytest.param(
            f"{HEAD}\n## Unreleased\n\n- News.\n",
            f"{HEAD}\n## 1.1.0 - 2026-11-24\n\n- News.\n- Told.\n",
            id="an item more",
        ),
        pytest.param(f"{HEAD}\n## Unreleased\n", f"{HEAD}\n## 1.1.0 - 2026-11-24\n\n- Told.\n", id="an empty section"),
    ],
)
def test_news_can_be_told(before: str, after: str) -> None:
    assert with_news(before, "1.1.0", "2026-11-24", ["Told."]) == after


@pytest.mark.parametrize(
    ("changelog", "is_there"),
    [
        ("## Unreleased\n\n- News.\n", True),
        ("## 1.1.0\n\n- News.\n", True),
        (f"## Unreleased\n\n{OLD}", False),
        (OLD, False),
        ("## 1.1.0.post1\n\n- News.\n", False),
        ("", False),
    ],
)
def test_a_changelog_says_something_of_a_version_or_nothing(changelog: str, is_there: bool) -> None:  # noqa: FBT001 - a row's value
    assert has_news(changelog, "1.1.0") is is_there
