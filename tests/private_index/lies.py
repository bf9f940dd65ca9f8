"""The lies that an index can tell: an honest answer with one thing changed, on its way to who asked."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace

from tests.lying_index import HTML, JSON, Answering, Asked, Lie, Published, Reply

Document = dict[str, object]

WHEEL = "acme_one-1.0-py3-none-any.whl"
NEEDS = "Requires-Python: >=3.9,<4\n"


def in_json(change: Callable[[Document], object], page: str = "/simple/acme-one/") -> Lie:
    """Change the document of a page."""

    def lie(path: str, kind: str, body: bytes) -> bytes:
        if path != page or kind != JSON:
            return body
        document = json.loads(body)
        change(document)
        return json.dumps(document).encode()

    return Lie(page=lie)


def in_each_file(change: Callable[[Document], object]) -> Lie:
    """Change each file's entry in JSON."""
    return in_json(lambda document: [change(entry) for entry in document["files"]])  # type: ignore[attr-defined]


def instead(old: str, new: str, *, kinds: tuple[str, ...] = (JSON, HTML, "text/html"), page: str = "") -> Lie:
    """Write something else on pages, found by a regular expression."""

    def lie(path: str, kind: str, body: bytes) -> bytes:
        wanted = kind in kinds and page in {"", path}
        return re.sub(old.encode(), new.encode(), body) if wanted else body

    return Lie(page=lie)


def in_html(old: str, new: str, page: str = "") -> Lie:
    """Write something else on pages in HTML."""
    return instead(old, new, kinds=(HTML, "text/html"), page=page)


def answering(when: Callable[[Asked], bool], change: Callable[[Reply], Reply]) -> Lie:
    """Change the answer to some requests."""

    def lie(asked: Asked, honest: Answering) -> Reply:
        return change(honest(asked)) if when(asked) else honest(asked)

    return Lie(reply=lie)


def headed(**headers: str | None) -> Callable[[Reply], Reply]:
    """Return a change of headers; None takes one away."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def change(reply: Reply) -> Reply:
        kept = {name: value for name, value in (reply.headers | named).items() if value is not None}
        return replace(reply, headers=kept)

    return change


def status(number: int) -> Callable[[Reply], Reply]:
    """Return a change to another status, with no body."""
    return lambda _: Reply(status=number)


def on_pages(asked: Asked) -> bool:
    return asked.path.startswith("/simple/")


def on_files(asked: Asked) -> bool:
    return asked.path.startswith("/packages/") and not asked.path.endswith(".metadata")


def on_sidecars(asked: Asked) -> bool:
    return asked.path.endswith(".metadata")


def unread_qualities(asked: Asked, honest: Answering) -> Reply:
    headers = {name: re.sub(r";\s*q=[\d.]+", "", value) for name, value in asked.headers.items() if name == "accept"}
    return honest(replace(asked, headers={**asked.headers, **headers}))


def without(*names: str) -> Callable[[Asked, Answering], Reply]:
    """Answer as if these headers had not been sent."""

    def lie(asked: Asked, honest: Answering) -> Reply:
        return honest(replace(asked, headers={n: value for n, value in asked.headers.items() if n not in names}))

    return lie


def moved(asked: Asked, honest: Answering) -> Reply:
    return honest(replace(asked, path=asked.path.replace("/packages/x-", "/packages/")))


def other_gzip(reply: Reply) -> Reply:
    if reply.headers.get("content-encoding") != "gzip":
        return reply
    return replace(reply, body=gzip.compress(gzip.decompress(reply.body) + b" ", mtime=0))


def zipped(reply: Reply) -> Reply:
    body = gzip.compress(reply.body, mtime=0)
    return replace(reply, headers=reply.headers | {"content-encoding": "gzip"}, body=body)


def shifted(reply: Reply) -> Reply:
    return replace(reply, body=reply.body[1:] + b"?") if reply.status == 206 else reply


def longer(reply: Reply) -> Reply:
    return replace(reply, body=reply.body + b"?") if reply.status == 206 else reply


def file_added(**facts: object) -> Lie:
    """Publish one more file, like the last wheel but for what is said here."""
    return Lie(published=lambda files: [*files, replace(files[-2], **facts)])  # type: ignore[arg-type]


def foreign_metadata(files: list[Published]) -> list[Published]:
    return [replace(files[0], filename="acme_one-7-py3-none-any.whl"), *files]


def twice(key: str) -> Callable[[Document], object]:
    """Return a change that says the first entry of a list again."""
    return lambda document: document[key].append(document[key][0])  # type: ignore[attr-defined,index]


def set_key(key: str, value: object) -> Callable[[Document], object]:
    """Return a change of one key."""
    return lambda entry: entry.update({key: value})


OTHER_DIGEST = hashlib.sha256(b"other").hexdigest()
