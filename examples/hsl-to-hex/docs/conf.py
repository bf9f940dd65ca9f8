"""How the documentation is built. Names and versions come from pyproject.toml."""

import tomllib
from pathlib import Path

_PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
_PROJECT = tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["project"]

project = _PROJECT["name"]
author = _PROJECT["authors"][0]["name"]
version = release = _PROJECT["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
autodoc_typehints = "description"
html_theme = "furo"
# Each link to a name must lead somewhere; those of Python itself and of others are not looked up.
nitpicky = True
nitpick_ignore_regex = [("py:.*", rf"(?!{project.replace('-', '_')}\.).*")]
