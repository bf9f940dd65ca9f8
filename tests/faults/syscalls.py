"""System calls of Linux x86_64 that change a disk, and which file each is about."""

from __future__ import annotations

import os
from pathlib import Path

from tests.faults.ptrace import Call

NUMBERS = {
    "read": 0,
    "write": 1,
    "open": 2,
    "close": 3,
    "pread64": 17,
    "pwrite64": 18,
    "writev": 20,
    "sendfile": 40,
    "fcntl": 72,
    "flock": 73,
    "fsync": 74,
    "fdatasync": 75,
    "truncate": 76,
    "ftruncate": 77,
    "rename": 82,
    "mkdir": 83,
    "rmdir": 84,
    "creat": 85,
    "link": 86,
    "unlink": 87,
    "symlink": 88,
    "chmod": 90,
    "fchmod": 91,
    "openat": 257,
    "mkdirat": 258,
    "unlinkat": 263,
    "renameat": 264,
    "linkat": 265,
    "fchmodat": 268,
    "fallocate": 285,
    "preadv": 295,
    "pwritev": 296,
    "renameat2": 316,
    "copy_file_range": 326,
}
NAMES = {number: name for name, number in NUMBERS.items()}
READING = frozenset({"read", "pread64", "preadv", "sendfile"})
TORN = frozenset({"write", "pwrite64"})
FLUSHING = frozenset({"fsync", "fdatasync"})
OPENING = frozenset({"open", "openat", "creat"})
# What a full or a failing disk refuses.
WRITING = frozenset(NUMBERS) - READING - {"close", "fcntl", "flock"}
# Room is what these take; to remove a file, or to change its mode, takes none.
FILLING = WRITING - {"unlink", "unlinkat", "rmdir", "chmod", "fchmod", "fchmodat"}
DISK = frozenset(NUMBERS) - READING
_PATH_FIRST = frozenset({"open", "truncate", "rename", "mkdir", "rmdir", "creat", "link", "unlink", "symlink", "chmod"})
_PATH_SECOND = frozenset({"openat", "mkdirat", "unlinkat", "renameat", "linkat", "fchmodat", "renameat2"})
# sendfile names the descriptor that it reads second.
_DESCRIPTOR = {"sendfile": 1}
_FLAGS = {"open": 1, "openat": 2}
LONGEST_PATH = 4096


def name_of(call: Call) -> str:
    """Return a call's name, or its number where the name does not matter."""
    return NAMES.get(call.number, f"call {call.number}")


def is_harmless(call: Call) -> bool:
    """Return whether a call only opens a file for reading, which no full disk refuses."""
    at = _FLAGS.get(name_of(call))
    return at is not None and not call.arguments[at] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)


def file_of(call: Call) -> Path | None:
    """Return the file that a call is about, or None when that can't be known any more."""
    name = name_of(call)
    process = Path(f"/proc/{call.thread}")
    try:
        if name in _PATH_FIRST | _PATH_SECOND:
            address = call.arguments[0 if name in _PATH_FIRST else 1]
            return Path(os.path.normpath((process / "cwd").readlink() / _text_at(process, address)))
        return (process / "fd" / str(call.arguments[_DESCRIPTOR.get(name, 0)])).readlink()
    except OSError:
        return None


def _text_at(process: Path, address: int) -> str:
    with (process / "mem").open("rb", buffering=0) as memory:
        memory.seek(address)
        return os.fsdecode(memory.read(LONGEST_PATH).split(b"\0")[0])
