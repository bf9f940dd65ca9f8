"""What a page asks of its reader: files to write, commands to type, and what is to be seen then.

A fence with the info `console` is typed: `$ ` in the page's terminal, `NAME$ ` in another one that stays open, `> `
or a bare `>` goes on with the line before, `^C` is Ctrl-C, after which that terminal is closed; all else is output.
`text` is only looked at. Any other fence is a file, named by the code span that ends the paragraph before it. A page
that begins with the comment `<!-- needs: podman -->` is followed where containers can run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

TYPED = re.compile(r"^(?P<terminal>[a-z]*)\$ (?P<line>.*)$")
LOOKED_AT = {"text", "mermaid"}
INTERRUPT = "^C"
NEEDS_ENGINE = "<!-- needs: podman -->\n"


class NoName(Exception):
    """A listing of which the page does not say what file it is.

    Args:
        line: where it stands, from 1.

    """

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}: end the paragraph before this listing with its file's name: `NAME`:")


@dataclass(frozen=True)
class Listing:
    """A file that the reader writes.

    Args:
        path: where, from the folder the reader is in.
        text: what.
        line: where in the page, from 1.

    """

    path: str
    text: str
    line: int


@dataclass
class Command:
    """A line that the reader types, and what the page shows of its output.

    Args:
        terminal: in which terminal, "" for the page's own.
        typed: the command, of one or more lines.
        line: where in the page it is typed, from 1; the output follows it.

    """

    terminal: str
    typed: list[str]
    line: int
    output: list[str] = field(default_factory=list)

    @property
    def command(self) -> str:
        """What is typed."""
        return "\n".join(self.typed)

    @property
    def shown(self) -> str:
        """What the page shows."""
        return "\n".join(self.output)

    @property
    def output_line(self) -> int:
        """Where the output begins, from 1."""
        return self.line + len(self.typed)


Step = Listing | Command


def needs_engine(text: str) -> bool:
    """Return whether a page is about containers."""
    return text.startswith(NEEDS_ENGINE)


def read_page(text: str) -> list[Step]:
    """Return what a page asks, in order.

    Raises:
        NoName: a listing has no file's name before it.

    """
    tokens = MarkdownIt().parse(text)
    steps: list[Step] = []
    for place, token in enumerate(tokens):
        if token.type == "fence":
            steps.extend(_steps(token, tokens[:place]))
    return steps


def _steps(fence: Token, before: Sequence[Token]) -> Iterator[Step]:
    line = (fence.map or [0])[0] + 2
    language = fence.info.strip()
    if language == "console":
        yield from _commands(fence.content.splitlines(), line)
    elif language not in LOOKED_AT:
        yield Listing(_name(before, line), fence.content, line)


def _commands(lines: Sequence[str], first: int) -> Iterator[Command]:
    command: Command | None = None
    for number, line in enumerate(lines, first):
        typed = TYPED.match(line)
        if typed:
            if command:
                yield command
            command = Command(typed["terminal"], [typed["line"]], number)
        elif command and (line == ">" or line.startswith("> ")) and not command.output:
            command.typed.append(line[2:])
        elif command:
            command.output.append(line)
    if command:
        yield command


def _name(before: Sequence[Token], line: int) -> str:
    inline = next((token for token in reversed(before) if token.type == "inline"), None)
    spans = [child for child in (inline.children if inline else None) or [] if child.type in {"code_inline", "text"}]
    if len(spans) > 1 and spans[-1].content == ":" and spans[-2].type == "code_inline":
        return spans[-2].content
    raise NoName(line)
