"""`python -m {{ cookiecutter.__package }}` is the command."""

from {{ cookiecutter.__package }}.cli import PROGRAM, main

main(prog_name=PROGRAM)
