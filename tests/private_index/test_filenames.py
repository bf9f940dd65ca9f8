"""What a file's name promises, for every name that a standard allows and for any text at all."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version

from private_index.errors import BadFilename
from private_index.filenames import LONGEST_NAME, parse_filename

# A machine that is busy with other tests is no reason to fail.
unhurried = settings(deadline=None)

names = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9]|[_.](?=[A-Za-z0-9])){0,20}", fullmatch=True)
numbers = st.lists(st.integers(0, 99), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
versions = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "1!"]),
        numbers,
        st.sampled_from(["", "a1", "rc2"]),
        st.sampled_from(["", ".post3"]),
        st.sampled_from(["", ".dev4"]),
        st.sampled_from(["", "+local.1"]),
    ),
)
builds = st.sampled_from(["", "-1", "-2abc"])
tags = st.sampled_from(
    ["py3-none-any", "py2.py3-none-any", "cp313-cp313t-manylinux_2_28_x86_64", "cp315-abi3t-pyemscripten_2026_0_wasm32"]
)
labels = st.sampled_from(["", "-null", "-x86_64_v3", "-cu12.8", "-seventeen_letters"])


@unhurried
@given(name=names, version=versions, build=builds, tag=tags, label=labels)
def test_every_wheels_name_is_taken_apart(name: str, version: str, build: str, tag: str, label: str) -> None:
    found = parse_filename(f"{name}-{version}{build}-{tag}{label}.whl")

    assert found.kind == "wheel"
    assert found.name == canonicalize_name(name)
    assert found.version == str(Version(version))
    assert found.tags.endswith(f"variant={label[1:]}")


@unhurried
@given(name=names, version=versions)
def test_every_sdists_name_is_taken_apart(name: str, version: str) -> None:
    found = parse_filename(f"{name}-{version}.tar.gz")

    assert (found.kind, found.name, found.version) == ("sdist", canonicalize_name(name), str(Version(version)))


@unhurried
@given(name=names, version=numbers, zeros=st.integers(0, 3), end=st.tuples(builds, tags, labels))
def test_two_spellings_of_one_wheel_have_one_identity(
    name: str, version: str, zeros: int, end: tuple[str, str, str]
) -> None:
    build, tag, label = end
    one = f"{name}-{version}{build}-{tag}{label}.whl"
    other = f"{name.upper().replace('.', '_')}-{version}{'.0' * zeros}{build}-{tag.upper()}{label}.whl"

    assert parse_filename(other).identity == parse_filename(one).identity


@pytest.mark.parametrize(
    "other",
    [
        "acme-1.1-1-py3-none-any.whl",
        "acme-1.0-2-py3-none-any.whl",
        "acme-1.0-py3-none-any.whl",
        "acme-1.0-1-py2-none-any.whl",
        "acme-1.0-1-py3-none-any-null.whl",
        "acme2-1.0-1-py3-none-any.whl",
        "acme-1.0.tar.gz",
        "acme-1!1.0-1-py3-none-any.whl",
        "acme-1.0+local-1-py3-none-any.whl",
    ],
)
def test_what_installers_tell_apart_has_another_identity(other: str) -> None:
    assert parse_filename(other).identity != parse_filename("acme-1.0-1-py3-none-any.whl").identity


@unhurried
@given(
    st.one_of(st.text(), st.text().map(lambda text: f"{text}.whl"), st.text().map(lambda text: f"acme-{text}.tar.gz"))
)
def test_any_text_is_a_safe_name_or_a_refusal(text: str) -> None:
    with suppress(BadFilename):
        found = parse_filename(text)

        assert found.text == text
        assert text.isascii()
        assert not set(text) & set("/\\\0 ")
        assert not text.startswith(".")
        assert len(text) <= LONGEST_NAME


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("acme-1.0-py3.11.egg", "build a wheel", id="egg"),
        pytest.param("acme-1.0.zip", "PEP 625", id="zip"),
        pytest.param("acme-1.0-py3-none-any-Label.whl", "variant label", id="upper-case label"),
        pytest.param("acme-1.0-1-py3-none-any-a-b.whl", "wrong number of parts", id="two labels"),
        pytest.param("acme-one-py3-none-any.whl", "invalid version", id="no version"),
    ],
)
def test_a_bad_name_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(BadFilename, match=reason):
        parse_filename(text)
