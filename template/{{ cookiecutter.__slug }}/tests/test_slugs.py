"""The rules of a name."""

import pytest

from {{ cookiecutter.__package }} import NothingLeftError, slugify


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("release", "release", id="a name already"),
        pytest.param("Release 2.0 (final)", "release-2-0-final", id="punctuation"),
        pytest.param("  --spaced  out--  ", "spaced-out", id="edges"),
        pytest.param("Crème Brûlée", "creme-brulee", id="accents"),
        pytest.param("\ufb01le №\N{NO-BREAK SPACE}5", "file-no-5", id="ligatures"),
    ],
)
def test_a_name_keeps_the_letters_and_digits_of_its_text(text: str, name: str) -> None:
    assert slugify(text) == name


@pytest.mark.parametrize("text", ["", " - ", "\N{SNOWMAN}"])
def test_a_text_without_letters_and_digits_has_no_name(text: str) -> None:
    with pytest.raises(NothingLeftError, match="no letter or digit"):
        slugify(text)


def test_a_name_of_a_name_is_the_same_name() -> None:
    name = slugify("Once, and once again")

    assert slugify(name) == name
