"""A real browser at the one door: what a person sees, light and dark, without JavaScript."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Error, Locator, Page, sync_playwright

from tests.e2e.checks import expect
from tests.e2e.system import NotAsItShould, System

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# In milliseconds, as the browser's remote control counts.
PATIENCE = 20_000
MISSING = "no chromium here (apt-get install chromium)"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZES = {"wide": (1100, 800), "narrow": (390, 800)}


def find_browser() -> str | None:
    """Return where a browser is."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def look_around(system: System, pictures: Path, program: str, tell: Callable[[str], None]) -> str:
    """Use the site as a person would, once for each scheme, and keep pictures."""
    pictures.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        for size, pixels in SIZES.items():
            with page(program, scheme, pixels) as shown:
                tell(f"{scheme}, {size}")
                visit(shown, system, pictures / f"{{}}-{scheme}-{size}.png")
    return f"{len(list(pictures.iterdir()))} pictures"


def visit(shown: Page, system: System, picture: Path) -> None:
    """Add two numbers, read the history, and see what a missing service looks like."""
    problems: list[str] = []
    shown.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    shown.on("requestfailed", lambda request: problems.append(f"{request.url} failed"))
    shown.goto(system.place.url)
    take(shown, picture, "home")
    shown.get_by_role("link", name="Add", exact=True).click()
    # The page that is left has the same form.
    shown.wait_for_url("**/add")
    shown.get_by_label("First").fill("1")
    shown.get_by_label("Second").fill("2")
    shown.get_by_role("button", name="Add").click()
    see(shown.get_by_text("result = 3"), "result = 3 on the page")
    take(shown, picture, "add")
    shown.get_by_label("First").fill("one")
    shown.get_by_role("button", name="Add").click()
    see(shown.get_by_role("alert"), "a sentence on what is wrong")
    take(shown, picture, "refused")
    shown.get_by_role("link", name="Audit").click()
    see(shown.get_by_role("cell", name="1+2").first, "1+2 in the history")
    take(shown, picture, "audit")
    # The refused number was answered with 422, which browsers note as an error.
    real = [problem for problem in problems if "422" not in problem]
    expect(is_so=not real, wanted="no error in the browser's console", got=real)


def look_at_missing(system: System, pictures: Path, program: str) -> str:
    """Look at the site while a service is down."""
    system.type("stop adder")
    system.wait_until("adder is stopped", lambda: not system.is_ready("adder"))
    for scheme in SCHEMES:
        with page(program, scheme, SIZES["wide"]) as shown:
            shown.goto(system.place.url)
            see(shown.get_by_text("The adder service is down"), "a card that says that adder is down")
            take(shown, pictures / f"{{}}-{scheme}-wide.png", "down")
    system.type("start adder")
    system.wait_until_ready("adder")
    return "a card says so"


def see(what: Locator, wanted: str) -> None:
    """Wait until something is on the page; a page may still be on its way when a click is done."""
    try:
        what.wait_for(timeout=PATIENCE)
    except Error as error:
        raise NotAsItShould(f"wanted: {wanted}; got: {what.page.content()[:1000]}") from error


def take(shown: Page, picture: Path, name: str) -> None:
    """Keep a picture of the whole page."""
    shown.screenshot(path=str(picture).format(name), full_page=True)


@contextmanager
def page(program: str, scheme: Literal["light", "dark"], size: tuple[int, int]) -> Iterator[Page]:
    """Give an empty page of a browser that runs no script."""
    # As root, in a container for instance, the browser's own sandbox cannot be had.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=arguments)
            context = browser.new_context(
                color_scheme=scheme,
                java_script_enabled=False,
                viewport={"width": size[0], "height": size[1]},
            )
            yield context.new_page()
            browser.close()
    except Error as error:
        raise NotAsItShould(f"the browser failed: {error}") from error
