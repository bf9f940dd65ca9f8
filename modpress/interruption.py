"""Ctrl-C and SIGTERM unwind the command, wherever they find it.

What ends us must unwind us, or temporary folders would stay behind. Python ignores an exception that is raised in a
clean-up of its own, such as the one after each import, and with it the Ctrl-C that raised it; `sys.unraisablehook`
is told, and sends the signal once more.
"""

import os
import signal
import sys
from threading import Timer
from typing import TYPE_CHECKING, NoReturn

from modpress.exits import Exit

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

__all__ = ["unwind_when_stopped"]

# Seconds, in which Python comes out of what it was cleaning up.
AGAIN_AFTER = 0.05
SIGNALS = {KeyboardInterrupt: signal.SIGINT, SystemExit: signal.SIGTERM}


def unwind_when_stopped() -> None:
    """Let SIGTERM unwind the command as Ctrl-C does, and see that neither is lost."""
    signal.signal(signal.SIGTERM, _terminate)
    sys.unraisablehook = _send_again


def _terminate(*_: object) -> NoReturn:
    sys.exit(Exit.TERMINATED)


def _send_again(ignored: "UnraisableHookArgs") -> None:
    number = SIGNALS.get(ignored.exc_type)
    if number is None:
        sys.__unraisablehook__(ignored)
        return
    timer = Timer(AGAIN_AFTER, os.kill, (os.getpid(), number))
    # Where the command ends meanwhile, nobody waits for it.
    timer.daemon = True
    timer.start()
