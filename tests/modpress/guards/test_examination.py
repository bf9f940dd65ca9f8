"""All guards are asked before anything goes up, all faults are told at once, and a table tells how each ended."""

import re
from io import StringIO
from pathlib import Path

import pytest
import requests

from modpress.guards import Refused, examine
from modpress.guards.shape import Guard, Lane, SetGuard
from modpress.guards.table import every_guard, waivable_names
from modpress.report import Report
from tests.modpress.conftest import Modules, Publish
from tests.modpress.guards.conftest import WHO, Made, MakeCase, git
from tests.real_index import Index

ROW = re.compile(r"^  ([a-z-]+) +(passed|skipped|waived|FAILED|\d .*?) +\d+\.\d\d s(?:  (.+))?$", re.MULTILINE)


def table(out: str) -> dict[str, str]:
    """Return guard -> how it ended."""
    return {name: verdict for name, verdict, _ in ROW.findall(out)}


def is_listed(index: Index, name: str) -> bool:
    """Whether an index has anything of a project."""
    return requests.get(f"{index.simple_url}{name}/", timeout=60).status_code == 200


@pytest.fixture
def env(team: Index) -> dict[str, str]:
    """The environment of somebody who publishes, and for whom git works."""
    return team.env | WHO


def test_a_rehearsal_asks_every_guard_and_sends_nothing(
    publish: Publish, module: Path, model: Made, team: Index, env: dict[str, str]
) -> None:
    outcome = publish("--dry-run", module, env=env)

    assert (outcome.code, outcome.err) == (0, "")
    verdicts = table(outcome.out)
    assert set(verdicts) == {guard.name for guard in every_guard()}
    skipped = {name for name, verdict in verdicts.items() if verdict == "skipped"}
    assert skipped == {"lock", "tests", "bounds", "api"}
    assert set(verdicts.values()) == {"passed", "skipped"}
    assert "nothing was sent" in outcome.out
    assert not is_listed(team, str(model.release.module.key))


def test_all_faults_are_told_at_once_and_nothing_goes_up(
    publish: Publish, module: Path, model: Made, team: Index, env: dict[str, str]
) -> None:
    package = next((module / "src").iterdir())
    git(module, "switch", "--quiet", "--create", "other")
    (package / ".env").write_text("PASSWORD=1\n")
    (package / "__init__.py").write_text("import acme_nowhere\n")
    (module / "CHANGELOG.md").write_text("# Changelog\n")

    outcome = publish(module, env=env)

    assert outcome.code == 1
    failed = {name for name, verdict in table(outcome.out).items() if verdict == "FAILED"}
    assert failed == {"clean", "branch", "changelog", "contents", "untracked", "secrets", "importable", "declared"}
    for name in failed:
        assert f"[{name}] {model.release.module}: " in outcome.err
    assert outcome.err.startswith("Error: nothing was uploaded, since there is something wrong:\n")
    assert not is_listed(team, str(model.release.module.key))


def test_what_is_waived_is_not_asked_and_shows_as_waived(publish: Publish, module: Path, env: dict[str, str]) -> None:
    git(module, "switch", "--quiet", "--create", "other")
    (module / "CHANGELOG.md").write_text("# Changelog\n")
    with (module / "pyproject.toml").open("a") as stream:
        stream.write('[tool.modpress]\nwaive = ["changelog"]\n')

    outcome = publish("--dry-run", "--waive", "branch", "--waive", "clean", module, env=env)

    verdicts = table(outcome.out)
    assert {name for name, verdict in verdicts.items() if verdict == "waived"} == {"branch", "clean", "changelog"}
    assert outcome.code == 0


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        pytest.param("chnagelog", "there is no guard 'chnagelog'; did you mean changelog?", id="a slip"),
        pytest.param("xyzzy", f"there is no guard 'xyzzy'; they are {', '.join(waivable_names())}", id="far off"),
        pytest.param("right", "the guard 'right' can't be waived", id="not waivable"),
    ],
)
def test_a_wrong_waiver_is_told(
    name: str, sentence: str, publish: Publish, modules: Modules, env: dict[str, str]
) -> None:
    outcome = publish("--waive", name, modules.make("acme-one"), env=env)

    assert outcome.code == 2
    assert sentence in " ".join(outcome.err.split())


def test_what_may_never_be_waived_is_not_by_a_file_either(
    publish: Publish, modules: Modules, env: dict[str, str], name: str
) -> None:
    elsewhere = 'indexes = ["https://elsewhere.example/simple/"]\nwaive = ["allowed-index"]'
    folder = modules.make(name, extra=f"[tool.modpress]\n{elsewhere}\n")

    outcome = publish("--dry-run", folder, env=env)

    assert outcome.code == 1
    assert "[allowed-index]" in outcome.err


def test_the_faults_of_several_modules_are_told_together(
    publish: Publish, modules: Modules, team: Index, env: dict[str, str], name: str
) -> None:
    modules.make(f"{name}-a", dependencies=[f"{name}-b"])
    (modules.make(f"{name}-b") / "README.md").write_text("")

    outcome = publish(modules.folder, env=env)

    assert f"[bounds] {name}-a 1.0: it needs {name}-b in any version" in outcome.err
    assert f"[metadata] {name}-b 1.0: " in outcome.err
    assert not is_listed(team, f"{name}-b")


def test_what_the_index_has_already_is_not_tried_again(
    publish: Publish, modules: Modules, env: dict[str, str], name: str
) -> None:
    folder = modules.make(name)
    publish(folder, env=env)

    outcome = publish(folder, env=env)

    verdicts = table(outcome.out)
    assert {verdicts[each] for each in ("reproducible", "resolvable", "secrets")} == {"skipped"}
    assert {verdicts[each] for each in ("right", "free", "newer")} == {"passed"}


def test_garbage_becomes_sentences(make_case: MakeCase, tmp_path: Path) -> None:
    case = make_case()
    garbage = tmp_path / case.release.wheel.filename
    garbage.write_bytes(b"garbage")
    broken = make_case(wheel=garbage)

    with pytest.raises(Refused, match=r"(?s)\[metadata\].*File is not a zip file"):
        examine([broken.subject], broken.options, Report(StringIO(), None))


def test_every_guard_says_what_it_is_in_one_shape() -> None:
    guards = every_guard()

    assert len({guard.name for guard in guards}) == len(guards)
    for guard in guards:
        assert isinstance(guard, Guard | SetGuard)
        assert isinstance(guard.lane, Lane)
        assert guard.says.endswith(".")
        assert type(guard).__doc__


def test_help_lists_every_guard(publish: Publish, env: dict[str, str]) -> None:
    outcome = publish("--help", env=env)

    missing = {guard.name for guard in every_guard() if not re.search(rf"^  {guard.name}\b", outcome.out, re.MULTILINE)}
    assert missing == set()
