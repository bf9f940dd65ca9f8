"""Guards of the build find what is wrong with the two files, before anybody else can."""

import os
from pathlib import Path
from zipfile import ZipFile

import pytest

from modpress.builds import build
from modpress.guards.built import Contents, License, Metadata, Names, OwnFiles, Record, Reproducible, Size
from modpress.guards.shape import Outcome, passed
from modpress.module import Module
from tests.hand_made import write_sdist, write_wheel
from tests.modpress.conftest import Modules
from tests.modpress.guards.conftest import README, MakeCase, hand_made

BUILD = [OwnFiles(), Names(), Metadata(), Record(), Contents(), License(), Size(), Reproducible()]
INSIDE = f"Metadata-Version: 2.4\nName: acme-one\nVersion: 1.0\n{README}\n# One\n".encode()
CLOCK = """
import time
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class Clock(BuildHookInterface):
    def initialize(self, version, data):
        with open("src/{package}/built.txt", "w") as stream:
            stream.write(str(time.time_ns()))
"""


@pytest.mark.parametrize("guard", BUILD, ids=lambda guard: guard.name)
def test_a_build_without_fault_passes(guard: OwnFiles, make_case: MakeCase) -> None:
    assert guard.check(make_case()) == passed()


def test_own_files_finds_another_version(make_case: MakeCase, tmp_path: Path) -> None:
    release = hand_made(tmp_path)
    write_wheel(release.wheel.path.parent, "acme-one", "0.9")

    verdict = OwnFiles().check(make_case(release=release))

    assert verdict.sentences == ("the build made a file that is not this version's: acme_one-0.9-py3-none-any.whl",)


@pytest.mark.parametrize(
    ("name", "version", "said"),
    [
        pytest.param("acme-two", "1.0", "acme-two 1.0", id="another name"),
        pytest.param("acme-one", "1.1", "acme-one 1.1", id="another version"),
    ],
)
def test_names_wants_what_pyproject_says(
    name: str, version: str, said: str, make_case: MakeCase, tmp_path: Path
) -> None:
    inside = INSIDE.replace(b"acme-one", name.encode()).replace(b"Version: 1.0", f"Version: {version}".encode())
    wheel = write_wheel(tmp_path, name, version, inside=inside)

    verdict = Names().check(make_case(release=hand_made(tmp_path), wheel=wheel))

    assert verdict.sentences == (f"{wheel.name}: it says it is {said}, but pyproject.toml says acme-one 1.0",)


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        pytest.param(INSIDE.removesuffix(b"# One\n"), "`long_description` missing", id="no description"),
        pytest.param(INSIDE.replace(b"\n\n", b"\nRequires-Python: fourteen\n\n"), "fourteen", id="no Python"),
        pytest.param(INSIDE.replace(b"\n\n", b"\nClassifier: Nice\n\n"), "'Nice' is no classifier", id="a classifier"),
        pytest.param(
            INSIDE.replace(b"text/markdown", b"text/x-rst").replace(b"# One", b"*One"), "syntax errors", id="rst"
        ),
    ],
)
def test_metadata_are_judged_strictly(inside: bytes, sentence: str, make_case: MakeCase, tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path, "acme-one", "1.0", inside=inside)

    verdict = Metadata().check(make_case(release=hand_made(tmp_path), wheel=wheel))

    assert sentence in " ".join(verdict.sentences)


def test_metadata_may_keep_a_module_private(make_case: MakeCase, tmp_path: Path) -> None:
    private = INSIDE.replace(b"\n\n", b"\nClassifier: Private :: Do Not Upload\n\n")
    wheel = write_wheel(tmp_path, "acme-one", "1.0", inside=private)

    assert Metadata().check(make_case(release=hand_made(tmp_path), wheel=wheel)) == passed()


def test_record_finds_a_wrong_digest(make_case: MakeCase, tmp_path: Path) -> None:
    release = hand_made(tmp_path)
    with ZipFile(release.wheel.path) as before:
        members = {name: before.read(name) for name in before.namelist()}
    with ZipFile(release.wheel.path, "w") as after:
        for name, content in {**members, "acme_one/__init__.py": b"changed", "acme_one/late.py": b""}.items():
            after.writestr(name, content)

    verdict = Record().check(make_case(release=release))

    said = " ".join(verdict.sentences)
    assert "acme_one/__init__.py" in said
    assert "acme_one/late.py is not mentioned in RECORD" in said


