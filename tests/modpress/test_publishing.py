"""The command from end to end, against real indexes: what a person sees, and what the index holds afterwards."""

import re
from pathlib import Path

import pytest
import requests

from tests.modpress.conftest import Modules, Odd, Outcome, Publish, Stock
from tests.real_index import Index, Serve


def listed(index: Index, name: str) -> list[str]:
    """Return the files that an index shows of a project."""
    answer = requests.get(f"{index.simple_url}{name}/", timeout=60)
    return [] if answer.status_code == 404 else re.findall(r">([^<]+\.(?:whl|tar\.gz))<", answer.text)


def delivered(outcome: Outcome) -> list[str]:
    """Return the lines that tell of uploads and proofs: those between the guards and the last word."""
    return outcome.timeless.split("\n\n")[-2].splitlines()


def test_a_module_is_published_and_proved(publish: Publish, modules: Modules, team: Index, name: str) -> None:
    outcome = publish(modules.make(name), env=team.env)

    assert (outcome.code, outcome.err) == (0, "")
    assert delivered(outcome) == [
        f"{name} 1.0  upload T  stage T  publish T  proof T  published  {team.simple_url}{name}/"
    ]
    assert outcome.out.endswith(f"\n\nInstall:  pip install --index-url {team.simple_url} {name}==1.0\n")
    assert len(listed(team, name)) == 2


def test_what_is_there_is_not_sent_again(publish: Publish, modules: Modules, team: Index, name: str) -> None:
    publish(modules.make(name), env=team.env)

    outcome = publish(modules.make(name), env=team.env)

    assert delivered(outcome) == [f"{name} 1.0  already there  proof T  unchanged  {team.simple_url}{name}/"]
    assert outcome.code == 0


def test_a_taken_version_is_refused_with_both_hashes(
    publish: Publish, modules: Modules, team: Index, name: str
) -> None:
    publish(modules.make(name), env=team.env)

    outcome = publish(modules.make(name, code="changed = True"), env=team.env)

    assert outcome.code == 1
    assert re.search(
        r"\[free\] .*\.tar\.gz is already published .*bump the version .*sha256 \w{16}…, built was", outcome.err
    )


def test_modules_go_in_the_order_of_their_dependencies(
    publish: Publish, modules: Modules, team: Index, name: str
) -> None:
    modules.make(f"{name}-a", dependencies=[f"{name}_b>=1"], code=f"import {name.replace('-', '_')}_b")
    modules.make(f"{name}-b")

    outcome = publish(modules.folder, env=team.env)

    assert outcome.code == 0
    assert delivered(outcome) == [
        f"{name}-b 1.0  upload T",
        f"{name}-a 1.0  upload T",
        "all together  stage T  publish T  proof T",
        f"{name}-b 1.0  published  {team.simple_url}{name}-b/",
        f"{name}-a 1.0  published  {team.simple_url}{name}-a/",
    ]


def test_nothing_goes_up_before_everything_is_found_fit(
    publish: Publish, modules: Modules, team: Index, name: str
) -> None:
    modules.make(f"{name}-a")
    (modules.make(f"{name}-b") / "README.md").write_text("")

    outcome = publish(modules.folder, env=team.env)

    assert outcome.code == 1
    assert f"Error: nothing was uploaded, since there is something wrong:\n  [metadata] {name}-b 1.0: " in outcome.err
    assert listed(team, f"{name}-a") == []


def test_nothing_goes_up_before_every_version_is_found_free(
    publish: Publish, modules: Modules, team: Index, name: str
) -> None:
    publish(modules.make(f"{name}-b"), env=team.env)
    modules.make(f"{name}-b", code="changed = True")
    modules.make(f"{name}-a")

    outcome = publish(modules.folder, env=team.env)

    assert outcome.code == 1
    assert listed(team, f"{name}-a") == []


def test_what_broke_off_is_taken_up_again(publish: Publish, modules: Modules, team: Index, name: str) -> None:
    publish(modules.make(f"{name}-a"), env=team.env)
    modules.make(f"{name}-b", dependencies=[f"{name}-a>=1.0"])

    outcome = publish(modules.folder, env=team.env)

    assert delivered(outcome) == [
        f"{name}-b 1.0  upload T  stage T  publish T",
        f"{name}-a 1.0  already there",
        "all together  proof T",
        f"{name}-a 1.0  unchanged  {team.simple_url}{name}-a/",
        f"{name}-b 1.0  published  {team.simple_url}{name}-b/",
    ]


