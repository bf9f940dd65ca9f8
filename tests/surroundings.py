"""The environment in which real tools run in tests."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

# What a person may have configured, and what runs the tests themselves: none of it may steer what is tested.
_STEERING = re.compile(
    r"(PIP_(?!CERT)|UV_|TWINE_|MODPRESS_|PRIVATE_INDEX_|NOX|PYTEST_|VIRTUAL_ENV|PYTHONPATH|FORCE_COLOR)"
)


def clean_environment(home: Path) -> dict[str, str]:
    """Return an environment with an empty home and no configuration; certificates and proxies are kept."""
    kept = {name: value for name, value in os.environ.items() if not _STEERING.match(name)}
    return kept | {
        "HOME": str(home),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "NO_COLOR": "1",
    }
