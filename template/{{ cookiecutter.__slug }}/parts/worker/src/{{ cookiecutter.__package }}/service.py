"""What the worker does with a message: a message in, an answer out. It knows no queue."""

from {{ cookiecutter.__package }}.slugs import slugify


class BadMessageError(ValueError):
    """The message is not one that this worker handles."""

    def __init__(self) -> None:
        super().__init__('a message looks like {"text": "…"}')


def handle(message: object) -> dict[str, str]:
    """Return the answer to a message.

    >>> handle({"text": "Crème Brûlée, please!"})
    {'text': 'Crème Brûlée, please!', 'name': 'creme-brulee-please'}
    """
    match message:
        case {"text": str(text)}:
            return {"text": text, "name": slugify(text)}
        case _:
            raise BadMessageError
