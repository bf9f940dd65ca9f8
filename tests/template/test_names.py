"""A name from which no module can be made is refused with a sentence, before anything is on the disk."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from cookiecutter.exceptions import FailedHookException

from tests.real_index import Serve
from tests.template.conftest import Make, Run

BAD_NAMES = [
    pytest.param("", "is empty", id="empty"),
    pytest.param("  ", "is empty", id="blank"),
    pytest.param("my module", "has other characters", id="space"),
    pytest.param("naïve", "has other characters", id="accent"),
    pytest.param("日本", "has other characters", id="no letter that stays"),
    pytest.param("../up", "has other characters", id="path"),
    pytest.param("/etc", "has other characters", id="absolute path"),
    pytest.param("a;b", "has other characters", id="shell"),
    pytest.param("{{ 7 * 7 }}", "has other characters", id="template"),
    pytest.param("{{ cookiecutter.kind }}", "has other characters", id="template's own words"),
    pytest.param("acme\n", "has other characters", id="line end"),
    pytest.param("-acme", "has other characters", id="leading hyphen"),
    pytest.param("acme_", "has other characters", id="trailing underscore"),
    pytest.param("3d", "begins with a digit", id="digit"),
    pytest.param("class", "is a word of the Python language", id="keyword"),
    pytest.param("Import", "is a word of the Python language", id="keyword in capitals"),
    pytest.param("json", "is a module of Python's own", id="standard library"),
    pytest.param("Concurrent", "is a module of Python's own", id="standard package"),
    pytest.param("test", "is a module of Python's own", id="standard library's tests"),
    pytest.param("compression", "is a module of Python's own", id="standard library of a newer Python"),
    pytest.param("imp", "is a module of Python's own", id="standard library of an older Python"),
    pytest.param("sitecustomize", "is a module of Python's own", id="imported at each start"),
    pytest.param('a"b', "has other characters", id="quote"),
    pytest.param("__import__('os').mkdir('attacked')", "has other characters", id="Python code"),
    pytest.param("{{ cookiecutter.__slug }}", "has other characters", id="the template's folder"),
    pytest.param("pytest", "is a tool that every module uses", id="its own tool"),
    pytest.param("sphinx-build", "is a tool that every module uses", id="a command of its own tool"),
    pytest.param("opentelemetry", "is a tool that every module uses", id="what its own tool is imported as"),
    pytest.param("python", "is a command of Python's own", id="interpreter"),
    pytest.param("Python3.11", "is a command of Python's own", id="interpreter with a version"),
    pytest.param("activate", "is a command of Python's own", id="what opens an environment"),
    pytest.param("tests", "is a folder or file of the module", id="its own folder"),
    pytest.param("dist", "is a folder or file of the module", id="a folder that git passes over"),
    pytest.param("test-slugs", "is a folder or file of the module", id="its own test"),
    pytest.param("Test.Service", "is a folder or file of the module", id="a test of another kind"),
    pytest.param("aux", "is a device on Windows", id="device"),
    pytest.param("COM1", "is a device on Windows", id="device with a number"),
    pytest.param("sklearn", "is what scikit-learn is imported as", id="another's import name"),
    pytest.param("PIL", "is what Pillow is imported as", id="another's import name in capitals"),
    pytest.param("\u212aelvin", "has other characters", id="a letter that looks like ASCII's"),
    pytest.param("a" * 61, "is longer than 60 characters", id="long"),
    pytest.param("a" * 300, "is longer than 60 characters", id="very long"),
]


@pytest.mark.parametrize(("name", "reason"), BAD_NAMES)
def test_a_bad_name_is_refused_and_the_sentence_says_a_good_one(
    make: Make, tmp_path: Path, name: str, reason: str
) -> None:
    with pytest.raises(FailedHookException, match=reason) as refusal:
        make(project_name=name)

    assert not (tmp_path / "made").exists()
    proposed = re.search(r"type a name like (\S+) instead\.$", str(refusal.value))
    assert proposed
    assert make(project_name=proposed[1]).is_dir()


def test_a_command_that_a_session_runs_is_no_name(make: Make) -> None:
    noxfile = (make(project_name="acme-tool") / "noxfile.py").read_text(encoding="utf-8")
    commands = set(re.findall(r'session\.run\("([a-z-]+)"', noxfile))

    assert {"sphinx-build", "python"} <= commands
    assert [name for name in sorted(commands) if can_make(make, name)] == []


@pytest.mark.slow
def test_what_a_session_imports_is_no_name(make: Make, run: Run) -> None:
    module = make(project_name="acme-tool", kind="service")
    result = run("nox", "--install-only", "-s", "lint", "tests", "pyright", "docs", "audit", "build", cwd=module)
    assert result.returncode == 0, result.stdout
    installed = [path for path in (module / ".nox").glob("*/lib/python*/site-packages/*") if is_imported(path)]

    names = {path.name.partition(".")[0] for path in installed} - {"acme_tool"}

    assert {"markdown_it", "opentelemetry", "pluggy", "typing_extensions"} <= names
    assert [name for name in sorted(names) if can_make(make, name)] == []


def test_the_command_says_the_sentence_and_no_more(run: Run, template: Path, tmp_path: Path) -> None:
    result = run("cookiecutter", str(template), "--no-input", "project_name=json")

    assert result.stdout == "project_name 'json' is a module of Python's own; type a name like my-json instead.\n"
    assert result.returncode == 1
    assert not (tmp_path / "json").exists()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        pytest.param(
            "kind=Cli", "kind 'Cli' is none of library, cli, service, worker; type cli instead.", id="capital"
        ),
        pytest.param("kind=2", "kind '2' is none of library, cli, service, worker; type cli instead.", id="number"),
        pytest.param(
            "kind={{ 7 }}", "kind '{{ 7 }}' is none of library, cli, service, worker; type library instead.", id="x"
        ),
        pytest.param(
            "license=apache",
            "license 'apache' is none of MIT, BSD-3-Clause, Apache-2.0, Proprietary; type Apache-2.0 instead.",
            id="license",
        ),
        pytest.param(
            "projectname=acme",
            "'projectname' is no question of the template; type one of project_name, description, author_name, "
            "author_email, kind, license, index_url before the =.",
            id="no question",
        ),
        pytest.param(
            "__slug=../evil",
            "'__slug' is no question of the template; type one of project_name, description, author_name, "
            "author_email, kind, license, index_url before the =.",
            id="derived",
        ),
        pytest.param(
            "_kinds=x",
            "'_kinds' is no question of the template; type one of project_name, description, author_name, "
            "author_email, kind, license, index_url before the =.",
            id="a list of its own",
        ),
        pytest.param("_extensions=x", "Unable to load extension: No module named 'x'", id="its code"),
    ],
)
def test_what_the_template_does_not_know_is_refused_in_one_sentence(
    run: Run, template: Path, tmp_path: Path, answer: str, sentence: str
) -> None:
    result = run("cookiecutter", str(template), "--no-input", "--output-dir", "made", answer)

    assert result.stdout == f"{sentence}\n"
    assert result.returncode == 1
    assert not list(tmp_path.rglob("made"))


@pytest.mark.parametrize("answer", ["_extensions=", "__slug=../evil", "kind", "=x"])
def test_new_refuses_what_is_not_asked_before_anything_is_made(run: Run, tmp_path: Path, answer: str) -> None:
    result = run("modpress", "new", "--no-input", "--output-dir", "made", answer)

    assert result.stdout.startswith(f"Error: {answer!r} answers no question: type one of project_name, ")
    assert result.stdout.count("\n") == 1
    assert result.returncode == 1
    assert not list(tmp_path.rglob("made"))


def test_a_name_that_the_index_has_is_refused_with_one_that_it_has_not(
    make: Make, serve: Serve, make_wheel: Callable[..., Path], tmp_path: Path
) -> None:
    seed = [str(make_wheel(name)) for name in ("acme-tool", "my-acme-tool")]
    index = serve("--no-fallback", "--seed", str(Path(seed[0]).parent))

    with pytest.raises(FailedHookException) as refusal:
        make(project_name="Acme_Tool", index_url=index.simple_url)

    assert str(refusal.value) == (
        f"project_name 'acme-tool' is taken on {index.simple_url}; type a name like acme-tool-2 instead."
    )
    assert not (tmp_path / "made" / "acme-tool").exists()
    assert make(project_name="acme-tool-2", index_url=index.simple_url).is_dir()


def test_an_index_that_does_not_answer_has_no_say(make: Make) -> None:
    # Nothing listens at port 9, which was for discarding.
    assert make(project_name="acme-tool", index_url="http://127.0.0.1:9/simple/").is_dir()


@pytest.mark.parametrize(
    ("name", "folder"),
    [("acme", "acme"), ("Acme.Tool", "acme-tool"), ("a__b--c", "a-b-c"), ("x2", "x2"), ("match", "match")],
)
def test_a_good_name_is_normalised(make: Make, name: str, folder: str) -> None:
    module = make(project_name=name)

    assert module.name == folder
    assert (module / "src" / folder.replace("-", "_") / "__init__.py").is_file()


@pytest.mark.parametrize(
    "address",
    [
        *("ada", "ada@", "a b@example.org", "<ada@example.org>", "ada@example.org\nX: y"),
        pytest.param("=?utf-8?q?ada?=@example.org", id="a word that mail would decode"),
    ],
)
def test_an_address_that_is_none_is_refused(make: Make, tmp_path: Path, address: str) -> None:
    with pytest.raises(FailedHookException, match=r"author_email .* is no address"):
        make(author_email=address)

    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("address", "proposal"),
    [
        pytest.param("ada@exämple.org", "type ada@xn--exmple-cua.org,", id="letters of a host"),
        pytest.param(" ada@example.org ", "type ada@example.org,", id="spaces"),
        pytest.param("a..b@example.org", "type name@example.org,", id="dots"),
        pytest.param("ada@-example.org", "type name@example.org,", id="hyphen"),
        pytest.param("a@b@example.org", "type name@example.org,", id="twice at"),
    ],
)
def test_an_address_that_was_nearly_one_is_proposed(make: Make, address: str, proposal: str) -> None:
    with pytest.raises(FailedHookException) as refusal:
        make(author_email=address)

    assert proposal in str(refusal.value)


@pytest.mark.parametrize("address", ["o'brien@example.org", "a!#$%&'*+/=?^`{|}~b@example.org", "ada@localhost"])
def test_an_unusual_address_is_kept(make: Make, address: str) -> None:
    module = make(author_email=address)

    (author,) = tomllib.loads((module / "pyproject.toml").read_text(encoding="utf-8"))["project"]["authors"]
    assert author["email"] == address


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("index.example.org", "is no http or https URL", id="no scheme"),
        pytest.param("file:///packages", "is no http or https URL", id="file"),
        pytest.param("https://a b/simple/", "is no http or https URL", id="space"),
        pytest.param("https://[::1/simple/", "is no http or https URL", id="half an address"),
        pytest.param("https://index:99999/simple/", "is no http or https URL", id="port"),
        pytest.param("https://in\u202edex/simple/", "is no http or https URL", id="right to left"),
        pytest.param("https://index/?/simple/", "is not where a simple API ends", id="query"),
        pytest.param("https://index/#/simple/", "is not where a simple API ends", id="fragment"),
        pytest.param("https://me:secret@index.example.org/simple/", "holds a password", id="password"),
    ],
)
def test_an_index_that_cannot_be_recorded_is_refused(make: Make, tmp_path: Path, url: str, reason: str) -> None:
    with pytest.raises(FailedHookException, match=reason) as refusal:
        make(index_url=url)

    assert "secret" not in str(refusal.value)
    assert not (tmp_path / "made").exists()


def can_make(make: Make, name: str) -> bool:
    """Tell whether the template makes a module of a name."""
    try:
        make(name, project_name=name)
    except FailedHookException:
        return False
    return True


def is_imported(path: Path) -> bool:
    """Tell whether something installed is there to be imported."""
    # What mypyc compiles has a part whose name is a hash.
    is_code = path.suffix == ".py" or (path.suffix == ".so" and "__mypyc" not in path.name)
    return is_code or (path.is_dir() and path.name.isidentifier() and path.name != "__pycache__")
