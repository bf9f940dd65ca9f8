"""The upload form as a stream: however it is cut, whatever is done to it."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from private_index.blobs import Part
from private_index.errors import BadForm, IndexFault, ManyParts, TooLarge
from private_index.forms import (
    MOST_FIELD_BYTES,
    MOST_HEADER_BYTES,
    MOST_HEADERS,
    MOST_PARTS,
    Form,
    FormReader,
    parse_boundary,
)
from tests.hand_made_forms import BOUNDARY, a_form, a_part, mutate

LARGEST = 1_000_000

shared_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


ACTION = a_part('name=":action"', b"file_upload")
CONTENT = a_part('name="content"; filename="acme-1.0.tar.gz"', bytes(range(256)) * 3, "Content-Type: text/plain\r\n")
AFTER = a_part('name="attestations"', b"[]")
UNKNOWN = a_part('name="unheard-of"', "Zoë".encode())
OTHER_FILE = a_part('name="gpg_signature"; filename="acme-1.0.tar.gz.asc"', b"-----")
VALID = a_form(ACTION, UNKNOWN, CONTENT, OTHER_FILE, AFTER)


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., tuple[Form, bytes]]:
    """A function that reads a form from chunks and returns it with the bytes of its file."""

    def reading(*chunks: bytes, largest: int = LARGEST) -> tuple[Form, bytes]:
        reader = FormReader(BOUNDARY.encode(), lambda: Part(tmp_path), largest)
        try:
            for chunk in chunks:
                reader.feed(chunk)
                reader.flush()
            form = reader.finish()
            return form, form.part.path.read_bytes() if form.part else b""
        finally:
            reader.discard()

    return reading


Read = Callable[..., tuple[Form, bytes]]


@shared_folder
@given(cuts=st.lists(st.integers(0, len(VALID)), max_size=20).map(sorted))
def test_a_form_reads_the_same_wherever_it_is_cut(read: Read, cuts: list[int]) -> None:
    ends = [0, *cuts, len(VALID)]

    form, content = read(*(VALID[start:end] for start, end in pairwise(ends)))

    assert form.fields == {":action": ["file_upload"], "unheard-of": ["Zoë"], "attestations": ["[]"]}
    assert form.filename == "acme-1.0.tar.gz"
    assert content == bytes(range(256)) * 3


@shared_folder
@given(parts=st.permutations([ACTION, UNKNOWN, CONTENT, OTHER_FILE, AFTER]))
def test_the_order_of_the_fields_means_nothing(read: Read, parts: list[bytes]) -> None:
    form, content = read(a_form(*parts))

    assert form.values(":action") == ["file_upload"]
    assert content == bytes(range(256)) * 3


@shared_folder
@given(name=st.from_regex(r"[a-z_:]{1,30}", fullmatch=True), values=st.lists(st.text(), min_size=1, max_size=5))
def test_every_value_of_a_field_arrives(read: Read, name: str, values: list[str]) -> None:
    assume(name != "content")
    sent = [value for value in values if f"\r\n--{BOUNDARY}" not in value]
    parts = [a_part(f'name="{name}"', value.encode("utf-8", "ignore")) for value in sent]

    form, _ = read(a_form(*parts))

    assert form.fields.get(name, []) == [value.encode("utf-8", "ignore").decode() for value in sent]


@pytest.mark.parametrize("fuzzes", [2_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_no_malformed_form_fails_otherwise_than_with_a_sentence(read: Read, fuzzes: int) -> None:
    chance = random.Random(20261124)  # noqa: S311 - the same forms each time, not a secret
    refusals = []
    for _ in range(fuzzes):
        form = mutate(VALID, chance)
        middle = chance.randrange(len(form) + 1)
        try:
            read(form[:middle], form[middle:])
        except IndexFault as fault:
            refusals.append(fault)

    assert len(refusals) > fuzzes // 4
    assert all(fault.sentence for fault in refusals)
    assert {fault.status for fault in refusals} <= {400, 413}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        pytest.param(a_form(CONTENT, CONTENT), "two fields 'content'", id="two files"),
        pytest.param(a_form(a_part('name="content"', b"x")), "is no file", id="a file that is none"),
        pytest.param(a_form(a_part("x=y", b"x")), "has no name", id="no name"),
        pytest.param(VALID[:-20], "ended before its form was complete", id="cut"),
        pytest.param(a_form(a_part('name="a"', b"\xff")), "not in UTF-8", id="Latin-1"),
        pytest.param(
            a_form(a_part('name="a"', b"x", "X: y\r\n" * MOST_HEADERS)), "no readable form", id="many headers"
        ),
        pytest.param(
            a_form(a_part('name="a"', b"x", f"X: {'y' * MOST_HEADER_BYTES}\r\n")),
            "no readable form",
            id="a long header",
        ),
    ],
)
def test_a_malformed_form_is_refused_with_the_reason(read: Read, body: bytes, sentence: str) -> None:
    with pytest.raises(BadForm, match=sentence):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(a_form(a_part('name="content"; filename="a"', b"x" * (LARGEST + 1))), id="a large file"),
        pytest.param(a_form(a_part('name="a"', b"x" * (MOST_FIELD_BYTES + 1))), id="a large field"),
        pytest.param(a_form(a_part('name="a"; filename="b"', b"x" * 6_000_000)), id="a large file that is passed over"),
    ],
)
def test_a_form_that_is_too_large_is_refused(read: Read, body: bytes) -> None:
    with pytest.raises(TooLarge):
        read(body)


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(a_part('name="a"', b""), id="fields"),
        pytest.param(a_part('name="a"; filename="b"', b""), id="files that are passed over"),
    ],
)
def test_a_form_of_very_many_parts_is_refused(read: Read, part: bytes) -> None:
    assert read(a_form(*[part] * MOST_PARTS))

    with pytest.raises(ManyParts, match="more than the 4,096 parts"):
        read(a_form(*[part] * (MOST_PARTS + 1)))


# Headers come in as Latin-1.
@shared_folder
@given(st.text(st.characters(max_codepoint=255)).map("multipart/form-data; boundary{}".format))
def test_any_content_type_has_a_boundary_or_is_refused(content_type: str) -> None:
    with suppress(BadForm):
        boundary = parse_boundary(content_type)

        FormReader(boundary, lambda: Part(Path()), 1)

        assert boundary
