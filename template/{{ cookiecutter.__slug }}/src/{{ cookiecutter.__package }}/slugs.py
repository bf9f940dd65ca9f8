"""What a text is called where only letters, digits and hyphens may stand. Pure: a text in, a name out."""

import re
import unicodedata


class NothingLeftError(ValueError):
    """The text has no letter or digit to make a name of."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} has no letter or digit that a name could keep")


def slugify(text: str) -> str:
    """Return the text as a name of lower-case letters, digits and hyphens.

    >>> slugify("Crème Brûlée, please!")
    'creme-brulee-please'
    """
    # NFKD parts a letter from its accent, which is no ASCII and falls away.
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    words = re.findall(r"[a-z0-9]+", plain.lower())
    if not words:
        raise NothingLeftError(text)
    return "-".join(words)
