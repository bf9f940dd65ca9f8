"""What is drawn of a palette."""

import json
from xml.etree import ElementTree as ET

from palette import Colour, Scheme, as_json, as_svg, colours

SVG = "{http://www.w3.org/2000/svg}"
PALETTE = colours(Scheme.WHEEL, Colour(20, 60, 55), 20)


def test_the_drawing_shows_every_colour_with_its_hex() -> None:
    drawing = ET.fromstring(as_svg(PALETTE))  # noqa: S314 - what we have just written ourselves

    filled = [rect.get("fill") for rect in drawing.iter(f"{SVG}rect")]
    written = [text.text for text in drawing.iter(f"{SVG}text") if text.get("class") == "hex"]

    assert filled[1:] == written == [colour.hex for colour in PALETTE]


def test_every_card_lies_inside_the_drawing() -> None:
    drawing = ET.fromstring(as_svg(PALETTE))  # noqa: S314 - what we have just written ourselves

    for rect in drawing.iter(f"{SVG}rect"):
        right = float(rect.get("x", 0)) + float(rect.get("width", 0))
        bottom = float(rect.get("y", 0)) + float(rect.get("height", 0))
        assert right <= float(drawing.get("width", 0))
        assert bottom <= float(drawing.get("height", 0))


def test_json_says_the_numbers_and_the_hex() -> None:
    read = json.loads(as_json([Colour(0, 100, 50)]))

    assert read == [{"hue": 0, "saturation": 100, "luminosity": 50, "hex": "#ff0000"}]
