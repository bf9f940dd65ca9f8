"""The wheel is tried where the tree is not: imports, what they need, and the module's own tests."""

import re
import shutil
from pathlib import Path

import pytest

from modpress.builds import build
from modpress.guards.code import Declared, Importable, Tests, imports_in
from modpress.guards.sets import Bounds, Cycles, Resolvable
from modpress.guards.shape import Outcome, passed
from modpress.module import Module
from modpress.release import Release
from tests.hand_made import write_wheel
from tests.modpress.conftest import Modules
from tests.modpress.guards.conftest import Made, MakeCase, hand_made, package, upload
from tests.real_index import Index

# What needs a package that a test can bring along.
TESTS = """
from importlib.resources import files
import {package}

def test_names() -> None:
    assert "site-packages" in {package}.__file__
    assert files("{package}").joinpath("names.json").read_text() == "{{}}\\n"
"""


def sibling(folder: Path, name: str, version: str = "1.0", **wheel: object) -> Release:
    """Return a release that goes out with another."""
    folder.mkdir()
    return hand_made(folder, name, version, **wheel)


def requiring(*requirements: str) -> bytes:
    """Return metadata that require something."""
    lines = "".join(f"Requires-Dist: {each}\n" for each in requirements)
    return f"Metadata-Version: 2.4\nName: acme-one\nVersion: 1.0\n{lines}\n# One\n".encode()


@pytest.mark.parametrize("guard", [Resolvable(), Importable(), Declared()], ids=lambda guard: guard.name)
def test_a_wheel_without_fault_passes(guard: Resolvable, make_case: MakeCase) -> None:
    assert guard.check(make_case()) == passed()


def test_resolvable_tells_what_nobody_has(make_case: MakeCase, tmp_path: Path) -> None:
    case = make_case(release=hand_made(tmp_path, inside=requiring("acme-nowhere>=9")))

    (sentence,) = Resolvable().check(case).sentences

    assert sentence.startswith("it cannot be installed: ")
    assert "acme-nowhere" in sentence


def test_what_is_not_installed_is_not_tried(make_case: MakeCase, tmp_path: Path) -> None:
    case = make_case(release=hand_made(tmp_path, inside=requiring("acme-nowhere>=9")))

    outcomes = [guard.check(case).outcome for guard in (Importable(), Declared())]

    assert outcomes == [Outcome.SKIPPED, Outcome.SKIPPED]


def test_a_sibling_counts_as_if_the_index_had_it(make_case: MakeCase, tmp_path: Path) -> None:
    two = sibling(tmp_path / "two", "acme-two")
    one = hand_made(tmp_path, inside=requiring("acme-two>=1.0"), code="import acme_two")
    case = make_case(release=one, siblings=[two])

    verdicts = [guard.check(case) for guard in (Resolvable(), Importable(), Declared(), Bounds())]

    assert verdicts == [passed()] * 4


def test_importable_tells_why_not(make_case: MakeCase, tmp_path: Path) -> None:
    case = make_case(release=hand_made(tmp_path, code="raise RuntimeError('no database')"))

    verdict = Importable().check(case)

    assert verdict.sentences == ("import acme_one fails: RuntimeError: no database",)


def test_declared_finds_what_nothing_brings(make_case: MakeCase, tmp_path: Path) -> None:
    case = make_case(release=hand_made(tmp_path, code="\ndef later():\n    import acme_other.part\n"))

    verdict = Declared().check(case)

    assert verdict.sentences == (
        "acme_one/__init__.py:3 imports acme_other, and no dependency brings it: add the one that does",
    )


NAMESPACE = """
import shared, shared.one
from shared import one
from shared.one import anything
def later():
    from shared import two
"""


