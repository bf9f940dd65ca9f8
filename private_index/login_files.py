"""The files of pip, uv and twine in a home: found, read, and replaced whole, so that only their owner reads them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from private_index.errors import IndexFault
from private_index.logins import Login, Text, editors, logins_in, user_in_keyring, without

__all__ = ["Home"]


class NotWritten(IndexFault):
    """A file can't be read or written."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"{path} can't be used ({error.strerror or error}): see whose it is; nothing was changed")


class NotText(IndexFault):
    """A file is not what it should be."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is no text in UTF-8: mend it first")


@dataclass(frozen=True)
class Home:
    """Where one user's files are, by what reads them."""

    paths: Mapping[str, Path]

    @classmethod
    def of(cls, environ: Mapping[str, str], home: Path) -> Home:
        """Return the places that pip, uv and twine look at."""
        config = Path(environ.get("APPDATA" if os.name == "nt" else "XDG_CONFIG_HOME") or home / ".config")
        pip = environ.get("PIP_CONFIG_FILE")
        paths = {
            "netrc": Path(environ.get("NETRC") or home / ".netrc"),
            "pypirc": home / ".pypirc",
            "pip": Path(pip)
            if pip and pip != os.devnull
            else config / "pip" / f"pip.{'ini' if os.name == 'nt' else 'conf'}",
            "uv": Path(environ.get("UV_CONFIG_FILE") or config / "uv" / "uv.toml"),
        }
        return cls(paths)

    def add(self, login: Login, *, is_default: bool) -> list[Path]:
        """Write a login, in the place of an earlier one for the same index, and return the files it is in.

        Raises:
            IndexFault: a file can't be written, or says something else; then none is changed.

        """
        before = self._read()
        after = {name: without(text, login.url) for name, text in before.items()}
        written = []
        for name, edit in editors(login, is_default=is_default):
            after[name] = edit(after[name], str(self.paths[name]))
            written.append(self.paths[name])
        self._write(before, after)
        return written

    def remove(self, url: str) -> list[Path]:
        """Take a login back and return the files it was in."""
        before = self._read()
        after = {name: without(text, url) for name, text in before.items()}
        self._write(before, after)
        return [self.paths[name] for name in before if before[name] != after[name]]

    def user_in_keyring(self, url: str) -> str | None:
        """Return the user whose password for an index is in a keyring, if it is."""
        return user_in_keyring(_text_of(self.paths["pypirc"]), url)

    def logins(self) -> list[str]:
        """Return the URLs of all logins that the files hold."""
        return list(dict.fromkeys(url for text in self._read().values() for url in logins_in(text)))

    def _read(self) -> dict[str, Text]:
        return {name: _text_of(path) for name, path in self.paths.items()}

    def _write(self, before: Mapping[str, Text], after: Mapping[str, Text]) -> None:
        done = []
        try:
            for name, path in self.paths.items():
                if before[name] != after[name]:
                    _replace(path, after[name])
                    done.append(name)
        except OSError as error:
            for name in done:
                with suppress(OSError):
                    _replace(self.paths[name], before[name])
            raise NotWritten(path, error) from None


def _text_of(path: Path) -> Text:
    try:
        # Newlines stay as they are: what is not ours is not touched.
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise NotText(path) from None
    except OSError as error:
        raise NotWritten(path, error) from None


def _replace(path: Path, text: Text) -> None:
    # Whoever keeps such files elsewhere and links to them keeps the link.
    place = path.resolve()
    if text is None:
        place.unlink(missing_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    # A temporary file is its owner's alone from its first moment on.
    with tempfile.NamedTemporaryFile("wb", dir=place.parent, prefix=f".{place.name}-", delete=False) as draft:
        try:
            draft.write(text.encode())
            draft.flush()
            os.fsync(draft.fileno())
        except OSError:
            # A full disk leaves half of it, with a password perhaps.
            Path(draft.name).unlink()
            raise
    Path(draft.name).replace(place)
