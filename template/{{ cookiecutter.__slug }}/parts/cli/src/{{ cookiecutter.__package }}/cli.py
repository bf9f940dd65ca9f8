"""The command: texts in, names out. Nothing else here prints."""

import click

from {{ cookiecutter.__package }}.slugs import NothingLeftError, slugify

PROGRAM = "{{ cookiecutter.__slug }}"

EPILOG = f"""\
\b
Example:
  {PROGRAM} "Crème Brûlée, please!"

\b
Exit codes:
  0  every name is printed
  1  a text gives no name
  2  the command is not understood
"""


@click.command(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True)
@click.version_option(package_name=PROGRAM, message="%(package)s %(version)s")
def main(texts: tuple[str, ...]) -> None:
    """Print each TEXT as a name fit for a URL, a file or a branch."""
    try:
        names = [slugify(text) for text in texts]
    except NothingLeftError as error:
        raise click.ClickException(str(error)) from None
    click.echo("\n".join(names))
