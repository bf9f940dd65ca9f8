"""What a wheel or an sdist may hold: every lie, trick and bomb is told, all of one file at once."""

from __future__ import annotations

import gzip
import hashlib
import io
import random
import struct
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from private_index import members
from private_index.distributions import read_distribution
from private_index.errors import IndexFault, SeveralFaults, UnreadableArchive
from tests.archives import refusals, rewrite
from tests.hand_made import metadata
from tests.real_index import Make

INFO = "acme_one-1.0.dist-info"
WHEEL = "acme_one-1.0-py3-none-any.whl"
SDIST = "acme_one-1.0.tar.gz"
MUTATIONS = 600


def test_what_large_projects_need_is_taken(make_wheel: Make) -> None:
    extra = "Requires-Dist: acme-two>=1; python_version > '3'\n" * 2_000
    wheel = make_wheel(inside=metadata("acme-one", "1.0", extra) + b"A: long description\n" * 100_000)

    assert read_distribution(wheel, WHEEL).version == "1.0"


def test_all_faults_of_a_file_are_told_at_once(make_wheel: Make) -> None:
    wheel = make_wheel(inside=metadata("other", "2.0", "Requires-Python: three\n"))
    rewrite(wheel, lambda contents: contents.update({f"{INFO}/WHEEL": b"Wheel-Version: 2.0\n", "../x": b""}))

    said = refusals(wheel)

    assert len(said) == 8
    assert [sentence for sentence in said if "outside of its folder" in sentence]
    assert [sentence for sentence in said if "has no entry for ../x" in sentence]
    assert [sentence for sentence in said if "has a wrong digest" in sentence]
    assert [sentence for sentence in said if "has a wrong size" in sentence]
    assert [sentence for sentence in said if "format 2.0" in sentence]
    assert [sentence for sentence in said if "the name there is 'other'" in sentence]
    assert [sentence for sentence in said if "the version there is '2.0'" in sentence]
    assert [sentence for sentence in said if "Requires-Python" in sentence]


def write_tar(folder: Path, *entries: tarfile.TarInfo | tuple[str, bytes], tail: bytes = b"") -> Path:
    """Write an sdist of a PKG-INFO and further members."""
    path = folder / SDIST
    everything = [("acme_one-1.0/PKG-INFO", metadata("acme-one", "1.0")), *entries]
    with gzip.open(path, "wb", compresslevel=1) as stream:
        with tarfile.open(fileobj=stream, mode="w") as archive:
            for entry in everything:
                info = entry if isinstance(entry, tarfile.TarInfo) else tarfile.TarInfo(entry[0])
                content = b"" if isinstance(entry, tarfile.TarInfo) else entry[1]
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        stream.write(tail)
    return path


def a_link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    """Return a link, or whatever the kind says."""
    link = tarfile.TarInfo(f"acme_one-1.0/{name}")
    link.type, link.linkname = kind, target
    return link


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        pytest.param([a_link("x", "/etc/passwd")], "links to outside", id="absolute symlink"),
        pytest.param([a_link("x", "../../etc/passwd")], "links to outside", id="symlink upwards"),
        pytest.param([a_link("x", "/etc/passwd", tarfile.LNKTYPE)], "links to outside", id="absolute hard link"),
        pytest.param([a_link("x", "../passwd", tarfile.LNKTYPE)], "links to outside", id="hard link upwards"),
        pytest.param([a_link("x", "C:\\Windows")], "links to outside", id="a drive"),
        pytest.param([a_link("a/b", ".."), a_link("c", "a/b/../../x")], "links to outside", id="through another link"),
        pytest.param([a_link("a", "."), ("acme_one-1.0/a/x", b"")], "through a link", id="a member below a link"),
        pytest.param([a_link("x", "", tarfile.CHRTYPE)], "neither a file", id="character device"),
        pytest.param([a_link("x", "", tarfile.BLKTYPE)], "neither a file", id="block device"),
        pytest.param([a_link("x", "", tarfile.FIFOTYPE)], "neither a file", id="pipe"),
        pytest.param([("acme_one-1.0/x", b""), ("acme_one-1.0/./x", b"")], "more than once", id="twice"),
        pytest.param([("C:/x", b"")], "outside of its folder", id="a drive's name"),
        pytest.param([("acme_one-1.0\\..\\x", b"")], "outside of its folder", id="backslashes"),
    ],
)
def test_a_member_that_reaches_out_is_refused(
    tmp_path: Path, entries: list[tarfile.TarInfo | tuple[str, bytes]], sentence: str
) -> None:
    assert any(sentence in said for said in refusals(write_tar(tmp_path, *entries)))


def test_links_inside_of_an_sdist_are_taken(tmp_path: Path) -> None:
    sdist = write_tar(
        tmp_path,
        ("acme_one-1.0/lib.so.1.2", b""),
        a_link("lib.so.1", "lib.so.1.2"),
        a_link("lib.so", "lib.so.1"),
        a_link("docs/readme", "../PKG-INFO"),
        a_link("hard", "acme_one-1.0/PKG-INFO", tarfile.LNKTYPE),
    )

    assert read_distribution(sdist, SDIST).name == "acme-one"


def test_what_follows_the_last_member_of_an_sdist_is_refused(tmp_path: Path) -> None:
    assert "something follows its last member" in refusals(write_tar(tmp_path, tail=b"evil" * 1000))[0]


