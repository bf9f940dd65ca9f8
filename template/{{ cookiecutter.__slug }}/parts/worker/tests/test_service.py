"""What the worker does with a message, without a queue."""

import pytest

from {{ cookiecutter.__package }}.service import BadMessageError, handle


def test_a_text_is_answered_with_its_name() -> None:
    assert handle({"text": "Release 2.0"}) == {"text": "Release 2.0", "name": "release-2-0"}


@pytest.mark.parametrize("message", [{}, {"text": 1}, [], "text", None])
def test_what_is_no_message_is_refused(message: object) -> None:
    with pytest.raises(BadMessageError, match="a message looks like"):
        handle(message)
