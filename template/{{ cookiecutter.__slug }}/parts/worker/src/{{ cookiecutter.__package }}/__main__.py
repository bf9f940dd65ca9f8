"""`python -m {{ cookiecutter.__package }}` works."""

from {{ cookiecutter.__package }}.wiring import main

main()
