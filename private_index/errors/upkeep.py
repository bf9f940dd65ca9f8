"""What can be wrong when an index is looked after: released, imported, checked, backed up."""

from __future__ import annotations

from private_index.errors.base import IndexFault, hint, shown


class NoIndex(IndexFault):
    """The folder was never served: making an index of it would hide a typing mistake."""

    def __init__(self, root: str) -> None:
        super().__init__(f"{root} is no folder of an index; name it with --root, or serve it once")


class UnknownProject(IndexFault):
    """The index has never held it."""

    status = 404

    def __init__(self, name: str, near: str | None) -> None:
        super().__init__(f"the index has never held a project {shown(name)}{hint(near)}")


class UnknownRelease(IndexFault):
    """The project has no such release."""

    status = 404

    def __init__(self, project: str, version: str, near: str | None) -> None:
        super().__init__(f"{project} has no release {shown(version)}{hint(near)}")


class UnknownFile(IndexFault):
    """The release has no such file."""

    status = 404

    def __init__(self, filename: str, near: str | None) -> None:
        super().__init__(f"the release has no file {shown(filename)}{hint(near)}")


class GoneRelease(IndexFault):
    """Every file of the release was deleted; what is deleted stays so."""

    status = 410

    def __init__(self, project: str, version: str) -> None:
        super().__init__(f"{project} {version} was deleted, for ever; publish a newer version")


class UnknownUser(IndexFault):
    """Nobody of that name may publish."""

    status = 404

    def __init__(self, name: str, near: str | None) -> None:
        super().__init__(f"there is no user {shown(name)}{hint(near)}")


class CannotRead(IndexFault):
    """A file outside the index that the operating system would not give."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} can't be read: {reason}")


class NotEmpty(IndexFault):
    """Restoring over an index could lose what came after the backup."""

    def __init__(self, root: str) -> None:
        super().__init__(f"{root} is not empty; restore elsewhere, or say --force to move what is there aside")


class InUse(IndexFault):
    """A server has the catalogue open, and would go on with the one that is moved away."""

    def __init__(self, root: str) -> None:
        super().__init__(f"an index is serving {root}; stop it first")


class CannotMove(IndexFault):
    """The folder can't be put in another's place, as where it is a mount point."""

    def __init__(self, root: str, reason: str) -> None:
        super().__init__(f"{root} can't be put in place ({reason}); choose a folder inside it with --root")


class NoBackup(IndexFault):
    """The folder was not written by `private-index backup`, or not to its end."""

    def __init__(self, folder: str) -> None:
        super().__init__(f"{folder} holds no whole backup of an index")


class OtherBackup(IndexFault):
    """Writing there would mix two indexes, or overwrite what is no backup."""

    def __init__(self, folder: str) -> None:
        super().__init__(f"{folder} is neither empty nor a backup of this index; choose another folder")
