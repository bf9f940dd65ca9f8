"""Sums, without transport."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adder import NotANumberError, add


@pytest.mark.parametrize(
    ("first", "second", "result"),
    [("1", "2", "3"), ("0.1", "0.2", "0.3"), ("-1", "1", "0"), ("-0", "-0", "0"), ("+5", "-7.25", "-2.25")],
)
def test_a_sum_is_exact(first: str, second: str, result: str) -> None:
    assert add(first, second) == result


@given(st.integers(-(10**150), 10**150), st.integers(-(10**150), 10**150))
def test_a_sum_of_long_numbers_is_exact(first: int, second: int) -> None:
    assert add(str(first), str(second)) == str(first + second)


@pytest.mark.parametrize("text", ["", "two", "1e9", "nan", "0x10", " 1", "1,5", "٣", "9" * 201])
@pytest.mark.parametrize("place", [0, 1])
def test_what_is_no_number_is_refused_by_name(text: str, place: int) -> None:
    texts = ["1", "1"]
    texts[place] = text

    with pytest.raises(NotANumberError, match=f"“{text[:30]}…?” is not a number"):
        add(*texts)
