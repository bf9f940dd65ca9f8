"""How the commands end: each exit code, and what it means to a script."""

from enum import IntEnum

__all__ = ["Exit"]


class Exit(IntEnum):
    """An exit code."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    CONFLICT = 3
    INTERRUPTED = 130
    TERMINATED = 143

    @property
    def meaning(self) -> str:
        """What has happened, and what to do."""
        return {
            Exit.DONE: "Everything was done, or there was nothing to do. With `--dry-run`: the same command without it "
            "would do it.",
            Exit.FAULT: "A sentence after `Error: ` says what is wrong, which one, and what to do now. What was not "
            "said to be published is not; the same command again goes on from there.",
            Exit.USAGE: "The command was typed wrong: an option, or a folder that is not there. Nothing was begun.",
            Exit.CONFLICT: "Of `modpress update`: files have conflicts to settle; with `--all`, not every module was "
            "updated, and the table says which.",
            Exit.INTERRUPTED: "Ctrl-C. The same command again goes on from there.",
            Exit.TERMINATED: "SIGTERM, as from a runner that ends a job. The same command again goes on from there.",
        }[self]
