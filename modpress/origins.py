"""What a made module remembers of its making: the answers, and the version of modpress whose template it was."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from packaging.version import InvalidVersion, Version

from modpress.update_errors import BadOrigin, NotMade

__all__ = ["RECORD", "Origin"]

RECORD = ".modpress.json"
VERSION_KEY = "modpress"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The record of one module.

    Attributes:
        folder: the module's.
        answers: to the template's questions, as they were given.
        version: of the modpress that made it; None if it does not say.

    """

    folder: Path
    answers: Mapping[str, str]
    version: Version | None

    @property
    def record(self) -> Path:
        """The file it stands in."""
        return self.folder / RECORD

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the record of the module in a folder."""
        record = folder / RECORD
        try:
            document = json.loads(record.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            raise NotMade(folder, RECORD) from None
        except (OSError, ValueError) as error:
            # A merge that was not finished leaves its marks here too.
            raise BadOrigin(record, f"cannot be read ({error})") from None
        if not isinstance(document, dict) or not all(isinstance(value, str) for value in document.values()):
            raise BadOrigin(record, "is no table of answers")
        answers = {key: value for key, value in document.items() if key != VERSION_KEY}
        private = [key for key in answers if key.startswith("_")]
        if private:
            # The template derives these itself: where a module's folder is, what code makes it.
            raise BadOrigin(record, f"answers {private[0]!r}, which nobody is asked")
        return cls(folder=folder, answers=answers, version=_version(record, document.get(VERSION_KEY, "")))


def _version(record: Path, text: str) -> Version | None:
    try:
        return Version(text) if text else None
    except InvalidVersion:
        raise BadOrigin(record, f"names {text!r} as the modpress that made it, which is no version") from None
