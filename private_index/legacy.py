"""pypiserver behind our own store: it judges every upload by its own rules, and our store keeps the file."""

from __future__ import annotations

import base64
import hmac
import io
import secrets
from collections.abc import Iterable
from typing import Any, BinaryIO

from pypiserver import app_from_config
from pypiserver.backend import BackendProxy, IBackend
from pypiserver.bottle_wrapper.bottle import FileUpload, FormsDict
from pypiserver.config import Config
from pypiserver.core import PkgFile

from private_index.blobs import Part
from private_index.distributions import Distribution
from private_index.errors import BadForm, StaysPublished
from private_index.forms import FILE_FIELD
from private_index.rows import Actor, File
from private_index.settings import Settings
from private_index.store import Store


class CheckedPart:
    """What pypiserver carries from its form to its backend without looking inside: a part that was checked already."""

    def __init__(self, part: Part, distribution: Distribution, actor: Actor) -> None:
        self.part = part
        self.distribution = distribution
        self.actor = actor
        # None until the store was reached: an upload that only seems to have succeeded must not be told as one.
        self.is_new: bool | None = None


class StoreBackend(IBackend):  # type: ignore[misc]  # pypiserver has no types
    """pypiserver's seam for storage, over our store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get_all_packages(self) -> Iterable[PkgFile]:
        """Return every published file."""
        return [pkg for name in self.get_projects() for pkg in self.find_project_packages(name)]

    def find_project_packages(self, project: str) -> Iterable[PkgFile]:
        """Return the published files of a project."""
        return [self._package(file) for file in self._store.catalogue.project_files(project)]

    def find_version(self, name: str, version: str) -> Iterable[PkgFile]:
        """Return the published files of a release."""
        return [pkg for pkg in self.find_project_packages(name) if pkg.version == version]

    def get_projects(self) -> Iterable[str]:
        """Return the names of all projects."""
        return self._store.catalogue.project_names()

    def exists(self, filename: str) -> bool:  # noqa: ARG002 - the seam's signature
        """Return False always: only the store can say, since it compares the bytes under its lock."""
        return False

    def digest(self, pkg: PkgFile) -> str | None:
        """Return sha256=HEX of a file."""
        file = self._store.catalogue.file(pkg.relfn)
        return None if file is None else f"sha256={file.sha256}"

    def package_count(self) -> int:
        """Return how many files are published."""
        return self._store.catalogue.count()

    def add_package(self, filename: str, stream: BinaryIO | CheckedPart) -> None:
        """Publish what the form brought.

        Raises:
            AlreadyPublished: the name is bound to other bytes.
            BadForm: the file did not come through the index's own door.

        """
        if not isinstance(stream, CheckedPart) or stream.distribution.filename != filename:
            raise BadForm(f"{filename} was not checked before it reached the store")
        stream.is_new = self._store.publish(stream.part, stream.distribution, stream.actor)

    def remove_package(self, pkg: PkgFile) -> None:
        """Refuse: clients have locked to it.

        Raises:
            StaysPublished: always.

        """
        raise StaysPublished(str(pkg.relfn))

    def _package(self, file: File) -> PkgFile:
        path = self._store.blobs.path(file.filename)
        return PkgFile(file.project, file.version, str(path), str(path.parent), file.filename)


class Legacy:
    """The upload door of pypiserver, in process.

    It gets nothing that was not judged before: one action, one file, and instead of the password, which would stand in
    its log records, a key that only this object knows.

    Args:
        settings: which folder.
        store: keeps what is uploaded.

    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self._key = secrets.token_hex()
        config = Config.default_with_overrides(
            roots=[settings.root],
            authenticate=["update", "list", "download"],
            auther=lambda _, key: hmac.compare_digest(key, self._key),
            # Unknown projects are ours to redirect: pypiserver would send even the team's own names away.
            disable_fallback=True,
        )
        config.backend = BackendProxy(StoreBackend(store))
        self._app = app_from_config(config)
        # Our faults pass through to the one place that turns them into HTTP.
        self._app.catchall = False
        # Its own sentence, not a page around it.
        self._app.default_error_handler = lambda fault: str(fault.body)

    def upload(self, part: Part, distribution: Distribution, actor: Actor) -> bool:
        """Hand a sealed, checked file to pypiserver; False when it was published already.

        Raises:
            IndexFault: the store refuses the file.
            BadForm: pypiserver refuses the upload.

        """
        checked = CheckedPart(part, distribution, actor)
        answer: list[str] = []
        body = b"".join(self._app(self._environ(checked), lambda status, *_: answer.append(status)))
        if checked.is_new is None:
            reason = body.decode("utf-8", "replace")[:200].strip()
            raise BadForm(f"pypiserver, which keeps this index, refused the upload with {answer[0]}: {reason}")
        return checked.is_new

    def _environ(self, checked: CheckedPart) -> dict[str, Any]:
        action = (":action", "file_upload")
        file = (FILE_FIELD, FileUpload(checked, FILE_FIELD, checked.distribution.filename))
        token = base64.b64encode(f"{checked.actor.name}:{self._key}".encode()).decode("ascii")
        return {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
            "HTTP_AUTHORIZATION": f"Basic {token}",
            # Bottle would read the body a second time; it takes these instead when they are there already.
            "bottle.request.post": _forms([action, file]),
            "bottle.request.forms": _forms([action]),
            "bottle.request.files": _forms([file]),
        }


def _forms(items: list[tuple[str, Any]]) -> FormsDict:
    forms = FormsDict()
    for name, value in items:
        forms.append(name, value)
    return forms
