"""What a release's variant wheels say of themselves, as one file beside them that is made of them (PEP 825)."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_version

from private_index.filenames import parse_filename
from private_index.rows import File

# An honest one has some hundred bytes.
LARGEST = 64 * 1024
MOST_KEPT = 4096
# A wheel's name without a label has four hyphens, or five with a build tag.
_HYPHENS = 5
_UNREADABLE = (OSError, RuntimeError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, struct.error)

# What one wheel says: the JSON object in it.
Said = Mapping[str, Any]


class Variants:
    """The files that tell of variants, made anew of the wheels whenever one is added or taken back.

    Args:
        path_of: where the file of a name lies.

    """

    def __init__(self, path_of: Callable[[str], Path]) -> None:
        self._path_of = path_of
        # A wheel never changes, so it is opened once, however many pages tell of it.
        self._said = lru_cache(MOST_KEPT)(self._read)

    def of(self, files: Sequence[File]) -> list[tuple[File, bytes]]:
        """Return for each release with variant wheels the file that tells of them, and its bytes.

        Args:
            files: what of a project is served, in the order in which it came.

        """
        releases: dict[str, list[File]] = {}
        for file in files:
            if _label_of(file):
                releases.setdefault(canonicalize_version(file.version), []).append(file)
        return [made for wheels in releases.values() for made in self._made_of(wheels)]

    def content(self, files: Sequence[File], filename: str, sha256: str) -> bytes | None:
        """Return the bytes of one such file; None for one that does not tell of these files, or not any more."""
        wanted = filename, sha256
        return next((found for told, found in self.of(files) if (told.filename, told.sha256) == wanted), None)

    def _made_of(self, wheels: Sequence[File]) -> Iterator[tuple[File, bytes]]:
        said = [(file, found) for file in wheels if (found := self._said(file.filename, file.sha256)) is not None]
        # A file that says nothing of any wheel would be no help, and one of a future format is not ours to make.
        if said:
            content = json.dumps(merged([found for _, found in said]), separators=(",", ":")).encode()
            yield _described([file for file, _ in said], content), content

    def _read(self, filename: str, sha256: str) -> Said | None:  # noqa: ARG002 - other bytes say something else
        try:
            with zipfile.ZipFile(self._path_of(filename)) as archive:
                said = json.loads(_content_in(archive))
            # What Python reads and no one else: it may not come out again.
            json.dumps(said, allow_nan=False)
            return own_part(said, parse_filename(filename).label)
        except _UNREADABLE:
            # Its author's fault, who finds the wheel without a variant; the others are not to suffer from it.
            return None


def own_part(said: object, label: str) -> Said | None:
    """Return what a wheel says of its own label; None if it does not."""
    variants = said.get("variants") if isinstance(said, dict) else None
    # The null variant has no properties by definition.
    mine = (variants if isinstance(variants, dict) else {}).get(label, {} if label == "null" else None)
    if not isinstance(said, dict) or mine is None:
        return None
    return {**said, "variants": {label: _tables(mine)}}


def merged(said: Sequence[Said]) -> dict[str, Any]:
    """Return what several wheels of one release say together; where they disagree, the one that came first is right."""
    priorities = [one.get("default-priorities") for one in said]
    orders = [_texts(each.get("namespace")) for each in priorities if isinstance(each, dict)]
    order = list(dict.fromkeys(name for names in orders for name in names))
    whole = _united(said)
    variants = dict(sorted(whole["variants"].items()))
    return {**whole, "default-priorities": {**_united(priorities), "namespace": order}, "variants": variants}


def _united(tables: Sequence[object]) -> dict[str, Any]:
    """Return the keys of all, and of what stands under them the keys of all; the first is right."""
    whole: dict[str, Any] = {}
    for table in reversed(tables):
        for key, value in table.items() if isinstance(table, Mapping) else ():
            known = whole.get(key)
            whole[key] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value
    return whole


def _label_of(file: File) -> str:
    if file.filename.count("-") < _HYPHENS or not file.filename.endswith(".whl"):
        return ""
    return parse_filename(file.filename).label


def _content_in(archive: zipfile.ZipFile) -> bytes:
    for member in archive.infolist():
        folder, _, name = member.filename.partition("/")
        if folder.endswith(".dist-info") and name == "variant.json" and member.file_size <= LARGEST:
            return archive.read(member)
    return b""


def _described(wheels: Sequence[File], content: bytes) -> File:
    name = wheels[0].project.replace("-", "_")
    return File(
        filename=f"{name}-{wheels[0].version}-variants.json",
        project=wheels[0].project,
        version=wheels[0].version,
        kind="variants",
        sha256=hashlib.sha256(content).hexdigest(),
        blake2_256=hashlib.blake2b(content, digest_size=32).hexdigest(),
        size=len(content),
        requires_python=None,
        metadata_sha256=None,
        uploaded_at=max(file.uploaded_at for file in wheels),
    )


def _texts(said: object) -> list[str]:
    return [one for one in said if isinstance(one, str)] if isinstance(said, list) else []


def _tables(said: object) -> dict[str, dict[str, list[str]]]:
    spaces = said if isinstance(said, dict) else {}
    return {
        space: {name: _texts(values) for name, values in features.items()}
        for space, features in spaces.items()
        if isinstance(features, dict)
    }
