"""Follow a page from its first step to its last, and say where what is seen is not what is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.cookbook.likeness import is_alike
from tests.cookbook.pages import INTERRUPT, Command, Listing, Step, read_page
from tests.cookbook.ports import DEFAULT, Ports
from tests.cookbook.terminals import Terminal

# What a page calls the reader's home.
HOME = "/home/me"
# With this code a shell says that it finds no such command.
NOT_FOUND = 127


@dataclass(frozen=True)
class Mismatch:
    """A step that did not end as its page shows.

    Args:
        page: whose step.
        step: which.
        seen: what was seen instead.
        why: in a sentence.

    """

    page: Path
    step: Command
    seen: str
    why: str

    def __str__(self) -> str:
        return f"{self.page}:{self.step.line}: {self.why}\n--- shown\n{self.step.shown}\n--- seen\n{self.seen}\n"


@dataclass(frozen=True)
class Left:
    """What a page leaves behind, in the way of whoever follows another one then.

    Args:
        page: which.
        what: names of files, or what still runs.

    """

    page: Path
    what: str

    def __str__(self) -> str:
        return f"{self.page}: its last step leaves behind: {self.what}\n"


class Reader:
    """Somebody with an empty home who does what a page says.

    Args:
        home: the reader's home, in which every terminal begins.
        env: the reader's environment.
        opening: what the reader types into each new terminal.

    """

    def __init__(self, home: Path, env: Mapping[str, str], opening: str = "") -> None:
        self._home = home
        self._opening = opening
        # Pages may be followed beside each other, on a machine that serves something already.
        self._ports = Ports()
        self._env = {**env, "HOME": str(home), "PRIVATE_INDEX_PORT": self._ports.free(DEFAULT)}

    def map_ports(self, path: Path) -> None:
        """Put the reader's ports into a file that the reader has and does not write."""
        path.write_text(self._ports.typed(path.read_text(encoding="utf-8")), encoding="utf-8")

    def follow(self, page: Path) -> Iterator[Mismatch | Left]:
        """Do every step of a page; yield each that ends otherwise than shown, and what runs at the end."""
        with ExitStack() as stack:
            terminals: dict[str, Terminal] = {}
            for step in read_page(page.read_text(encoding="utf-8")):
                name = step.terminal if isinstance(step, Command) else ""
                if isinstance(step, Command) and step.typed == [INTERRUPT]:
                    terminals.pop(name).interrupt()
                    continue
                if name not in terminals:
                    terminals[name] = stack.enter_context(self._open())
                found = self._do(step, terminals[name])
                if found:
                    yield Mismatch(page, *found)
            running = [name for name in terminals if name] + terminals[""].type("jobs -r")[0].splitlines()
            if running:
                yield Left(page, ", ".join(running))

    def _open(self) -> Terminal:
        terminal = Terminal(self._home, self._env)
        terminal.type(self._opening or ":")
        return terminal

    def _do(self, step: Step, terminal: Terminal) -> tuple[Command, str, str] | None:
        if isinstance(step, Listing):
            self._write(step, terminal)
            return None
        return self._type(step, terminal)

    def _type(self, step: Command, terminal: Terminal) -> tuple[Command, str, str] | None:
        shown = step.shown.rstrip("\n")
        is_enough = (lambda said: is_alike(shown, self._plain(said))) if step.terminal else None
        seen, code = terminal.type(self._ports.typed(step.command), is_enough)
        seen = self._plain(seen)
        if not is_alike(shown, seen):
            return step, seen, "the output is another"
        if code == NOT_FOUND:
            return step, seen, "there is no such command"
        if shown.strip() in {"", "…"} and code:
            return step, seen, f"the command fails with exit code {code}"
        return None

    def _write(self, step: Listing, terminal: Terminal) -> None:
        folder = Path(terminal.type("pwd")[0].strip())
        target = folder / step.path.replace("~", str(self._home), 1)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self._ports.typed(step.text), encoding="utf-8")

    def _plain(self, seen: str) -> str:
        return self._ports.shown(seen.replace(str(self._home.resolve()), HOME).replace(str(self._home), HOME))


def renew(text: str, found: list[Mismatch | Left]) -> str:
    """Return a page with the outputs that were seen in the place of those that are no longer so."""
    lines = text.splitlines()
    mismatches = [one for one in found if isinstance(one, Mismatch)]
    for mismatch in sorted(mismatches, key=lambda one: -one.step.line):
        _put(lines, mismatch.step, mismatch.seen)
    return "\n".join(lines) + "\n"


def _put(lines: list[str], command: Command, seen: str) -> None:
    typed = lines[command.line - 1]
    # A fence in a list's item is indented as the item is.
    indent = typed[: len(typed) - len(typed.lstrip())]
    begin = command.output_line - 1
    lines[begin : begin + len(command.output)] = [f"{indent}{line}".rstrip() for line in seen.strip("\n").splitlines()]
