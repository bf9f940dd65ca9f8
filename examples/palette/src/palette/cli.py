"""The command: a hue in; colours on the screen or a file out. Nothing else here prints."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from palette.drawing import as_json, as_lines, as_svg, as_swatches
from palette.files import CannotWriteError, write
from palette.schemes import Colour, Scheme, colours

PROGRAM = "palette"
MOST = 64
TURNS = 1000

DRAWINGS: Mapping[str, Callable[[Sequence[Colour]], str]] = {"svg": as_svg, "json": as_json}

EPILOG = """\
schemes:
  shades      one hue, from dark to light
  neighbours  the hues beside it
  wheel       equal steps round the colour wheel: 2 are complements, 3 a triad

examples:
  palette 133
  palette 133 --scheme wheel --count 3 --format json
  palette 210 --scheme neighbours --output sea.svg

exit codes:
  0  the palette is shown or written
  1  the file cannot be written
  2  the command is not understood
"""


class OutOfRangeError(argparse.ArgumentTypeError):
    """A number from which there is no palette, or one that no screen holds."""

    def __init__(self, text: str, lowest: int, highest: int) -> None:
        super().__init__(f"{text} is not between {lowest} and {highest}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = understood(parser(), arguments)
    start = Colour(options.hue, options.saturation, options.luminosity)
    palette = colours(Scheme(options.scheme), start, options.count)
    console = Console(highlight=False)
    try:
        put(palette, options.format, options.output, console)
    except CannotWriteError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1
    return 0


def put(palette: Sequence[Colour], form: str, output: Path | None, console: Console) -> None:
    """Show the palette, or write it."""
    if output:
        write(output, DRAWINGS[form](palette))
    elif form in DRAWINGS:
        console.out(DRAWINGS[form](palette), highlight=False)
    elif console.is_terminal and not console.no_color:
        console.print(as_swatches(palette))
    else:
        console.out(as_lines(palette), highlight=False)


def understood(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options, with the format that the file's name says if none is given."""
    options = parser.parse_args(arguments)
    suffix = options.output.suffix.lower().removeprefix(".") if options.output else "terminal"
    options.format = options.format or suffix
    if options.output and options.format not in DRAWINGS:
        parser.error(f"say what {options.output} shall be: --format svg or --format json")
    return options


def parser() -> argparse.ArgumentParser:
    """Return what the command understands."""
    result = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Make a palette from one hue; show it here, or write it as SVG or JSON.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = result.add_argument
    hue, percent, some = between(-TURNS * 360, TURNS * 360), between(0, 100), between(1, MOST, whole=True)
    add("hue", metavar="HUE", nargs="?", type=hue, default=210, help="degrees: 0 red, 120 green, 240 blue")
    add("--scheme", choices=list(map(str, Scheme)), default="shades", help="how the colours differ")
    add("--count", metavar="N", type=some, default=6, help=f"how many colours, 1 to {MOST} (default: 6)")
    add("--saturation", metavar="S", type=percent, default=60.0, help="0 grey to 100 pure (default: 60)")
    add("--luminosity", metavar="L", type=percent, default=55.0, help="0 black to 100 white (default: 55)")
    add("--format", choices=["terminal", *DRAWINGS], help="default: what the file's name says, or terminal")
    add("--output", metavar="FILE", type=Path, help="write here, whole or not at all, instead of printing")
    add("--version", action="version", version=f"{PROGRAM} {version(PROGRAM)}")
    return result


def between(lowest: int, highest: int, *, whole: bool = False) -> Callable[[str], float]:
    """Return what reads a number and refuses one that is not from the lowest to the highest."""

    def number(text: str) -> float:
        value = int(text) if whole else float(text)
        if not lowest <= value <= highest:
            raise OutOfRangeError(text, lowest, highest)
        return value

    return number
