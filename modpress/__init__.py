"""The author's tool: checks, publishes and proves modules."""

# The command is what others may rely on; no import is.
__all__: list[str] = []
