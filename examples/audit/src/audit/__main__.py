"""`python -m audit` serves."""

from audit.wiring import main

main()
