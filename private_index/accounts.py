"""Who may publish: a file of names and Argon2 hashes, read anew whenever it changes."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from private_index.claims import alone
from private_index.errors import (
    BadPassword,
    BadUserName,
    BadUsersFile,
    NoUsersFile,
    UnknownUser,
    UnwritableUsers,
    nearest,
)

_NAME = re.compile(r"[A-Za-z0-9._@-]+")


def is_user_name(name: str) -> bool:
    """Return whether `name` can stand in HTTP Basic and in a line of the users file."""
    return _NAME.fullmatch(name) is not None


def password_hasher() -> PasswordHasher:
    """Return Argon2id at the cost that OWASP names as its least: 19 MiB, two passes, about 20 ms."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def parse_users(text: str, path: str) -> dict[str, str]:
    """Return name -> hash of a users file.

    Raises:
        BadUsersFile: a line is not NAME:HASH.

    """
    users: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, hashed = line.strip().partition(":")
        if not colon or not _NAME.fullmatch(name) or not _is_hash(hashed):
            raise BadUsersFile(path, number)
        users[name] = hashed
    return users


def _is_hash(text: str) -> bool:
    return text.startswith("$argon2") and text.isascii()


class Accounts:
    """The users of one index.

    Args:
        path: the users file; it need not be there yet.

    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hasher = password_hasher()
        self._version: tuple[int, int] | None = None
        self._users: dict[str, str] = {}
        # A hash costs 20 ms on purpose; a client that uploads many files proves its password once.
        self._proved: set[bytes] = set()
        self._key = secrets.token_bytes(32)
        # One password is checked while others are asked for.
        self._lock = threading.Lock()
        self._nobody = self._hasher.hash(secrets.token_hex())

    def names(self) -> list[str]:
        """Return the names of all users, sorted."""
        self._refresh()
        return sorted(self._users)

    def check(self, name: str, password: str) -> bool:
        """Return whether `password` is that user's; as slow for an unknown name as for a known one."""
        return self.is_proved(name, password) or self._verify(name, password)

    def is_proved(self, name: str, password: str) -> bool:
        """Return whether this password was checked before, and is still that user's: it costs microseconds."""
        self._refresh()
        return self._proof(name, password) in self._proved

    def _verify(self, name: str, password: str) -> bool:
        proof = self._proof(name, password)
        try:
            self._hasher.verify(self._users.get(name, self._nobody), password)
        except (VerificationError, InvalidHashError):
            return False
        self._proved.add(proof)
        return True

    def _proof(self, name: str, password: str) -> bytes:
        # The file's version is a part of it: a password that is changed while it is being checked proves nothing.
        return hmac.digest(self._key, f"{self._version}:{name}:{password}".encode(), hashlib.sha256)

    def add(self, name: str, password: str) -> None:
        """Add a user, or give one a new password; the file is replaced whole, readable by its owner only.

        Raises:
            BadUserName: the name can't stand in HTTP Basic or in the file.
            BadPassword: the password is empty or holds a control character.
            UnwritableUsers: the file can't be written; it is as before.

        """
        if not is_user_name(name):
            raise BadUserName(name)
        if not password:
            raise BadPassword("it is empty")
        if any(ord(character) < ord(" ") for character in password):
            raise BadPassword("it holds a control character")
        hashed = self._hasher.hash(password)
        with self._changing() as users:
            users[name] = hashed

    def remove(self, name: str) -> None:
        """Remove a user; the very next request of theirs is refused.

        Raises:
            UnknownUser: there is no such user.
            UnwritableUsers: the file can't be written.

        """
        with self._changing() as users:
            if name not in users:
                raise UnknownUser(name, nearest(name, users))
            del users[name]

    @contextmanager
    def _changing(self) -> Iterator[dict[str, str]]:
        """Yield the users to be changed, while no other process changes them; they are written at the end."""
        # A link leads to where the file is kept, which is where others look for it.
        place = self._path.resolve()
        with self._writing():
            place.parent.mkdir(parents=True, exist_ok=True)
        with alone(place.parent):
            self._refresh()
            users = dict(self._users)
            yield users
            with self._writing():
                _replace(place, "".join(f"{name}:{hashed}\n" for name, hashed in sorted(users.items())))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            raise UnwritableUsers(str(self._path), fault.strerror or str(fault)) from None

    def _refresh(self) -> None:
        with self._lock:
            try:
                version = self._read_version()
                if version == self._version and version is not None:
                    return
                text = "" if version is None else self._path.read_text(encoding="utf-8", errors="replace")
            except OSError as fault:
                raise NoUsersFile(str(self._path), fault.strerror or str(fault)) from None
            self._users = parse_users(text, self._path.name)
            self._proved.clear()
            self._version = version

    def _read_version(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_ino


def _replace(place: Path, text: str) -> None:
    """Replace a file whole; whatever happens, nothing else of it is left."""
    with tempfile.NamedTemporaryFile("w", dir=place.parent, delete=False, encoding="utf-8") as draft:
        try:
            draft.write(text)
            draft.flush()
            os.fsync(draft.fileno())
            _give_to_owner_of(place, draft.name)
        except BaseException:
            # A full disk leaves half of it.
            Path(draft.name).unlink()
            raise
    Path(draft.name).replace(place)


def _give_to_owner_of(place: Path, draft: str) -> None:
    if sys.platform != "win32":
        # Whoever adds users as root must not take the file from the server that reads it.
        with suppress(OSError):
            there = place.stat()
            os.chown(draft, there.st_uid, there.st_gid)
