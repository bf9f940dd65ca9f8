"""`python -m events` serves."""

from events.wiring import main

main()
