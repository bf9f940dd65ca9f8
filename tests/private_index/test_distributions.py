"""Core metadata: every version of it that parses is taken, and what would stop installers is not."""

from __future__ import annotations

import pytest

from private_index import distributions
from private_index.distributions import read_distribution
from tests.archives import refusals
from tests.hand_made import metadata
from tests.real_index import Make

WHEEL = "acme_one-1.0-py3-none-any.whl"


@pytest.mark.parametrize("said", ["1.0", "2.1", "2.4", "2.5", "2.6", "2.7", "3.0"])
def test_metadata_of_every_version_is_taken(make_wheel: Make, said: str) -> None:
    inside = metadata("acme-one", "1.0", "Import-Name: acme_one\nImport-Namespace: acme\nUnheard-Of: x\n")

    wheel = make_wheel(inside=inside.replace(b"2.4", said.encode()))

    assert read_distribution(wheel, WHEEL).metadata.startswith(f"Metadata-Version: {said}\n".encode())


@pytest.mark.parametrize(
    ("name", "version", "filename"),
    [
        pytest.param("acme-one", "1.0+local.1", "acme_one-1.0+local.1-py3-none-any.whl", id="local version"),
        pytest.param("acme-one", "1!2.0", "acme_one-1!2.0-py3-none-any.whl", id="epoch"),
        pytest.param("acme-one", "1.0", "acme_one-1.0-py3-none-any-cu12_8.whl", id="variant label"),
        pytest.param("acme-one", "1.0", "acme_one-1.0-7-cp399-cp399-beos_9_quantum-null.whl", id="unheard-of platform"),
        pytest.param("Acme.One", "1.0.0", "Acme.One-1.0-py3-none-any.whl", id="another spelling"),
    ],
)
def test_what_a_standard_allows_is_taken(make_wheel: Make, name: str, version: str, filename: str) -> None:
    wheel = make_wheel(name, version, filename=filename)

    assert read_distribution(wheel, filename).name == "acme-one"


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        pytest.param("Requires-Dist: acme two\n", "Requires-Dist 'acme two'", id="bad requirement"),
        pytest.param("Name: acme-one\n", "more than one Name", id="two names"),
        pytest.param("Requires-Python: >=3\nRequires-Python: >=2\n", "more than one Requires-Python", id="two Pythons"),
    ],
)
def test_metadata_that_stops_installers_is_refused(make_wheel: Make, extra: str, sentence: str) -> None:
    assert sentence in refusals(make_wheel(extra=extra))[0]


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        pytest.param("Requires-Dist: a\n" * 4_100, "more than 4,096 fields", id="many fields"),
        pytest.param("".join(f"X{number}:\r" for number in range(300)), "more than 256 kinds of fields", id="kinds"),
        pytest.param("X: y\n" + " z\n" * 400_000, "more than 1,048,576 bytes", id="a long field"),
        pytest.param("Content-Type: multipart/mixed; boundary=x\n", "a Content-Type of a message", id="messages"),
        pytest.param(f"Requires-Python: >={'1' * 5000}\n", "Requires-Python has more than 256", id="a long number"),
        pytest.param(f"Requires-Dist: a; {'(' * 5000}\n", "has more than 4,096 characters", id="a long requirement"),
        pytest.param(f"Requires-Dist: a; {'(' * 4000}\n", "is not valid: Requires-Dist 'a; (((", id="many brackets"),
    ],
)
def test_metadata_that_would_take_parsers_to_their_limits_is_refused(
    make_wheel: Make, extra: str, sentence: str
) -> None:
    assert sentence in refusals(make_wheel(extra=extra))[0]


def test_metadata_of_very_many_fields_is_refused_before_it_is_parsed(
    make_wheel: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parse(_: bytes) -> None:
        pytest.fail("it was parsed")

    monkeypatch.setattr(distributions, "parse_email", parse)

    assert "more than 4,096 fields" in refusals(make_wheel(extra="A:\n" * 100_000))[0]


def test_a_version_of_more_digits_than_python_reads_is_refused(make_wheel: Make) -> None:
    wheel = make_wheel(inside=metadata("acme-one", "1" * 5000))

    assert f"the version there is '{'1' * 256}…'" in refusals(wheel)[0]
