"""The index is asked before it is sent anything: whether it is there, who may write what, and which version is next."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from modpress.guards.shape import Outcome, failed, passed
from modpress.guards.targets import AllowedIndex, Free, Newer, Reachable, Right
from modpress.refusals import Refused, Unreachable
from modpress.urls import Login
from tests.modpress.conftest import Answer, Odd, Stock
from tests.modpress.guards.conftest import Made, MakeCase, hand_made, upload
from tests.real_index import Index, Serve

TARGET = [Reachable(), AllowedIndex(), Right(), Free(), Newer()]


@pytest.mark.parametrize("guard", TARGET, ids=lambda guard: guard.name)
def test_a_good_index_passes(guard: Right, make_case: MakeCase) -> None:
    assert guard.check(make_case()) == passed()


def test_an_index_that_is_not_there_is_told(make_case: MakeCase, dead_url: str) -> None:
    with pytest.raises(Unreachable, match="answered by no index"):
        Reachable().check(make_case(url=dead_url))


def test_a_wrong_password_is_told(make_case: MakeCase, team: Index) -> None:
    case = make_case(login=Login(team.user, "not-the-one"))

    with pytest.raises(Refused, match=r"\(401\)\. It was asked as user 'me', with the password from the URL"):
        Right().check(case)


def test_a_name_of_others_is_told(make_case: MakeCase, serve: Serve, model: Made) -> None:
    index = serve("--reserved", f"{model.release.module.key}=somebody")

    with pytest.raises(Refused, match=r"me may not publish acme-.*reserved for others"):
        Right().check(make_case(url=index.url))


def test_asking_leaves_nothing_behind(make_case: MakeCase, serve: Serve, model: Made) -> None:
    # Others have published to the team's index what is to be absent here.
    index = serve("--no-fallback")

    Right().check(make_case(url=index.url))

    assert requests.get(f"{index.simple_url}{model.release.module.key}/", timeout=60).status_code == 404


def test_asking_makes_no_noise(make_case: MakeCase, serve: Serve) -> None:
    index = serve("--no-fallback")

    Right().check(make_case(url=index.url))

    index.stop()
    said = index.log.read_text()
    assert re.search(r"session (\w+) is open for acme-.*\n.*session \1 is canceled", said)
    assert not re.search(r"status=[45]", said)


def test_a_session_that_broke_off_is_in_nobodys_way(make_case: MakeCase, team: Index) -> None:
    case = make_case()
    module = case.module
    wanted = {"releases": [{"name": module.name, "version": module.version}]}
    requests.post(f"{team.url}upload/2.0/", json=wanted, auth=(team.user, team.password), timeout=60)

    verdict = Right().check(case)

    assert verdict == passed()


def test_a_stock_pypiserver_is_asked_in_its_own_way(make_case: MakeCase, stock: Stock) -> None:
    verdict = Right().check(make_case(url=stock.url))

    assert verdict == passed()
    assert list(stock.root.iterdir()) == []


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        pytest.param("ok", passed(), id="known"),
        pytest.param("noauth", failed("{url} does not know user 'me' with the password from the URL"), id="unknown"),
    ],
)
def test_a_devpi_says_whom_it_knows(status: str, verdict: object, make_case: MakeCase, odd: Odd) -> None:
    body = f'{{"result": {{"authstatus": ["{status}", "me", []]}}}}'.encode()
    odd.answers["GET /+api"] = [Answer(body=body, kind="application/json")]

    found = Right().check(make_case(url=odd.url))

    assert str(found) == str(verdict).replace("{url}", odd.url)
    assert {method for method, _, _ in odd.asked} == {"GET"}


def test_an_index_that_cannot_be_asked_is_said_to_be_so(make_case: MakeCase, odd: Odd) -> None:
    verdict = Right().check(make_case(url=odd.url))

    assert verdict.outcome is Outcome.SKIPPED
    assert "can't be asked without uploading" in verdict.sentences[0]


@pytest.mark.parametrize(
    ("indexes", "outcome"),
    [
        pytest.param("https://elsewhere.example/simple/", Outcome.FAILED, id="another"),
        pytest.param("{simple_url}", Outcome.PASSED, id="this one"),
    ],
)
def test_a_module_names_its_indexes(
    indexes: str, outcome: Outcome, make_case: MakeCase, tmp_path: Path, team: Index
) -> None:
    release = hand_made(tmp_path)
    with (tmp_path / "pyproject.toml").open("a") as stream:
        stream.write(f'[tool.modpress]\nindexes = ["{indexes.format(simple_url=team.simple_url)}"]\n')

    assert AllowedIndex().check(make_case(release=release)).outcome is outcome


def test_a_private_module_goes_to_no_public_index(make_case: MakeCase, tmp_path: Path) -> None:
    release = hand_made(tmp_path)
    private = replace(release.module, classifiers=frozenset({"Private :: Do Not Upload"}))
    case = make_case(release=replace(release, module=private), url="https://upload.pypi.org/legacy/")

    (sentence,) = AllowedIndex().check(case).sentences

    assert "is classified 'Private :: Do Not Upload'" in sentence


def test_the_same_bytes_may_be_there_and_no_others(make_case: MakeCase, team: Index, tmp_path: Path, name: str) -> None:
    (tmp_path / "other").mkdir()
    first, other = hand_made(tmp_path, name), hand_made(tmp_path / "other", name, code="other = True")
    upload(team, first.wheel.path)

    same, different = (Free().check(make_case(release=release)) for release in (first, other))

    assert same == passed()
    assert "is already published with other content; bump the version" in different.sentences[0]


def test_a_version_is_higher_than_all_before(make_case: MakeCase, team: Index, tmp_path: Path, name: str) -> None:
    for version in ("0.9", "1.1", "1.2"):
        (tmp_path / version).mkdir()
    older, there, newer = (hand_made(tmp_path / version, name, version) for version in ("0.9", "1.1", "1.2"))
    upload(team, there.wheel.path)

    verdicts = [Newer().check(make_case(release=release)) for release in (older, there, newer)]

    assert "the index has 1.1, so 0.9 is not the newest" in verdicts[0].sentences[0]
    assert verdicts[1:] == [passed(), passed()]
