"""What can be wrong with a session: releases on their way, to be published together."""

from __future__ import annotations

from private_index.errors.base import IndexFault


class BadSession(IndexFault):
    """What was asked for makes no session."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"this opens no session: {reason}")


class BadExtension(IndexFault):
    """For how long a session is to be kept is not to be understood."""

    def __init__(self) -> None:
        super().__init__('extend-for is a whole number of seconds; send JSON like {"extend-for": 86400}')


class NoSession(IndexFault):
    """Nothing is known under this URL, and whoever guesses learns no more."""

    status = 404

    def __init__(self) -> None:
        super().__init__("there is no such session: it was canceled or has expired; publish again to open another")


class OthersSession(IndexFault):
    """A session is its owner's alone."""

    status = 403

    def __init__(self, user: str) -> None:
        super().__init__(f"this session is not {user}'s; open one of your own")


class AlreadyOpen(IndexFault):
    """One session at a time, for each user and release."""

    status = 409

    def __init__(self, session: str) -> None:
        super().__init__("a session of yours is open for one of these releases: go on with it, or cancel it")
        self.session = session


class SessionPublished(IndexFault):
    """What is published takes no more."""

    status = 409

    def __init__(self) -> None:
        super().__init__("the session is published and can't be changed any more; open another")


class EmptySession(IndexFault):
    """There is nothing to publish."""

    status = 409

    def __init__(self) -> None:
        super().__init__("no file was uploaded to this session: upload them, then publish it")


class OutsideSession(IndexFault):
    """A file of a release that the session was not opened for."""

    status = 409

    def __init__(self, filename: str, releases: str) -> None:
        super().__init__(f"{filename} belongs to none of the releases of this session ({releases}); open one for it")


class StagedOtherwise(IndexFault):
    """A staged file does not change, since somebody may be testing it."""

    status = 409

    def __init__(self, filename: str, staged: str, sent: str) -> None:
        super().__init__(
            f"{filename} is staged already with other bytes (staged sha256 {staged}, sent {sent}); "
            "cancel the session and open another"
        )


class StagedTwice(IndexFault):
    """Of two spellings of one file only one could be published (PEP 427)."""

    status = 409

    def __init__(self, filename: str, staged: str) -> None:
        super().__init__(f"{filename} is the same project, version and tags as {staged}, which is staged already")


class ManySessions(IndexFault):
    """So many are no accident any more."""

    status = 409

    def __init__(self, most: int) -> None:
        super().__init__(
            f"{most} sessions of yours are open, which is the most: publish or cancel some; "
            "whoever runs the index sees them with `private-index session list`"
        )


class ManyFiles(IndexFault):
    """All files of a session are published in one step, which others wait for."""

    status = 409

    def __init__(self, most: int) -> None:
        super().__init__(f"a session takes {most:,} files: publish these, then open another for the others")


class StagedLost(IndexFault):
    """The bytes of a staged file are gone, or are not those that were uploaded: it is staged no longer."""

    status = 409

    def __init__(self, filename: str) -> None:
        super().__init__(f"the disk of the index lost bytes of the staged {filename}: upload it again, then publish")


class OtherMechanism(IndexFault):
    """A way of sending files that this index does not know (PEP 694)."""

    status = 422

    def __init__(self) -> None:
        super().__init__("this index takes files in the form that twine and uv send, one POST a file")


class UnknownSession(IndexFault):
    """What was typed is the beginning of no session's id, or of several."""

    status = 404

    def __init__(self, typed: str, number: int) -> None:
        found = "no open session" if number == 0 else f"{number} open sessions"
        super().__init__(f"{typed!r} is the beginning of {found}; see `private-index session list`")
