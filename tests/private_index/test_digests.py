"""What was announced of a file is what arrived, or nothing is kept; and all that is wrong is told at once."""

from __future__ import annotations

import pytest

from tests.hand_made import metadata
from tests.real_index import Index, Make, Post, files_of

WHEEL = "acme_one-1.0-py3-none-any.whl"


@pytest.mark.parametrize(("field", "digits"), [("sha256_digest", 64), ("blake2_256_digest", 64), ("md5_digest", 32)])
def test_a_wrong_digest_is_refused(strict_index: Index, post: Post, make_wheel: Make, field: str, digits: int) -> None:
    answer = post(strict_index, make_wheel(), fields={field: "0" * digits})

    assert answer.status_code == 400
    assert "was announced; send it again" in answer.text
    assert files_of(strict_index) == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        pytest.param({"sha256_digest": "0" * 63}, "the sha256_digest of {} is not 64 hex digits", id="short"),
        pytest.param({"blake2_256_digest": "g" * 64}, "the blake2_256_digest of {} is not 64 hex digits", id="not hex"),
        pytest.param({"md5_digest": "0" * 64}, "the md5_digest of {} is not 32 hex digits", id="long"),
        pytest.param(
            {"sha256_digest": None, "blake2_256_digest": ""}, "{} came without a sha256_digest or a", id="none at all"
        ),
    ],
)
def test_a_digest_that_can_be_nobodys_is_refused(
    strict_index: Index, post: Post, make_wheel: Make, fields: dict[str, str | None], sentence: str
) -> None:
    answer = post(strict_index, make_wheel(), fields=fields)

    assert answer.status_code == 400
    assert sentence.format(WHEEL) in answer.text
    assert files_of(strict_index) == []


@pytest.mark.parametrize("missing", ["sha256_digest", "blake2_256_digest"])
def test_one_strong_digest_is_enough(index: Index, post: Post, make_wheel: Make, missing: str) -> None:
    assert post(index, make_wheel(), fields={missing: None}).status_code == 200


def test_all_faults_of_an_upload_are_told_at_once(strict_index: Index, post: Post, make_wheel: Make) -> None:
    wheel = make_wheel(inside=metadata("other", "1.0", "Requires-Python: three"), members={"../x": b""})
    fields: dict[str, str | None] = {"version": "9", "sha256_digest": "0" * 64, "md5_digest": "x"}

    in_text = post(strict_index, wheel, fields=fields)
    in_json = post(strict_index, wheel, fields=fields, headers={"Accept": "application/json"})

    said = in_text.text.splitlines()
    expected = (
        "outside of its folder",
        "its metadata disagree",
        "Requires-Python",
        "its form disagree",
        "was announced",
        "not 32 hex",
    )
    assert in_text.status_code == 400
    assert len(said) == len(expected)
    assert all(part in sentence for part, sentence in zip(expected, said, strict=True))
    assert in_json.json()["errors"] == said
    assert in_json.json()["message"] == "\n".join(said)


def test_a_bad_name_does_not_hide_a_bad_digest(strict_index: Index, post: Post, make_wheel: Make) -> None:
    answer = post(strict_index, make_wheel(), filename="acme_one-1.0.egg", fields={"sha256_digest": "x"})

    assert ["build a wheel" in answer.text, "not 64 hex digits" in answer.text] == [True, True]
