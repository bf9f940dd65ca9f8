"""pyproject.toml changes where it must, and nowhere else."""

import pytest
from packaging.utils import canonicalize_name

from modpress.edits import follow, with_bounds, with_version

PYPROJECT = """\
# A comment at the top.
[project]
name    = "acme-top"
version = '1.0.0'   # the version
dependencies = [
  "Acme_Base [fast] >= 1.0 ; python_version > '3'",  # a sibling
  "acme-mid",
  "acme-url @ https://example.com/acme-url-1.0.zip",
  "rich>=14",
]
[project.optional-dependencies]
extra = ["acme-base>=1.0,<2"]
[dependency-groups]
test = [{ include-group = "x" }, "acme-base>1"]
"""


def test_only_the_version_changes() -> None:
    after = with_version(PYPROJECT, "1.1.0")

    assert after == PYPROJECT.replace("'1.0.0'   # the", '"1.1.0"   # the')


def test_only_bounds_on_siblings_change() -> None:
    siblings = {canonicalize_name("acme-base"): "2.0.0", canonicalize_name("acme-mid"): "1.1.0"}

    after = with_bounds(PYPROJECT, siblings | {canonicalize_name("acme-url"): "9"})

    assert after == (
        PYPROJECT.replace(">= 1.0 ;", ">=2.0.0 ;")
        .replace('"acme-mid"', '"acme-mid>=1.1.0"')
        .replace(">=1.0,<2", ">=2.0.0,<3")
        .replace("acme-base>1", "acme-base>=2.0.0")
    )


def test_bounds_that_allow_a_version_may_stay() -> None:
    after = with_bounds(PYPROJECT, {canonicalize_name("acme-base"): "2.0.0"}, only_if_excluded=True)

    assert after == PYPROJECT.replace(">=1.0,<2", ">=2.0.0,<3")


@pytest.mark.parametrize(
    ("bounds", "version", "after"),
    [
        ("", "1.1", ">=1.1"),
        (">=1.1", "1.1.0", ">=1.1"),
        (">=1.0", "1.1.0", ">=1.1.0"),
        (">1.0", "1.1.0", ">=1.1.0"),
        (">=1.0,<2", "1.1.0", ">=1.1.0,<2"),
        (">=1.0, <2.0", "2.1.0", ">=2.1.0, <3.0"),
        (">=1.4,<1.5", "1.5.2", ">=1.5.2,<1.6"),
        (">=1,<=1.5", "1.6.0", ">=1.6.0,<=1.6.0"),
        ("~=1.2", "1.3.0", "~=1.3"),
        ("~=1.2.0", "2.0.0", "~=2.0.0"),
        ("==1.0", "1.1", "==1.1"),
        ("==1.*", "2.1.0", "==2.*"),
        ("<2", "1.1", ">=1.1,<2"),
        (">=1,!=1.0.5", "1.1", ">=1.1,!=1.0.5"),
        (">=1,<2", "2.0rc1", ">=2.0rc1,<3"),
    ],
)
def test_bounds_stay_as_wide_as_they_were(bounds: str, version: str, after: str) -> None:
    assert follow(bounds, version) == after