def test_stale_files_in_dist_stay_where_they_are(publish: Publish, modules: Modules, team: Index, name: str) -> None:
    folder = modules.make(name)
    (folder / "dist").mkdir()
    (folder / "dist" / f"{name.replace('-', '_')}-0.9.tar.gz").write_bytes(b"garbage")

    outcome = publish(folder, env=team.env)

    assert outcome.code == 0
    assert not [file for file in listed(team, name) if "0.9" in file]


def test_a_wrong_password_is_told_with_its_source(publish: Publish, modules: Modules, team: Index, name: str) -> None:
    outcome = publish(modules.make(name), env=team.env | {"TWINE_PASSWORD": "not-the-one"})

    assert outcome.code == 1
    assert "(401). It was asked as user 'me', with the password from TWINE_PASSWORD" in outcome.err
    assert listed(team, name) == []


def test_missing_credentials_are_told_before_the_build(
    publish: Publish, modules: Modules, team: Index, name: str
) -> None:
    env = {key: value for key, value in team.env.items() if key not in {"TWINE_USERNAME", "TWINE_PASSWORD"}}

    outcome = publish(modules.make(name), env=env)

    assert (outcome.code, outcome.out) == (1, "")
    assert f"Error: {team.url} wants a user and a password: set TWINE_USERNAME" in outcome.err


def test_a_rehearsal_without_a_login_asks_all_guards_and_names_it_among_the_faults(
    publish: Publish, modules: Modules, team: Index, name: str
) -> None:
    env = {key: value for key, value in team.env.items() if key not in {"TWINE_USERNAME", "TWINE_PASSWORD"}}
    folder = modules.make(name)
    (folder / "README.md").write_text("")

    outcome = publish(folder, "--dry-run", env=env)

    assert outcome.code == 1
    assert f"[right] {name} 1.0: {team.url} wants a user and a password: set TWINE_USERNAME" in outcome.err
    assert f"[metadata] {name} 1.0: " in outcome.err
    assert "reproducible   passed" in outcome.out


def test_a_rehearsal_without_an_index_asks_all_other_guards(
    publish: Publish, modules: Modules, env: dict[str, str], dead_url: str
) -> None:
    login = {"TWINE_USERNAME": "me", "TWINE_PASSWORD": "secret-word"}

    outcome = publish(modules.make("a"), "--dry-run", "--index-url", f"{dead_url}simple/", env=env | login)

    assert outcome.code == 1
    assert re.findall(r"^  \[(\w+)\] a 1.0: \S+ is answered by no index", outcome.err, re.MULTILINE) == [
        "reachable",
        "right",
    ]
    assert re.search(r"free +skipped +\S+ s  the index shows nothing: see reachable", outcome.out)
    assert "reproducible   passed" in outcome.out


def test_an_index_that_does_not_run_is_told_before_the_build(
    publish: Publish, modules: Modules, env: dict[str, str], dead_url: str
) -> None:
    login = {"TWINE_USERNAME": "me", "TWINE_PASSWORD": "secret-word"}

    outcome = publish(modules.make("a"), "--index-url", f"{dead_url}simple/", env=env | login)

    assert (outcome.code, outcome.out) == (1, "")
    assert "is answered by no index: start it with `private-index serve`" in outcome.err


def test_a_password_on_an_open_line_is_warned_of(publish: Publish, modules: Modules, env: dict[str, str]) -> None:
    login = {"TWINE_USERNAME": "me", "TWINE_PASSWORD": "secret-word", "NO_PROXY": "*"}

    outcome = publish(modules.make("a"), "--index-url", "http://packages.invalid/simple/", env=env | login)

    warning, error = outcome.err.splitlines()
    assert warning.startswith("Warning: http://packages.invalid/ is not encrypted")
    assert error.startswith("Error: http://packages.invalid/simple/a/ has no address")


