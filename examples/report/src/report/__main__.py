"""`python -m report` is the command."""

import sys

from report.cli import main

sys.exit(main())