def test_contents_finds_an_empty_wheel(make_case: MakeCase, tmp_path: Path) -> None:
    release = hand_made(tmp_path, members={"tests/test_a.py": b"", "junk.pyc": b"1"})

    verdict = Contents().check(make_case(release=release))

    assert {"W001", "W005"} <= {word.strip(":") for each in verdict.sentences for word in each.split()}


def test_contents_finds_a_data_file_that_the_sdist_drops(make_case: MakeCase, module: Path) -> None:
    with (module / "pyproject.toml").open("a") as stream:
        stream.write('[tool.hatch.build.targets.sdist]\nexclude = ["*.json"]\n')

    (sentence,) = Contents().check(make_case(module)).sentences

    assert "W101" in sentence
    assert "names.json" in sentence


def test_contents_may_be_configured_by_the_module(make_case: MakeCase, tmp_path: Path) -> None:
    release = hand_made(tmp_path, members={"tests/test_a.py": b""})
    with (tmp_path / "pyproject.toml").open("a") as stream:
        stream.write('[tool.check-wheel-contents]\nignore = ["W005", "W009"]\n')

    assert Contents().check(make_case(release=release)) == passed()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        pytest.param('license-files = ["LICENSE"]\n', "the wheel has no license file: add license-files", id="file"),
        pytest.param('license = "MIT"\n', 'name no license: add license = "MIT"', id="name"),
    ],
)
def test_license_wants_both_the_name_and_the_text(line: str, sentence: str, make_case: MakeCase, module: Path) -> None:
    pyproject = module / "pyproject.toml"
    without = pyproject.read_text().replace(line, "license-files = []\n" if "files" in line else "")
    pyproject.write_text(without)

    (found,) = License().check(make_case(module)).sentences

    assert sentence in found


def test_license_is_asked_of_who_has_one(make_case: MakeCase, tmp_path: Path) -> None:
    assert License().check(make_case(release=hand_made(tmp_path))).outcome is Outcome.SKIPPED


def test_size_names_the_largest_file_within(make_case: MakeCase, tmp_path: Path) -> None:
    release = hand_made(tmp_path, members={"acme_one/big.bin": os.urandom(2_000_000)})
    with (tmp_path / "pyproject.toml").open("a") as stream:
        stream.write("[tool.modpress]\nmax-megabytes = 1\n")

    (sentence,) = Size().check(make_case(release=release)).sentences

    assert sentence.endswith("has 2 MB, and 1 are allowed; the largest file in it is acme_one/big.bin")


def test_reproducible_names_what_differs(make_case: MakeCase, modules: Modules) -> None:
    folder = modules.make("acme-one", extra="[tool.hatch.build.hooks.custom]\n")
    (folder / "hatch_build.py").write_text(CLOCK.replace("{package}", "acme_one"))

    verdict = Reproducible().check(make_case(folder))

    assert "acme_one/built.txt differ" in " ".join(verdict.sentences)


def test_the_same_commit_has_the_same_bytes_with_other_dates(make_case: MakeCase, module: Path, tmp_path: Path) -> None:
    first = make_case(module).release
    for path in module.rglob("*"):
        os.utime(path, (1, 1))

    again = build(Module.read(module), tmp_path / "again")

    assert [each.sha256 for each in again.files] == [each.sha256 for each in first.files]


@pytest.mark.parametrize("guard", [Names(), Metadata()], ids=lambda guard: guard.name)
def test_garbage_is_named(guard: Names, make_case: MakeCase, tmp_path: Path) -> None:
    release = hand_made(tmp_path)
    release.wheel.path.write_bytes(b"garbage")
    release.sdist.path.write_bytes(b"garbage")

    with pytest.raises(Exception, match="zip"):
        guard.check(make_case(release=release))


def test_nothing_is_printed(make_case: MakeCase, capfd: pytest.CaptureFixture[str]) -> None:
    Metadata().check(make_case())

    assert capfd.readouterr() == ("", "")


def test_an_sdist_is_read_too(make_case: MakeCase, tmp_path: Path) -> None:
    inside = INSIDE.replace(b"Version: 1.0", b"Version: 1.1")
    sdist = write_sdist(tmp_path, "acme-one", "1.0", inside=inside)

    (sentence,) = Names().check(make_case(release=hand_made(tmp_path), sdist=sdist)).sentences

    assert sentence == f"{sdist.name}: it says it is acme-one 1.1, but pyproject.toml says acme-one 1.0"
