"""Upload forms made by hand, valid or broken in any way."""

from __future__ import annotations

import random

BOUNDARY = "limit"


def a_part(disposition: str, content: bytes, headers: str = "") -> bytes:
    """Return one part of a form."""
    return (
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n{headers}\r\n".encode() + content + b"\r\n"
    )


def a_form(*parts: bytes) -> bytes:
    """Return a whole form."""
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def mutate(form: bytes, chance: random.Random) -> bytes:
    """Return the form with a few bytes flipped, removed, repeated or replaced by what parsers stumble over."""
    odd = [
        b"\r\n",
        b"--",
        b"--limit",
        b"\0",
        b'"',
        b";",
        b"\xff",
        b"filename*=utf-8''x",
        b"\r",
        b":",
        b"name=",
        b" " * 5000,
    ]
    changed = bytearray(form)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        length = chance.choice([0, 1, 1, 2, 20, 300])
        changed[at : at + length] = chance.choice([b"", chance.choice(odd), chance.randbytes(3), form[:length]])
    return bytes(changed)
