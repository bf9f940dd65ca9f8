"""`python -m modpress` is `modpress`."""

from modpress.cli import main

main(prog_name="modpress")
