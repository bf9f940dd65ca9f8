"""What our services share."""

from servicekit.errors import MuError, RefusedError, RemoteError, UnreachableError

__all__ = ["MuError", "RefusedError", "RemoteError", "UnreachableError"]
