"""The team's package index: pypiserver, strengthened."""

# The command and HTTP are what others may rely on; no import is.
__all__: list[str] = []
