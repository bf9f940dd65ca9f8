"""What keeps a probe from beginning: each fault makes its own sentence."""

from __future__ import annotations

from private_index.errors import IndexFault


class Unreachable(IndexFault):
    """The network, not the index, answered."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url} can't be reached: {reason}")
        self.url = url
        self.reason = reason


class KeptOut(Unreachable):
    """The index wants to know who asks."""

    def __init__(self, url: str, status: int) -> None:
        super().__init__(url, f"it answers {status}; give a user, as in https://NAME:PASSWORD@HOST/simple/ or by netrc")


class NoProjectList(Unreachable):
    """Without a list nobody knows what to walk."""

    def __init__(self, url: str, seen: str) -> None:
        super().__init__(url, f"no list of projects is there ({seen}); give the simple API's URL, or name a --project")


class BadAddress(IndexFault):
    """The URL is none that can be asked."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url!r} is no URL of a simple API; it reads like https://HOST/simple/")


class BadNetrc(IndexFault):
    """The file of credentials does not read."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the netrc file can't be read: {reason}")
