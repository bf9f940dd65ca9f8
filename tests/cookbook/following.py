"""Follow a page from its first step to its last, and say where what is seen is not what is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.cookbook.likeness import is_alike
from tests.cookbook.pages import INTERRUPT, Command, Listing, Session, Step, read_page
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
    step: Command | Session
    seen: str
    why: str

    def __str__(self) -> str:
        shown = self.step.shown if isinstance(self.step, Command) else self.step.text
        return f"{self.page}:{self.step.line}: {self.why}\n--- shown\n{shown}\n--- seen\n{self.seen}\n"


class Reader:
    """Somebody with an empty home who does what a page says.

    Args:
        home: the reader's home, in which every terminal begins.
        env: the reader's environment.

    """

    def __init__(self, home: Path, env: Mapping[str, str]) -> None:
        self._home = home
        # Pages may be followed beside each other, on a machine that serves something already.
        self._ports = Ports()
        self._env = {**env, "HOME": str(home), "PRIVATE_INDEX_PORT": self._ports.free(DEFAULT)}

    def map_ports(self, path: Path) -> None:
        """Put the reader's ports into a file that the reader has and does not write."""
        path.write_text(self._ports.typed(path.read_text(encoding="utf-8")), encoding="utf-8")

    def follow(self, page: Path) -> Iterator[Mismatch]:
        """Do every step of a page; yield each that ends otherwise than shown."""
        with ExitStack() as stack:
            terminals: dict[str, Terminal] = {}
            for step in read_page(page.read_text(encoding="utf-8")):
                name = step.terminal if isinstance(step, Command) else ""
                if name not in terminals:
                    terminals[name] = stack.enter_context(Terminal(self._home, self._env))
                found = self._do(step, terminals[name])
                if isinstance(step, Command) and step.output[-1:] == [INTERRUPT]:
                    terminals.pop(name).interrupt()
                if found:
                    yield Mismatch(page, *found)

    def _do(self, step: Step, terminal: Terminal) -> tuple[Command | Session, str, str] | None:
        if isinstance(step, Listing):
            self._write(step, terminal)
            return None
        if isinstance(step, Session):
            return self._talk(step, terminal)
        return self._type(step, terminal)

    def _type(self, step: Command, terminal: Terminal) -> tuple[Command, str, str] | None:
        shown = step.shown.removesuffix(INTERRUPT).rstrip("\n")
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

    def _talk(self, step: Session, terminal: Terminal) -> tuple[Session, str, str] | None:
        said = self._home / ".session.txt"
        said.write_text(step.text, encoding="utf-8")
        # From the folder's own path, as a Python that was started there would import.
        seen, code = terminal.type(f'PYTHONPATH="$PWD" python -m doctest -o ELLIPSIS {said}')
        said.unlink()
        return (step, self._plain(seen), "the session goes otherwise") if code else None

    def _plain(self, seen: str) -> str:
        return self._ports.shown(seen.replace(str(self._home.resolve()), HOME).replace(str(self._home), HOME))


def renew(text: str, mismatches: list[Mismatch]) -> str:
    """Return a page with the outputs that were seen in the place of those that are no longer so."""
    lines = text.splitlines()
    for mismatch in sorted(mismatches, key=lambda one: -one.step.line):
        if isinstance(mismatch.step, Command):
            _put(lines, mismatch.step, mismatch.seen)
    return "\n".join(lines) + "\n"


def _put(lines: list[str], command: Command, seen: str) -> None:
    typed = lines[command.line - 1]
    # A fence in a list's item is indented as the item is.
    indent = typed[: len(typed) - len(typed.lstrip())]
    begin = command.output_line - 1
    ends = command.output[-1:] if command.output[-1:] == [INTERRUPT] else []
    new = [*seen.strip("\n").splitlines(), *ends]
    lines[begin : begin + len(command.output)] = [f"{indent}{line}".rstrip() for line in new]
