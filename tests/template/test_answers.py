"""An answer is data: it arrives whole wherever it is shown, and nothing in it is ever run."""

from __future__ import annotations

import email.utils
import html
import importlib.util
import json
import re
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from packaging.metadata import Metadata

from tests.template.conftest import CHECKOUT, Make, Run

MARKDOWN = MarkdownIt("commonmark").enable("strikethrough")

ATTACK = "{{ cycler.__init__.__globals__.os.mkdir('attacked') }}"

HOSTILE = [
    pytest.param('Zoë O\'Brien "Bob" <x>', id="quotes"),
    pytest.param("C:\\new\\table \\u0041 \\", id="backslashes"),
    pytest.param("{{ 7 * 7 }} {% raw %} {# gone #} ${x} %s {0}", id="braces"),
    pytest.param(ATTACK, id="attack"),
    pytest.param("{% include '/etc/passwd' %}{{ cookiecutter.license }}", id="include"),
    pytest.param("Grüße 👩‍💻 日本語 \u202eright", id="beyond ASCII"),
    pytest.param("'''; \"\"\"; $(touch x); `touch x`", id="quotations of code"),
    pytest.param('"\n[tool.evil]\nkey = "', id="TOML"),
    pytest.param("one\nTwo: three\r\n\r\nfour", id="header lines"),
    pytest.param("<script>x</script> [a](b) *c* _d_ `e` &lt; ~~f~~ | g", id="Markdown"),
    pytest.param("# 1. - > no block", id="blocks of Markdown"),
    pytest.param("\x00 \x07 \x1b[31m \x7f", id="control characters"),
    pytest.param("% hidden in the documentation", id="a comment of MyST"),
    pytest.param("(target)=", id="a target of MyST"),
    pytest.param("[a]: https://example.org 'b'", id="what a link stands for"),
    pytest.param("[^1]: a footnote, {ref}`nowhere` $x$ ${{ secrets.X }}", id="a footnote, a role, a secret"),
    pytest.param("\u200f\u05d0\u05d1\u200e x \u2028 y \u00a0 z \ufeff", id="marks that nobody sees"),
    pytest.param("{{ cookiecutter.__slug }}", id="the template's folder"),
    pytest.param("/{{ cookiecutter.__slug }}/src/{{ cookiecutter.__package }}", id="a path of the template"),
]


Filter = Callable[[str], str]


@pytest.fixture(scope="module")
def markdown() -> Filter:
    """The template's filter that quotes a text for its README."""
    spec = importlib.util.spec_from_file_location("modpress_answers", CHECKOUT / "template" / "modpress_answers.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    filter_: Filter = module.markdown
    return filter_


def modpress_version() -> str:
    """Return the version of the checkout."""
    pyproject = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(pyproject["project"]["version"])


def on_one_line(text: str) -> str:
    """Return what a field of one line can hold of a text; all white space is alike."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())


def shown(markdown: str) -> str:
    """Return the text that a reader of one paragraph of Markdown sees."""
    return " ".join(html.unescape(re.sub(r"</?p>", "", MARKDOWN.render(markdown))).split())


def built_metadata(module: Path, run: Run) -> Metadata:
    """Return the metadata of the module's wheel."""
    result = run("hatchling", "build", "--target", "wheel", cwd=module)
    assert result.returncode == 0, result.stdout
    (wheel,) = (module / "dist").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        return Metadata.from_email(archive.read(name), validate=True)


@pytest.mark.parametrize("answer", HOSTILE)
def test_an_answer_arrives_whole(make: Make, run: Run, tmp_path: Path, answer: str) -> None:
    module = make(project_name="acme-tool", description=answer, author_name=answer, kind="cli")

    recorded = json.loads((module / ".modpress.json").read_text(encoding="utf-8"))
    assert (recorded["description"], recorded["author_name"]) == (answer, answer)
    metadata = built_metadata(module, run)
    assert on_one_line(metadata.summary or "") == on_one_line(answer)
    name, address = email.utils.parseaddr(metadata.author_email or "")
    assert (on_one_line(name), address) == (on_one_line(answer), "ada@example.org")
    readme = (module / "README.md").read_text(encoding="utf-8")
    assert shown(readme.split("\n\n")[1]) == on_one_line(answer)
    assert "evil" not in tomllib.loads((module / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert not list(tmp_path.rglob("attacked"))
    assert not Path("attacked").exists()


@pytest.mark.slow
@pytest.mark.parametrize("answer", HOSTILE)
def test_a_module_of_any_answer_passes_its_own_nox(make: Make, run: Run, answer: str) -> None:
    module = make(project_name="acme-tool", description=answer, author_name=answer)

    result = run("nox", "-s", "lint", "typecheck", "tests", "docs", cwd=module)

    assert result.returncode == 0, result.stdout


def test_an_answer_arrives_whole_from_the_command_line(run: Run, template: Path, tmp_path: Path) -> None:
    options = ("--no-input", "project_name=acme-tool", f"description={ATTACK}")

    result = run("cookiecutter", str(template), *options)

    assert result.returncode == 0, result.stdout
    answers = json.loads((tmp_path / "acme-tool" / ".modpress.json").read_text(encoding="utf-8"))
    assert answers["description"] == ATTACK
    assert not list(tmp_path.rglob("attacked"))


def test_an_answer_arrives_whole_from_the_keyboard(run: Run, template: Path, tmp_path: Path) -> None:
    typed = ["acme-tool", ATTACK, 'Zoë O\'Brien "Bob" <x>', "", "cli", "Proprietary", ""]

    result = run("cookiecutter", str(template), answers="\n".join(typed) + "\n")

    assert result.returncode == 0, result.stdout
    assert json.loads((tmp_path / "acme-tool" / ".modpress.json").read_text(encoding="utf-8")) == {
        "project_name": "acme-tool",
        "description": ATTACK,
        "author_name": 'Zoë O\'Brien "Bob" <x>',
        "author_email": "",
        "kind": "cli",
        "license": "Proprietary",
        "index_url": "",
        "modpress": modpress_version(),
    }
    assert not list(tmp_path.rglob("attacked"))


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="ab1 *_`~[]()<>&#;!\\-+.=:/\n\"'{}%|", min_size=1, max_size=30))
def test_the_readme_shows_any_description_as_it_is(markdown: Filter, text: str) -> None:
    assert shown(markdown(text)) == on_one_line(text)
