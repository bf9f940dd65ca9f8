"""What each number does to the colour."""

import colorsys
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsl_to_hex import NotFiniteError, hsl

HUES = st.floats(min_value=-1e6, max_value=1e6)
PERCENTS = st.floats(min_value=0, max_value=100)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("hue", "saturation", "luminosity", "colour"),
    [
        pytest.param(0, 100, 100, "#ffffff", id="white"),
        pytest.param(0, 100, 0, "#000000", id="black"),
        pytest.param(0, 0, 50, "#808080", id="grey"),
        pytest.param(0, 100, 50, "#ff0000", id="red"),
        pytest.param(120, 100, 50, "#00ff00", id="green"),
        pytest.param(240, 100, 50, "#0000ff", id="blue"),
        pytest.param(180, 100, 50, "#00ffff", id="cyan"),
        pytest.param(133, 40, 60, "#70c282", id="a green between"),
    ],
)
def test_a_known_colour(hue: float, saturation: float, luminosity: float, colour: str) -> None:
    assert hsl(hue, saturation, luminosity) == colour


@pytest.mark.parametrize(("hue", "same"), [(361, 1), (-1, 359), (360, 0), (-720, 0)])
def test_the_hue_goes_round(hue: float, same: float) -> None:
    assert hsl(hue, 40, 60) == hsl(same, 40, 60)


@pytest.mark.parametrize(("number", "same"), [(101, 100), (1e308, 100), (-1, 0), (-0.0, 0)])
def test_saturation_and_luminosity_stop_at_their_ends(number: float, same: float) -> None:
    assert hsl(133, number, 60) == hsl(133, same, 60)
    assert hsl(133, 40, number) == hsl(133, 40, same)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_number_that_is_not_finite_is_refused_by_name(number: float, place: int) -> None:
    numbers = [133.0, 40.0, 60.0]
    numbers[place] = number

    with pytest.raises(NotFiniteError, match=["hue", "saturation", "luminosity"][place]):
        hsl(*numbers)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_every_colour_has_six_hex_digits(hue: float, saturation: float, luminosity: float) -> None:
    assert re.fullmatch(r"#[0-9a-f]{6}", hsl(hue, saturation, luminosity))


@given(st.integers(), st.integers(min_value=-10, max_value=10), PERCENTS, PERCENTS)
def test_a_whole_turn_changes_nothing(hue: int, turns: int, saturation: float, luminosity: float) -> None:
    assert hsl(hue % 360 + 360 * turns, saturation, luminosity) == hsl(hue % 360, saturation, luminosity)


@given(HUES, PERCENTS)
def test_without_saturation_the_hue_is_not_seen(hue: float, luminosity: float) -> None:
    assert hsl(hue, 0, luminosity) == hsl(0, 0, luminosity)


@given(HUES, PERCENTS)
def test_luminosity_ends_in_black_and_white(hue: float, saturation: float) -> None:
    assert hsl(hue, saturation, 0) == "#000000"
    assert hsl(hue, saturation, 100) == "#ffffff"


@given(HUES, PERCENTS, PERCENTS)
def test_the_colour_says_how_light_it_is(hue: float, saturation: float, luminosity: float) -> None:
    colour = hsl(hue, saturation, luminosity)

    red, green, blue = (channel / 255 for channel in bytes.fromhex(colour.removeprefix("#")))
    _, lightness, _ = colorsys.rgb_to_hls(red, green, blue)

    assert lightness * 100 == pytest.approx(luminosity, abs=0.25)
