"""One upload from its first byte to its answer: the form as a stream, the checks, then pypiserver's door."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus

import anyio
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from private_index.blobs import CHUNK, Part, disk_faults
from private_index.bodies import patient_body
from private_index.digests import digest_faults
from private_index.distributions import Distribution, agreement_faults, read_distribution
from private_index.door import Door
from private_index.errors import (
    BadFilename,
    IndexFault,
    NotOwner,
    NotUploading,
    TooLarge,
    together,
)
from private_index.filenames import Filename, parse_filename
from private_index.forms import MOST_FIELD_BYTES, Form, FormReader, parse_boundary
from private_index.legacy import Legacy
from private_index.lifecycle import check_running
from private_index.logs import tell
from private_index.policy import may_publish
from private_index.replies import reply
from private_index.rows import Actor
from private_index.settings import Settings
from private_index.store import Store

# Keeps a sealed, checked file; False when these very bytes are there already.
Keep = Callable[[Part, Distribution, Actor], bool]

# Where a request's scope says that its body is being read.
READING = "private_index.reading"


def check_action(form: Form) -> None:
    """Judge what the form wants.

    Raises:
        NotUploading: anything but an upload, or an upload and more.

    """
    actions = set(form.values(":action"))
    if actions != {"file_upload"}:
        raise NotUploading(", ".join(sorted(actions - {"file_upload"})))


def form_faults(promised: Filename, form: Form) -> Iterator[IndexFault]:
    """Yield where a form, which is a hint only, speaks of another project or version than the file's name."""
    for name in form.values("name"):
        yield from agreement_faults(promised, name, None, "form")
    for version in form.values("version"):
        yield from agreement_faults(promised, None, version, "form")


def examine(form: Form, user: str, owners: Mapping[str, frozenset[str]]) -> Distribution:
    """Return what a complete form brought, once nothing is wrong with it.

    Args:
        form: the form.
        user: who sends it.
        owners: whose names are whose.

    Raises:
        NotUploading: it asks for something else.
        MissingField: it holds no file.
        IndexFault: something is wrong with the file; all of it, if it is more than one thing.

    """
    check_action(form)
    filename, part = form.file()
    faults: list[IndexFault] = []
    distribution = None
    try:
        with disk_faults():
            distribution = read_distribution(part.path, filename)
    except IndexFault as fault:
        faults.append(fault)
    with suppress(BadFilename):
        promised = parse_filename(filename)
        faults.extend(form_faults(promised, form))
        if not may_publish(promised.name, user, owners):
            faults.append(NotOwner(user, promised.name))
    faults.extend(digest_faults(filename, form.fields, part.hexdigest))
    if distribution is None or faults:
        raise together(faults)
    return distribution


class Uploads:
    """The writing half of the index.

    Args:
        settings: how large a file may be.
        store: makes the parts that take the bytes.
        door: says who may upload.
        legacy: publishes what was checked.

    """

    def __init__(self, settings: Settings, store: Store, door: Door, legacy: Legacy) -> None:
        self._settings = settings
        self._store = store
        self._door = door
        self._legacy = legacy

    async def upload(self, request: Request) -> Response:
        """Take one file, as twine, uv, poetry and their like send it.

        Raises:
            IndexFault: the upload is refused; nothing of it is left.

        """
        check_running(request.scope)
        name, _ = await self._door.enter(request)
        return await self.receive(request, name, self._legacy.upload, "published")

    async def receive(self, request: Request, user: str, keep: Keep, state: str) -> Response:
        """Take the one file of a form and answer.

        Args:
            request: whose body is the form.
            user: who sends it.
            keep: keeps the file.
            state: what the file is then, for the answer.

        Raises:
            IndexFault: the upload is refused; nothing of it is left.

        """
        self._check_length(request)
        boundary = parse_boundary(request.headers.get("content-type", ""))
        reader = FormReader(boundary, self._store.blobs.part, self._settings.largest_file)
        try:
            await self._receive(request, reader)
            actor = Actor(name=user, origin=request.client.host if request.client else "nowhere")
            is_new = await to_thread.run_sync(self._keep, reader, actor, keep)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(reader.discard)
            raise
        sentence = f"{reader.form.filename} is {state if is_new else f'already {state}'}"
        tell(request.scope, sentence)
        return reply(request, HTTPStatus.OK, [sentence])

    def _check_length(self, request: Request) -> None:
        length = request.headers.get("content-length", "0")
        limit = self._settings.largest_file + MOST_FIELD_BYTES
        if length.isdecimal() and int(length) > limit:
            raise TooLarge("the upload", limit)

    async def _receive(self, request: Request, reader: FormReader) -> None:
        request.scope[READING] = True
        async for chunk in patient_body(request):
            reader.feed(chunk)
            if reader.pending >= CHUNK:
                await to_thread.run_sync(reader.flush)

    def _keep(self, reader: FormReader, actor: Actor, keep: Keep) -> bool:
        # All that waits for the disk stands in one thread: each change of threads costs a small upload a tenth.
        reader.flush()
        form = reader.finish()
        distribution = examine(form, str(actor.name), self._settings.owners)
        _, part = form.file()
        part.seal()
        is_new = keep(part, distribution, actor)
        reader.discard()
        return is_new