@pytest.mark.parametrize(
    ("needs", "sentences"),
    [
        pytest.param(
            [],
            ("shared/one/__init__.py:6 imports shared.two, and no dependency brings it: add the one that does",),
            id="nobody's",
        ),
        pytest.param(["acme-two"], (), id="a declared sibling's"),
    ],
)
def test_declared_tells_parts_of_a_namespace_apart(
    make_case: MakeCase, tmp_path: Path, needs: list[str], sentences: tuple[str, ...]
) -> None:
    two = sibling(tmp_path / "two", "acme-two", members={"shared/two/__init__.py": b""})
    one = hand_made(tmp_path, inside=requiring(*needs), members={"shared/one/__init__.py": NAMESPACE.encode()})

    verdict = Declared().check(make_case(release=one, siblings=[two]))

    assert verdict.sentences == sentences


def test_declared_finds_what_comes_by_chance(make_case: MakeCase, tmp_path: Path) -> None:
    needs_three = requiring("acme-three").replace(b"acme-one", b"acme-two")
    siblings = [
        sibling(tmp_path / "two", "acme-two", inside=needs_three),
        sibling(tmp_path / "three", "acme-three"),
    ]
    one = hand_made(tmp_path, inside=requiring("acme-two"), code="import acme_two, acme_three")

    verdict = Declared().check(make_case(release=one, siblings=siblings))

    (sentence,) = verdict.sentences
    assert sentence.startswith("acme_one/__init__.py:1 imports acme_three, which comes from acme-three, and only by ")


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("try:\n    import other\nexcept ImportError:\n    other = None\n", id="may be missing"),
        pytest.param("if TYPE_CHECKING:\n    import other\n", id="for types"),
        pytest.param("if sys.platform == 'win32':\n    import winreg\n", id="of one system"),
        pytest.param("import {{ name }}\n", id="no Python"),
        pytest.param("from . import other\nfrom .other import this\n", id="relative"),
    ],
)
def test_what_a_module_can_do_without_needs_no_declaration(code: str) -> None:
    assert imports_in(code) == {}


def test_imports_are_found_at_any_depth() -> None:
    code = "import a.b, c as d\nfrom e.f import g\nfrom j.k import *\ndef h():\n    try: import i\n    finally: pass\n"

    assert imports_in(code) == {"a.b": 1, "c": 1, "e.f.g": 2, "j.k": 3, "i": 5}


@pytest.fixture
def tested(module: Path, model: Made, team: Index) -> Path:
    """A module with a test, and an index that has a pytest of our own making."""
    (module / "tests").mkdir()
    name = package(model.release.module.name)
    (module / "tests" / "test_names.py").write_text(TESTS.format(package=name))
    with (module / "pyproject.toml").open("a") as stream:
        stream.write('[dependency-groups]\ntest = ["pytest"]\n')
    # A stranger's pytest would have to be fetched: this one runs every function that is called as a test is.
    if not any("pytest" in path.name for path in team.root.rglob("*.whl")):
        upload_pytest(team, module.parent)
    return module


RUNNER = """
import importlib.util, pathlib, sys, traceback

for file in sorted(pathlib.Path(sys.argv[-1]).rglob("test_*.py")):
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in dir(module):
        if name.startswith("test_"):
            getattr(module, name)()
"""


def upload_pytest(team: Index, folder: Path) -> None:
    """Publish a pytest that is small enough for a test."""
    upload(team, write_wheel(folder, "pytest", "9.0", members={"pytest/__main__.py": RUNNER.encode()}))


def test_tests_run_against_the_installed_wheel(make_case: MakeCase, tested: Path) -> None:
    assert Tests().check(make_case(tested)) == passed()


def test_tests_find_what_the_wheel_lacks(make_case: MakeCase, tested: Path) -> None:
    with (tested / "pyproject.toml").open("a") as stream:
        stream.write('[tool.hatch.build.targets.wheel]\nexclude = ["*.json"]\n')

    (sentence,) = Tests().check(make_case(tested)).sentences

    assert sentence.startswith("its tests fail against the installed wheel:\n")
    assert "names.json" in sentence


