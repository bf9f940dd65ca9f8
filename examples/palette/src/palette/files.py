"""Writing a file so that there is never half of one."""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path


class CannotWriteError(Exception):
    """The file cannot be written; what was there before is still there."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot write {path}: {reason}")


def write(path: Path, text: str) -> None:
    """Write the text, whole or not at all."""
    if path.exists() and not path.is_file():
        raise CannotWriteError(path, "it is there already and is no file")
    try:
        with part_of(path.resolve()) as part, part.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise CannotWriteError(path, error.strerror or str(error)) from error


@contextlib.contextmanager
def part_of(path: Path) -> Generator[Path]:
    """Give a name in the same folder, which takes the path's place at the end and vanishes on a fault."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
