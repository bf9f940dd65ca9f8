"""The few requests of ptrace(2) that a fault needs: seize a thread, see its system calls, change what they do."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from dataclasses import dataclass

SEIZE, INTERRUPT, LISTEN, SYSCALL, POKE, CALL_INFO = 0x4206, 0x4207, 0x4208, 24, 6, 0x420E
# Mark stops at calls, follow forks, vforks, threads and programs, and end with the tracer.
OPTIONS = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x100000
ENTRY, EXIT = 1, 2
# Where `struct user` of x86_64 keeps the result, the third argument and the number of the call.
RESULT, THIRD, NUMBER = 80, 96, 120
NO_CALL = 2**64 - 1


class _Info(ctypes.Structure):
    """The part of `struct ptrace_syscall_info` that tells of an entry; a result is read from nowhere."""

    _fields_ = (
        ("op", ctypes.c_uint8),
        ("arch", ctypes.c_uint32),
        ("instruction", ctypes.c_uint64),
        ("stack", ctypes.c_uint64),
        ("number", ctypes.c_uint64),
        ("arguments", ctypes.c_uint64 * 6),
    )


@dataclass(frozen=True, kw_only=True)
class Call:
    """One system call of one thread, about to begin or just ended."""

    thread: int
    begins: bool
    number: int
    arguments: tuple[int, ...]


def missing() -> str | None:
    """Return why no process can be traced here, or None when it can."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return "system calls are traced on Linux x86_64 only"
    pid = os.fork()
    if pid == 0:
        os.kill(os.getpid(), 19)
        os._exit(0)
    try:
        request(SEIZE, pid, 0, OPTIONS)
    except OSError as fault:
        return f"this system permits no tracing: {fault.strerror}"
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    return None


def request(what: int, thread: int, address: int = 0, value: int = 0) -> None:
    """Make one request.

    Raises:
        OSError: it is refused; ProcessLookupError when the thread is gone or running.

    """
    library = ctypes.CDLL(None, use_errno=True)
    arguments = (ctypes.c_long(what), ctypes.c_long(thread), ctypes.c_void_p(address), ctypes.c_void_p(value))
    if library.ptrace(*arguments) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def call_of(thread: int) -> Call:
    """Return the call at which a thread stands."""
    info = _Info()
    request(CALL_INFO, thread, ctypes.sizeof(info), ctypes.addressof(info))
    return Call(thread=thread, begins=info.op == ENTRY, number=info.number, arguments=tuple(info.arguments))
