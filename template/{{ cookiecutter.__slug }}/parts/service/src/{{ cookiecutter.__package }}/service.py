"""What the service does: values in, values out. It knows no HTTP."""

from {{ cookiecutter.__package }}.slugs import slugify


def name_of(text: str) -> dict[str, str]:
    """Return a text with its name.

    >>> name_of("Crème Brûlée, please!")
    {'text': 'Crème Brûlée, please!', 'name': 'creme-brulee-please'}
    """
    return {"text": text, "name": slugify(text)}
