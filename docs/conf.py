"""How the site is made of the pages: Sphinx reads this; `nox -s docs` runs it."""

project = "Modpress"
html_title = "Modpress"
html_theme = "furo"
extensions = ["myst_parser", "sphinx_copybutton"]
myst_heading_anchors = 3
# What is copied from a console is what is typed, of whichever terminal.
copybutton_prompt_text = r"^[a-z]*\$ |^> "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True
# The empty lines are those of the outputs.
copybutton_copy_empty_lines = False
nitpicky = True
# Addresses of the reader's own machine, and of nobody.
linkcheck_ignore = [r"https?://127\.0\.0\.1", r"https?://[a-z.]*example\.(com|org)"]
exclude_patterns: list[str] = []
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_favicon = "_static/favicon.svg"