def test_tests_tell_tools_that_cannot_be_had_from_tests_that_fail(make_case: MakeCase, tested: Path) -> None:
    pyproject = tested / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace('["pytest"]', '["pytest", "acme-nowhere>=9"]'))

    (sentence,) = Tests().check(make_case(tested)).sentences

    assert re.match(r"what its tests need can't be installed from http\S+/simple/:\n(.*\n)*.*acme-nowhere", sentence)


@pytest.mark.parametrize(
    ("expected", "verdict"),
    [
        pytest.param("{}", None, id="passing"),
        pytest.param("[]", r"its tests fail against the installed wheel:\n(.*\n)*FAILED tests/test_\w+", id="failing"),
    ],
)
def test_tests_are_run_by_the_real_pytest(
    expected: str, verdict: str | None, make_case: MakeCase, tested: Path, index: Index
) -> None:
    test = tested / "tests" / "test_names.py"
    test.write_text(test.read_text().replace("{}\\n", f"{expected}\\n"))

    # This index sends whoever asks for pytest on to the public one.
    sentences = Tests().check(make_case(tested, url=index.url)).sentences

    assert [bool(verdict and re.match(verdict, each)) for each in sentences] == ([True] if verdict else [])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param("tests", "it has no folder tests/", id="no tests"),
        pytest.param("group", "no dependency group 'test' says what its tests need", id="no group"),
        pytest.param("runner", "its tests are not run by pytest", id="another runner"),
    ],
)
def test_tests_say_why_they_did_not_run(
    change: str, reason: str, make_case: MakeCase, tested: Path, model: Made
) -> None:
    pyproject = tested / "pyproject.toml"
    if change == "tests":
        shutil.rmtree(tested / "tests")
    pyproject.write_text(
        pyproject.read_text()
        .replace('test = ["pytest"]', 'test = ["nose"]' if change == "runner" else 'test = ["pytest"]')
        .replace("test = [", "other = [" if change == "group" else "test = [")
    )

    verdict = Tests().check(make_case(tested, release=model.release))

    assert (verdict.outcome, verdict.sentences) == (Outcome.SKIPPED, (reason,))


@pytest.mark.parametrize(
    ("requirement", "sentence"),
    [
        pytest.param("acme-two", "needs acme-two in any version, however old: write acme-two>=1.5", id="no bound"),
        pytest.param("acme-two<3", "needs acme-two in any version, however old: write acme-two>=1.5", id="upper only"),
        pytest.param("acme.two>=2", "needs acme.two>=2, and beside it is acme.two 1.5: change one", id="not met"),
        pytest.param(
            "acme-two @ file:///x.whl", "needs acme-two from file:///x.whl, where no reader finds it", id="a path"
        ),
    ],
)
def test_bounds_on_siblings_are_present_and_met(
    requirement: str, sentence: str, make_case: MakeCase, tmp_path: Path
) -> None:
    two = Module(folder=tmp_path, name="acme-two", version="1.5")
    case = make_case(release=hand_made(tmp_path, inside=requiring(requirement)), tree=[two])

    (found,) = Bounds().check(case).sentences

    assert sentence in found


def test_bounds_are_asked_of_siblings_alone(make_case: MakeCase, tmp_path: Path) -> None:
    case = make_case(release=hand_made(tmp_path, inside=requiring("requests")))

    assert Bounds().check(case).outcome is Outcome.SKIPPED


def test_cycles_are_named(make_case: MakeCase, modules: Modules, tmp_path: Path) -> None:
    folders = [modules.make("acme-a", dependencies=["acme-b>=1"]), modules.make("acme-b", dependencies=["acme-a>=1"])]
    cases = [make_case(release=build(Module.read(folder), tmp_path / "built")) for folder in folders]

    (sentence,) = Cycles().check(cases).sentences

    assert "need each other in a circle: acme-" in sentence
    assert Cycles().check(cases[:1]) == passed()
