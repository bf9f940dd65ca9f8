"""Which colours each scheme gives."""

import pytest

from palette import Colour, Scheme, colours

GREEN = Colour(hue=133, saturation=60, luminosity=55)


def test_shades_go_from_dark_to_light_in_one_hue() -> None:
    shades = colours(Scheme.SHADES, GREEN, 4)

    assert [colour.luminosity for colour in shades] == [15, 40, 65, 90]
    assert {colour.hue for colour in shades} == {133}


def test_neighbours_stand_on_both_sides_of_the_hue() -> None:
    neighbours = colours(Scheme.NEIGHBOURS, Colour(10, 60, 55), 3)

    assert [colour.hue for colour in neighbours] == [340, 10, 40]


def test_the_wheel_goes_round_in_equal_steps() -> None:
    wheel = colours(Scheme.WHEEL, GREEN, 4)

    assert [colour.hue for colour in wheel] == [133, 223, 313, 43]


@pytest.mark.parametrize("scheme", Scheme)
def test_a_palette_of_one_has_the_hue_asked_for(scheme: Scheme) -> None:
    (colour,) = colours(scheme, GREEN, 1)

    assert colour.hue == 133


def test_a_hue_that_rounds_to_a_whole_turn_is_no_turn() -> None:
    (colour,) = colours(Scheme.WHEEL, Colour(359.99, 60, 55), 1)

    assert colour.hue == 0


@pytest.mark.parametrize(
    ("colour", "ink"),
    [
        pytest.param(Colour(0, 0, 0), "#ffffff", id="white on black"),
        pytest.param(Colour(0, 0, 100), "#000000", id="black on white"),
        pytest.param(Colour(60, 100, 50), "#000000", id="black on yellow"),
        pytest.param(Colour(240, 100, 50), "#ffffff", id="white on blue"),
    ],
)
def test_the_ink_is_what_is_read_on_the_colour(colour: Colour, ink: str) -> None:
    assert colour.ink == ink
