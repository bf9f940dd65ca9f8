"""The upload form (multipart/form-data) as a stream: fields are kept, the file goes straight to a part on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from private_index.blobs import Part
from private_index.errors import BadForm, CutShort, ManyParts, MissingField, TooLarge

# What twine sends for the largest README that the public index takes fits many times.
MOST_PARTS = 4096
MOST_FIELD_BYTES = 4 * 1024 * 1024
# A part of a form has two or three headers, each a short line.
MOST_HEADERS = 8
MOST_HEADER_BYTES = 4096
FILE_FIELD = "content"


@dataclass(kw_only=True)
class Form:
    """What an upload said.

    Args:
        fields: name -> values of every field that is no file, in the order in which they came.
        filename: the name under which the file is to be published.
        part: its bytes, not yet sealed.

    """

    fields: dict[str, list[str]] = field(default_factory=dict)
    filename: str | None = None
    part: Part | None = None

    def values(self, name: str) -> list[str]:
        """Return what was sent in a field, as often as it was sent; an empty one counts as not sent."""
        return [value for value in self.fields.get(name, []) if value]

    def file(self) -> tuple[str, Part]:
        """Return the file's name and bytes.

        Raises:
            MissingField: the form holds no file.

        """
        if self.filename is None or self.part is None:
            raise MissingField(FILE_FIELD)
        return self.filename, self.part


def parse_boundary(content_type: str) -> bytes:
    """Return the boundary that a Content-Type names (RFC 7578).

    Raises:
        BadForm: it is no multipart form.

    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise BadForm("an upload is a form of the type multipart/form-data; use twine, uv or another publishing tool")
    return boundary


class FormReader:
    """Reads one form from chunks of its body.

    The bytes of the file are gathered by `feed` and written by `flush`, so that the caller decides in which thread
    the disk is waited for.

    Args:
        boundary: the boundary between the form's parts.
        new_part: makes the empty part that takes the file.
        largest_file: the most bytes that the file may have.

    Raises:
        BadForm: the boundary is no boundary.

    """

    def __init__(self, boundary: bytes, new_part: Callable[[], Part], largest_file: int) -> None:
        self.form = Form()
        self._new_part = new_part
        self._largest_file = largest_file
        self._complete = False
        self._header = (bytearray(), bytearray())
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._value: bytearray | None = None
        self._pending = bytearray()
        self._received = 0
        self._announced = 0
        self._kept = 0
        self._parts = 0
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._open,
                    "on_part_data": self._take,
                    "on_part_end": self._close,
                    "on_end": self._finish,
                },
                max_header_count=MOST_HEADERS,
                max_header_size=MOST_HEADER_BYTES,
            )
        except FormParserError as fault:
            raise BadForm(f"the upload is no readable form: {fault}") from None

    def feed(self, chunk: bytes) -> None:
        """Parse the next bytes of the body.

        Raises:
            BadForm: they are no part of a form.
            TooLarge: the file or the fields are larger than the index takes.
            ManyParts: it has more parts than the index takes.

        """
        self._received += len(chunk)
        # Parts that the index passes over cost nothing but time; without this they could go on for ever.
        if self._received > self._largest_file + MOST_FIELD_BYTES:
            raise TooLarge("the upload", self._largest_file + MOST_FIELD_BYTES)
        try:
            self._parser.write(chunk)
        except FormParserError as fault:
            raise BadForm(f"the upload is no readable form: {fault}") from None

    @property
    def pending(self) -> int:
        """How many bytes of the file wait for `flush`."""
        return len(self._pending)

    def flush(self) -> None:
        """Write the gathered bytes of the file to its part; this waits for the disk.

        Raises:
            DiskFull, DiskFailed: they could not be written.

        """
        if self.form.filename is not None and self.form.part is None:
            self.form.part = self._new_part()
        if self.form.part is not None and self._pending:
            content, self._pending = bytes(self._pending), bytearray()
            self.form.part.write(content)

    def finish(self) -> Form:
        """Return the whole form.

        Raises:
            CutShort: the last boundary never came.

        """
        if not self._complete:
            raise CutShort
        return self.form

    def discard(self) -> None:
        """Forget what was written."""
        if self.form.part is not None:
            self.form.part.discard()

    def _begin(self) -> None:
        self._headers = {}
        # Those that are passed over too: each costs more than its bytes.
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise ManyParts(MOST_PARTS)

    def _end_header(self) -> None:
        name, value = self._header
        self._headers[bytes(name).lower()] = bytes(value)
        self._header = (bytearray(), bytearray())

    def _open(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if kind != b"form-data" or b"name" not in options:
            raise BadForm("a part of the upload has no name")
        self._name = _text(options[b"name"])
        self._value = None
        if self._name == FILE_FIELD:
            self._open_file(options.get(b"filename"))
        elif b"filename" not in options:
            self._value = bytearray()

    def _open_file(self, filename: bytes | None) -> None:
        if filename is None:
            raise BadForm(f"the field {FILE_FIELD!r} is no file")
        if self.form.filename is not None:
            raise BadForm(f"the upload has two fields {FILE_FIELD!r}; send one file at a time")
        self.form.filename = _text(filename)

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._value is not None:
            self._kept += end - start
            if self._kept > MOST_FIELD_BYTES:
                raise TooLarge("the metadata in the upload's form", MOST_FIELD_BYTES)
            self._value.extend(data[start:end])
        elif self._name == FILE_FIELD:
            self._announced += end - start
            if self._announced > self._largest_file:
                raise TooLarge(str(self.form.filename), self._largest_file)
            self._pending.extend(data[start:end])

    def _close(self) -> None:
        if self._value is None:
            return
        self.form.fields.setdefault(self._name, []).append(_text(bytes(self._value)))

    def _finish(self) -> None:
        self._complete = True


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise BadForm("the upload's form is not in UTF-8") from None
