"""`python -m webapp` serves."""

from webapp.wiring import main

main()
