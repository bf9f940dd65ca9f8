"""`python -m shell` is the command."""

import sys

from shell.cli import main

sys.exit(main())
