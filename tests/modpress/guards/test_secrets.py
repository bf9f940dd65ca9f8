"""What git does not know, and what looks like a secret, stays on this machine."""

import subprocess
import sys
from pathlib import Path

import pytest

from modpress.guards.secrets import Secrets, Untracked, find_detectors, scan
from modpress.guards.shape import Outcome, passed
from tests.modpress.guards.conftest import Made, MakeCase, hand_made, package

# Put together here, so that nobody's scanner takes this file for a leak.
TOKENS = {
    "AWS": "AKIA" + "IOSFODNN7EXAMPLE",
    "GitHub": "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "Private Key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "PyPI": "pypi-AgEIcHlwaS5vcmc" + "A" * 90,
    "Slack": "xoxb-" + "123456789012-abcdefghijklmnop",
}


@pytest.mark.parametrize("guard", [Untracked(), Secrets()], ids=lambda guard: guard.name)
def test_a_build_without_fault_passes(guard: Secrets, make_case: MakeCase) -> None:
    assert guard.check(make_case()) == passed()


def test_untracked_names_what_lies_about(make_case: MakeCase, module: Path, model: Made) -> None:
    stray = f"src/{package(model.release.module.name)}/notes.txt"
    (module / stray).write_text("mine")

    verdict = Untracked().check(make_case(module))

    assert verdict.sentences == (
        f"{stray} would be published, and git does not know it: add it to git, or keep it out of the build",
    )


def test_untracked_knows_what_a_build_makes(make_case: MakeCase, module: Path, model: Made) -> None:
    made = f"src/{package(model.release.module.name)}/_version.py"
    (module / made).write_text('version = "1.0"\n')
    with (module / "pyproject.toml").open("a") as stream:
        stream.write(f'[tool.modpress]\ngenerated = ["{made}"]\n')

    assert Untracked().check(make_case(module)) == passed()


def test_untracked_needs_git(make_case: MakeCase, tmp_path: Path) -> None:
    assert Untracked().check(make_case(release=hand_made(tmp_path))).outcome is Outcome.SKIPPED


@pytest.mark.parametrize("name", [".env", ".env.local", "id_rsa", ".pypirc", "team.p12"])
def test_a_file_of_secrets_is_known_by_its_name(name: str, make_case: MakeCase, tmp_path: Path) -> None:
    release = hand_made(tmp_path, members={f"acme_one/{name}": b""})

    (sentence,) = Secrets().check(make_case(release=release)).sentences

    assert sentence == f"acme_one/{name} is a file of passwords or keys: keep it out of the build"


@pytest.mark.parametrize("kind", TOKENS)
def test_a_secret_is_found_and_never_told(kind: str, make_case: MakeCase, tmp_path: Path) -> None:
    code = f'first = 1\ntoken = "{TOKENS[kind]}"\n'
    release = hand_made(tmp_path, code=code)

    (sentence,) = Secrets().check(make_case(release=release)).sentences

    assert sentence.startswith(f"acme_one/__init__.py, line 2, holds what looks like a secret ({kind}")
    assert TOKENS[kind] not in sentence


def test_what_only_looks_like_a_secret_may_be_said_to() -> None:
    text = f'key = "{TOKENS["AWS"]}"  # pragma: allowlist secret\n'

    assert list(scan("a.py", text, find_detectors())) == []


def test_the_standard_library_holds_no_secret() -> None:
    files = [Path(sys.modules[name].__file__ or "") for name in ("subprocess", "json", "typing", "tarfile")]

    found = [fault for file in files for fault in scan(file.name, file.read_text(), find_detectors())]

    assert found == []


def test_the_scanner_is_loaded_by_its_guard_alone() -> None:
    code = (
        "import sys, modpress.guards; sys.exit({'detect_secrets', 'griffe', 'installer'} & sys.modules.keys() != set())"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == 0
