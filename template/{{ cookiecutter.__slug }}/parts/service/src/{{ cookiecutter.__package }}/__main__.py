"""`python -m {{ cookiecutter.__package }}` serves."""

from {{ cookiecutter.__package }}.wiring import main

main()
