"""`python -m adder` serves."""

from adder.wiring import main

main()