def test_certificates_that_are_not_there_are_told(
    publish: Publish, modules: Modules, env: dict[str, str], tmp_path: Path
) -> None:
    login = {"TWINE_USERNAME": "me", "TWINE_PASSWORD": "secret-word", "REQUESTS_CA_BUNDLE": str(tmp_path / "none.pem")}

    outcome = publish(modules.make("a"), "--index-url", "https://packages.invalid/simple/", env=env | login)

    assert outcome.code == 1
    assert "none.pem" in outcome.err


def test_without_an_index_nothing_is_published(publish: Publish, modules: Modules, env: dict[str, str]) -> None:
    outcome = publish(modules.make("a"), env=env)

    assert outcome.code == 1
    assert "no index is named for a: set MODPRESS_INDEX_URL" in outcome.err


def test_a_private_module_stays_off_the_public_index(publish: Publish, modules: Modules, env: dict[str, str]) -> None:
    folder = modules.make("a", classifiers=["Private :: Do Not Upload"])

    outcome = publish("-r", "pypi", folder, env=env | {"HTTPS_PROXY": "http://127.0.0.1:9"})

    assert outcome.code == 1
    assert outcome.err.startswith("Error: a is classified 'Private :: Do Not Upload'")


def test_a_circle_is_named_before_the_build(publish: Publish, modules: Modules, team: Index) -> None:
    modules.make("a", dependencies=["b"])
    modules.make("b", dependencies=["a"])

    outcome = publish(modules.folder, env=team.env)

    assert (outcome.code, outcome.out) == (1, "")
    assert "need each other in a circle: " in outcome.err


def test_a_module_names_its_index_and_pypirc_holds_the_password(
    publish: Publish, modules: Modules, team: Index, env: dict[str, str], name: str
) -> None:
    section = f"[team]\nrepository = {team.url}\nusername = {team.user}\npassword = {team.password}\n"
    (Path(env["HOME"]) / ".pypirc").write_text(f"[distutils]\nindex-servers = team\n{section}", encoding="utf-8")
    folder = modules.make(name, extra=f'[tool.modpress]\nindex = "{team.simple_url}"\n')

    outcome = publish(folder, env=env)

    assert (outcome.code, outcome.err) == (0, "")


def test_a_closed_index_is_read_as_the_same_user(publish: Publish, modules: Modules, serve: Serve, name: str) -> None:
    closed = serve("--read", "users", "--no-fallback")

    outcome = publish(modules.make(name), env=closed.env)

    assert (outcome.code, outcome.err) == (0, "")


def test_a_public_index_out_of_reach_does_not_matter(
    publish: Publish, modules: Modules, serve: Serve, dead_url: str, name: str
) -> None:
    index = serve("--fallback-url", f"{dead_url}simple/")

    outcome = publish(modules.make(name), env=index.env)

    assert (outcome.code, outcome.err) == (0, "")


def test_a_namesake_on_the_public_index_is_not_taken_for_ours(
    publish: Publish, modules: Modules, serve: Serve, odd: Odd, name: str
) -> None:
    file = f"{name.replace('-', '_')}-1.0.tar.gz"
    odd.show(f"/simple/{name}/", {file: modules.make("other") / "README.md"})
    index = serve("--fallback-url", f"{odd.url}simple/")

    outcome = publish(modules.make(name), env=index.env)

    assert (outcome.code, outcome.err) == (0, "")


def test_a_stock_pypiserver_will_do(publish: Publish, modules: Modules, stock: Stock, name: str) -> None:
    first = publish(modules.make(name), env=stock.env)
    again = publish(modules.make(name), env=stock.env)
    changed = publish(modules.make(name, code="changed = True"), env=stock.env)

    assert (first.code, first.err) == (0, "")
    assert "already there" in again.out
    assert "bump the version" in changed.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["nowhere"], "nowhere", id="no such folder"),
        pytest.param(["modules/a/pyproject.toml"], "is a file", id="a file"),
        pytest.param(["--wait", "0"], "--wait", id="no patience"),
        pytest.param(["--cert", "none.pem"], "none.pem", id="no certificates"),
        pytest.param(["--no-such-option"], "--no-such-option", id="an unknown option"),
    ],
)
def test_wrong_usage_ends_with_2(
    arguments: list[str], sentence: str, publish: Publish, modules: Modules, env: dict[str, str]
) -> None:
    modules.make("a")

    outcome = publish(*arguments, env=env)

    assert outcome.code == 2
    assert sentence in outcome.err
