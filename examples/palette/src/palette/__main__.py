"""`python -m palette` is the command."""

import sys

from palette.cli import main

sys.exit(main())
