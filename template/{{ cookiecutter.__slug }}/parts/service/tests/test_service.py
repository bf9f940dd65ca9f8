"""What the service does, without HTTP."""

import pytest

from {{ cookiecutter.__package }}.service import name_of
from {{ cookiecutter.__package }}.settings import BadSettingError, Settings, read


def test_a_text_is_answered_with_its_name() -> None:
    assert name_of("Release 2.0") == {"text": "Release 2.0", "name": "release-2-0"}


def test_what_the_environment_does_not_say_has_a_default() -> None:
    assert read({}) == Settings()
    assert read({"HOST": "::1", "PORT": "1"}) == Settings(host="::1", port=1)
    assert read({"GRACE_SECONDS": "2"}) == Settings(grace_seconds=2)


@pytest.mark.parametrize("value", ["", "0", "-1", "http", "8000.5"])
def test_a_port_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(BadSettingError, match="it must be a whole number"):
        read({"PORT": value})
