"""Which version comes next."""

import pytest

from modpress.errors import Fault
from modpress.versions import next_version


@pytest.mark.parametrize(
    ("present", "step", "after"),
    [
        ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "major", "2.0.0"),
        ("1.2", "patch", "1.2.1"),
        ("1", "minor", "1.1.0"),
        ("1.2.3.4", "minor", "1.3.0.0"),
        ("2!1.2.3", "patch", "2!1.2.4"),
        ("1.2.3.post1", "patch", "1.2.4"),
        ("1.3.0rc1", "minor", "1.3.0"),
        ("1.3.0.dev4", "patch", "1.3.0"),
        ("1.3.1rc1", "minor", "1.4.0"),
        ("2.0.0a1", "major", "2.0.0"),
        ("1.0", "1.1rc1", "1.1rc1"),
        ("1.0", "v1.1", "1.1"),
    ],
)
def test_a_step_leads_to_the_next_version(present: str, step: str, after: str) -> None:
    assert next_version("acme", present, step) == after


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ("bigger", r"^'bigger' is no version: say patch, minor, major, or a version like 1\.2\.0$"),
        ("1.0.0", r"^acme is at 1\.0 already, and 1\.0\.0 does not come after it"),
        ("0.9", r"^acme is at 1\.0 already"),
    ],
)
def test_what_is_no_next_version_is_refused(step: str, sentence: str) -> None:
    with pytest.raises(Fault, match=sentence):
        next_version("acme", "1.0", step)