def test_an_sdist_that_says_two_things_of_itself_is_refused(tmp_path: Path) -> None:
    other = metadata("acme-one", "1.0", "Requires-Python: >=3.99\n")

    said = refusals(write_tar(tmp_path, ("acme-one-1.0/PKG-INFO", other)))

    assert "it holds several PKG-INFO: acme-one-1.0/PKG-INFO, acme_one-1.0/PKG-INFO" in said[0]


def many_in_a_wheel(folder: Path, count: int) -> Path:
    """Write a wheel with a directory of very many members, each without a single byte of its own."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 3, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(entry) * count, 0, 0)
    path = folder / WHEEL
    path.write_bytes(entry * count + end)
    return path


def long_description(folder: Path, size: int) -> Path:
    """Write an sdist with one member whose extended header unpacks to very much."""
    header = tarfile.TarInfo("acme_one-1.0/x")
    header.type, header.size = tarfile.XHDTYPE, size
    path = folder / SDIST
    with gzip.open(path, "wb", compresslevel=1) as stream:
        stream.write(header.tobuf())
        for _ in range(size // 1_000_000):
            stream.write(b"\0" * 1_000_000)
    return path


def endless_end(folder: Path, size: int) -> Path:
    """Write an sdist with very much padding behind its last member."""
    return write_tar(folder, tail=b"\0" * size)


@pytest.mark.parametrize(
    ("make", "size"),
    [
        pytest.param(many_in_a_wheel, 600_000, id="many members of a wheel"),
        pytest.param(long_description, 60_000_000, id="a long description"),
        pytest.param(endless_end, 80_000_000, id="an endless end"),
    ],
)
def test_a_bomb_costs_little_memory(tmp_path: Path, make: Callable[[Path, int], Path], size: int) -> None:
    path = make(tmp_path, size)

    tracemalloc.start()
    said = refusals(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert any(reason in said[0] for reason in ("more than", "far too large", "unpacks to far more"))
    assert peak < 100_000_000


def test_an_sdist_of_very_many_members_is_refused(tmp_path: Path) -> None:
    path = tmp_path / SDIST
    member = tarfile.TarInfo("acme_one-1.0/x").tobuf()
    path.write_bytes(gzip.compress(member * (members.MOST_MEMBERS + 1), compresslevel=1))

    assert "more than 100,000 members" in refusals(path)[0]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(("acme_one-1.0/" + "a/" * 2_048, b""), id="a name"),
        pytest.param(a_link("y", "a/" * 2_049), id="a link's target"),
    ],
)
def test_a_path_that_no_file_system_takes_is_refused_before_it_is_walked(
    tmp_path: Path, entry: tarfile.TarInfo | tuple[str, bytes]
) -> None:
    said = refusals(write_tar(tmp_path, a_link("x", "y"), entry))

    assert "the path of a member has more than 4,096 characters" in said[0]


@pytest.mark.parametrize(
    ("make", "count"),
    [
        pytest.param(lambda name: (f"acme_one-1.0/{name}", b""), 9_000, id="files"),
        pytest.param(lambda name: a_link(name, "x"), 200, id="links"),
    ],
)
def test_paths_that_are_far_too_long_together_are_refused(
    tmp_path: Path, make: Callable[[str], tarfile.TarInfo | tuple[str, bytes]], count: int
) -> None:
    said = refusals(write_tar(tmp_path, *(make(f"{number}/" + "a/" * 2000) for number in range(count))))

    assert "the paths of its members are far too long" in said[0]


@pytest.mark.parametrize(
    ("target", "is_out"),
    [
        pytest.param("a/../b", False, id="back again"),
        pytest.param("./a//b/../../c", False, id="steps that are none"),
        pytest.param("link/../c", True, id="back over a link"),
        pytest.param("a/./link/c", False, id="a name like a link's elsewhere"),
        pytest.param("a/../link/c", True, id="to a link by a detour"),
        pytest.param("link", False, id="a link itself"),
    ],
)
def test_a_way_leads_through_a_link_where_the_disk_would_follow_one(
    tmp_path: Path,
    target: str,
    is_out: bool,  # noqa: FBT001 - a row of a table
) -> None:
    sdist = write_tar(tmp_path, a_link("link", "folder"), a_link("x", target))

    if is_out:
        assert "links to outside" in refusals(sdist)[0]
    else:
        assert read_distribution(sdist, SDIST).name == "acme-one"


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_however_an_archive_is_damaged_it_is_refused_in_a_sentence(
    make_wheel: Make, make_sdist: Make, kind: str
) -> None:
    path = {"wheel": make_wheel, "sdist": make_sdist}[kind]()
    whole = path.read_bytes()
    chance = random.Random(4)  # noqa: S311 - the same damages each time, not a secret
    harmless = 0
    for _ in range(MUTATIONS):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        try:
            read_distribution(path, path.name)
        except IndexFault:
            continue
        harmless += 1

    # Dates, flags and the padding of a checksum may be anything.
    assert harmless < MUTATIONS // 3


def test_several_faults_have_the_gravest_status() -> None:
    several = SeveralFaults([UnreadableArchive("a", "b"), _Forbidden("c")])

    assert several.status == 403
    assert several.sentence.count("\n") == 1


class _Forbidden(IndexFault):
    status = 403


def test_a_list_of_many_names_is_kept_short() -> None:
    assert members.listed([hashlib.md5(b"").hexdigest()] * 7).endswith(" and 2 more")  # noqa: S324 - any text
