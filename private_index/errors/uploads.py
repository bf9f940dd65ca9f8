"""What can be wrong with an upload, or with who sends it."""

from __future__ import annotations

from private_index.errors.base import IndexFault, shown


class BadForm(IndexFault):
    """The upload is not the form that publishing tools send."""


class CutShort(BadForm):
    """The body ended before the form did."""

    def __init__(self) -> None:
        super().__init__("the upload ended before its form was complete; send it again")


class NotUploading(BadForm):
    """The form asks for something other than an upload."""

    def __init__(self, action: str) -> None:
        super().__init__(f"the index takes uploads only (:action=file_upload), not :action={action or 'nothing'}")


class MissingField(BadForm):
    """A field without which an upload means nothing."""

    def __init__(self, field: str) -> None:
        super().__init__(f"the upload has no field {field!r}; use twine, uv or another publishing tool")


class BadFilename(IndexFault):
    """The name is no sdist's and no wheel's (PEP 625, binary distribution format)."""

    def __init__(self, filename: str, reason: str) -> None:
        super().__init__(f"{filename!r} is no valid name of a wheel or an sdist: {reason}")


class UnreadableArchive(IndexFault):
    """The file is not the archive that its name promises."""

    def __init__(self, filename: str, reason: str) -> None:
        super().__init__(f"{filename} can't be read as a distribution: {reason}; build it again")


class MetadataDisagrees(IndexFault):
    """The file's metadata, or the form, says another thing than the file's name."""

    def __init__(self, filename: str, field: str, said: str, source: str) -> None:
        super().__init__(f"{filename} and its {source} disagree: the {field} there is {shown(said)}; build it again")


class BadMetadata(IndexFault):
    """The core metadata lacks or mangles what an index must know."""

    def __init__(self, filename: str, reason: str) -> None:
        super().__init__(f"the metadata in {filename} is not valid: {reason}")


class LyingRecord(IndexFault):
    """A wheel's RECORD says of its files what is not so; installers and auditors go by it."""

    def __init__(self, filename: str, lie: str) -> None:
        super().__init__(f"the RECORD in {filename} {lie}; build it again")


class WheelTooNew(IndexFault):
    """A wheel of a format whose rules nothing here knows (PEP 777)."""

    def __init__(self, filename: str, version: str) -> None:
        super().__init__(
            f"{filename} is a wheel of the format {version}, which installers do not know; build it as 1.0"
        )


class NeedsDigest(IndexFault):
    """Without a digest, nobody can tell whether what arrived is what was sent."""

    def __init__(self, filename: str) -> None:
        super().__init__(f"{filename} came without a sha256_digest or a blake2_256_digest; send at least one of them")


class BadDigest(IndexFault):
    """A digest that can be nobody's."""

    def __init__(self, filename: str, field: str, digits: int) -> None:
        super().__init__(f"the {field} of {filename} is not {digits} hex digits")


class DigestMismatch(IndexFault):
    """What arrived is not what was sent."""

    def __init__(self, filename: str, algorithm: str, announced: str, arrived: str) -> None:
        super().__init__(f"{filename} arrived with {algorithm} {arrived}, but {announced} was announced; send it again")


class NeedsUser(IndexFault):
    """Somebody must say who they are first."""

    status = 401

    def __init__(self) -> None:
        super().__init__("this needs a user of the index: give a user name and a password")


class WrongPassword(IndexFault):
    """The name and the password do not belong together, or there is no such user; which, is not told."""

    status = 401

    def __init__(self, name: str) -> None:
        super().__init__(f"the user name {name!r} or its password is wrong; ask whoever runs the index")


class ManyGuesses(IndexFault):
    """More passwords wait to be checked than a core checks in a second."""

    status = 429

    def __init__(self) -> None:
        super().__init__("too many passwords wait to be checked; send it again in a moment")


class NotOwner(IndexFault):
    """The project's name is reserved for others."""

    status = 403

    def __init__(self, user: str, project: str) -> None:
        super().__init__(
            f"{user} may not publish {project}: the name is reserved for others; ask whoever runs the index"
        )


class ClosedProject(IndexFault):
    """The project takes no files any more (PEP 792)."""

    status = 403

    def __init__(self, project: str, status: str, reason: str | None) -> None:
        why = f" ({reason})" if reason else ""
        super().__init__(f"{project} is {status}{why} and takes no uploads; ask whoever runs the index")


class SpelledOtherwise(IndexFault):
    """Two spellings of one file's name, of which an installer would take any."""

    status = 409

    def __init__(self, filename: str, published: str) -> None:
        super().__init__(
            f"{filename} is the same project, version and tags as {published}, which was published already;"
            " bump the version"
        )


class WasDeleted(IndexFault):
    """A deleted file's name stays bound to its bytes, and its bytes stay away."""

    status = 409

    def __init__(self, filename: str) -> None:
        super().__init__(f"{filename} was published and deleted; bump the version")


class StaysPublished(IndexFault):
    """Clients have locked to what was published."""

    status = 403

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} stays: a published file is never removed over HTTP; publish a newer version")


class AlreadyPublished(IndexFault):
    """A published file never changes."""

    status = 409

    def __init__(self, filename: str, published: str, sent: str) -> None:
        super().__init__(
            f"{filename} is already published; bump the version (published sha256 {published}, sent {sent})"
        )


class TooSlow(IndexFault):
    """The body comes in so slowly that it would hold its connection for ever."""

    status = 408

    def __init__(self) -> None:
        super().__init__("the upload came in too slowly and was given up; send it again")


class TooLarge(IndexFault):
    """More than the index was told to take."""

    status = 413

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"{what} is larger than the {limit:,} bytes that this index takes")


class ManyParts(IndexFault):
    """A form of more parts than any publishing tool sends."""

    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"the upload's form has more than the {limit:,} parts that this index takes")


class DiskFull(IndexFault):
    """The index has no room, which whoever runs it must make."""

    status = 507

    def __init__(self) -> None:
        super().__init__("the index has no room left on its disk; ask whoever runs it, then send it again")


class DiskFailed(IndexFault):
    """The disk would not give or keep a file; nothing was published."""

    status = 503

    def __init__(self, reason: str) -> None:
        super().__init__(f"the disk of the index failed ({reason}); ask whoever runs it, then send it again")
        self.reason = reason


class Uncertain(IndexFault):
    """The disk failed while it was told to keep the row, and did not say whether it did."""

    status = 503

    def __init__(self, filename: str, reason: str) -> None:
        super().__init__(
            f"the disk of the index failed ({reason}) when all but the last word of {filename} was written: it may be"
            " published or not; ask whoever runs the index, then send the same file again"
        )


class CatalogueFailed(IndexFault):
    """SQLite does not answer, or what lies there is no catalogue any more."""

    status = 503

    def __init__(self, reason: str) -> None:
        super().__init__(f"the catalogue can't be read ({reason}); look at the disk, or restore a backup")
        self.reason = reason
