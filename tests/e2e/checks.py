"""What is asked of the running system; each check is a sentence that is true, or a fault that says what is not."""

from __future__ import annotations

import re

from tests.e2e.system import NotAsItShould, System


def expect(*, is_so: bool, wanted: str, got: object = "") -> None:
    """Raise NotAsItShould unless something is so."""
    if not is_so:
        raise NotAsItShould(f"wanted: {wanted}; got: {str(got)[:1000]}")


def a_sum_is_added(system: System) -> str:
    """Add two numbers through the one door."""
    answer = system.post_sum(1, 2)

    expect(is_so=answer.status_code == 200, wanted="200", got=answer.status_code)
    expect(is_so="result = 3" in answer.text, wanted="result = 3", got=answer.text)
    return "result = 3"


def what_is_no_number_is_refused(system: System) -> str:
    """Give a word for a number."""
    answer = system.post_sum("one", 2)

    expect(is_so=answer.status_code == 422, wanted="422", got=answer.status_code)
    expect(is_so="is not a number" in answer.text, wanted="a sentence", got=answer.text)
    return "422 and a sentence"


def the_sum_is_in_the_history(system: System) -> str:
    """Read the audit page."""
    page = system.get("/audit").text

    expect(is_so="<td>1+2</td><td>3</td>" in page, wanted="1+2 and 3 in a row of the history", got=page)
    return "1+2 = 3 is listed"


def every_page_is_counted(system: System) -> str:
    """Read pages so often, and see that they were counted so often."""
    before = system.pages()
    for path in ("/", "/", "/add"):
        system.get(path)
    wanted = {**before, "/": before.get("/", 0) + 2, "/add": before.get("/add", 0) + 1}

    system.wait_until(f"report says {wanted}", lambda: system.pages() == wanted)
    return f"{sum(wanted.values())} page loads, all counted"


def a_service_that_is_down_is_told(system: System) -> str:
    """Stop the adder, ask for a sum, start it, ask again."""
    system.type("stop adder")
    system.wait_until("adder is stopped", lambda: not system.is_ready("adder"))
    answer = system.post_sum(1, 2)
    system.type("start adder")
    system.wait_until_ready("adder")
    after = system.post_sum(1, 2)

    expect(is_so=answer.status_code == 503, wanted="503 while adder is down", got=answer.status_code)
    expect(is_so="The adder service is down" in answer.text, wanted="a page that says so", got=answer.text)
    expect(is_so=not re.search("Traceback|Error", answer.text), wanted="no traceback", got=answer.text)
    expect(is_so="result = 3" in after.text, wanted="result = 3 when adder is up again", got=after.text)
    return "503 and a page that says so; up again, result = 3"


CHECKS = (
    a_sum_is_added,
    what_is_no_number_is_refused,
    the_sum_is_in_the_history,
    every_page_is_counted,
    a_service_that_is_down_is_told,
)
