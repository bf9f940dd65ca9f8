"""Pages as HTML."""

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from webapp.service import Page

LINKS = (("/", "Home"), ("/add", "Add"), ("/audit", "Audit"))


class Drawing:
    """Draws pages, each with the styles that its fragments bring."""

    def __init__(self) -> None:
        self._page = Environment(loader=PackageLoader("webapp"), autoescape=True).get_template("page.html")

    def draw(self, page: Page, here: str, nonce: str) -> str:
        """Return the HTML; fragments come from our own services, which escape what is not theirs."""
        cards = [(fragment.title, Markup(fragment.html), fragment.is_down) for fragment in page.fragments]  # noqa: S704
        styles = Markup("\n".join(dict.fromkeys(fragment.style for fragment in page.fragments)))  # noqa: S704
        return self._page.render(
            title=page.title, cards=cards, styles=styles, links=LINKS, here=here, nonce=nonce
        )
