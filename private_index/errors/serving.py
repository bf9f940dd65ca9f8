"""What can be wrong with the settings, the users and the place of an index."""

from __future__ import annotations

from private_index.errors.base import IndexFault


class BadUserName(IndexFault):
    """HTTP Basic puts a colon after the name (RFC 7617); a line of the users file ends at its end."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} can't be a user name: use letters, digits, '.', '-', '_' and '@'")


class BadPassword(IndexFault):
    """Nothing, or what no client can send."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"this password can't be used: {reason}")


class BadUsersFile(IndexFault):
    """Somebody wrote into the users file by hand, and wrongly."""

    status = 500

    def __init__(self, path: str, line: int) -> None:
        super().__init__(f"{path}, line {line}: a line is NAME:HASH; write it with `private-index user add NAME`")


class NoUsersFile(IndexFault):
    """The users file is there and can't be read: nobody can prove who they are."""

    status = 500

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"the users file {path} can't be read ({reason}): let the user that serves the index read it")


class UnwritableUsers(IndexFault):
    """The users file can't be changed, so it stays as it is."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"the users file {path} can't be written ({reason}), so nothing is changed")


class BadPattern(IndexFault):
    """A reserved pattern that could match no project's name."""

    def __init__(self, pattern: str) -> None:
        super().__init__(f"{pattern!r} can't match a project's name: use letters, digits, '-' and '*', as in acme-*")


class BadOwner(IndexFault):
    """A pattern is given to somebody who can't be a user."""

    def __init__(self, pattern: str, name: str) -> None:
        super().__init__(f"{pattern!r} can't belong to {name!r}: write user names, as in acme-*=alice,bob")


class NewerCatalogue(IndexFault):
    """The folder was served by a newer version of this program."""

    status = 500

    def __init__(self, revision: str) -> None:
        super().__init__(f"the catalogue has revision {revision}, which a newer modpress wrote; upgrade modpress")


class BadFallback(IndexFault):
    """A fallback that no client could follow."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url!r} is no URL of a simple API; it reads like https://pypi.org/simple/")


class BadPublicUrl(IndexFault):
    """The index's own URL could not be typed."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url!r} is no URL of an index; it reads like https://packages.example.org/ or …/pypi/")


class HalfPair(IndexFault):
    """HTTPS takes two files."""

    def __init__(self) -> None:
        super().__init__("HTTPS needs a certificate and its key: give both tls-cert and tls-key, or neither")


class BadPair(IndexFault):
    """The certificate and the key can't be used."""

    def __init__(self, cert: str, key: str, reason: str) -> None:
        super().__init__(f"HTTPS can't be served with the certificate {cert} and the key {key}: {reason}")


class BadSetting(IndexFault):
    """A setting has a value that means nothing."""

    def __init__(self, where: str, value: object, expected: str) -> None:
        super().__init__(f"{where}: {value!r} won't do; it takes {expected}")


class UnknownSetting(IndexFault):
    """There is no such setting: a typing error must not pass for a configured index."""

    def __init__(self, where: str, name: str, nearest: str | None) -> None:
        hint = f"did you mean {nearest}?" if nearest else "`private-index settings` prints all there are"
        super().__init__(f"{where}: there is no setting {name}; {hint}")


class BadSettingsFile(IndexFault):
    """The settings file can't be read."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"the settings file {path} can't be read: {reason}")


class NotReady(IndexFault):
    """The index is alive and can't do its work."""

    status = 503

    def __init__(self, reason: str) -> None:
        super().__init__(f"the index is not ready: {reason}")


class Stopping(NotReady):
    """Somebody stops the index; what has begun ends well, and nothing new begins."""

    def __init__(self) -> None:
        super().__init__("it is being stopped; try again in a moment")


class BadRoot(IndexFault):
    """The folder of packages can't be used."""

    def __init__(self, root: str, reason: str) -> None:
        super().__init__(f"the folder of packages {root} can't be used: {reason}")


class PortTaken(IndexFault):
    """Another server listens there."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"port {port} on {host} is in use; choose another with --port, or 0 for any free one")


class NoSuchAddress(IndexFault):
    """The host is not an address of this machine, or the port is not ours to open."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"can't listen on {host} port {port}: {reason}")
