"""How to see each guard refuse: a line to type, in bash, in a fresh module of the template before a rehearsal."""

__all__ = ["FIELD", "HOOK", "LINES", "UNDER"]

# What the lines are made of: a field of pyproject.toml, a line under one of its tables, and a build hook that may
# write into the wheel z.
FIELD = """field() { sed -i "s|^$1 = .*|$1 = $2|" pyproject.toml; }"""
UNDER = r"""under() { sed -i "s|^\[$1\]|&\n$2|" pyproject.toml; }"""
HOOK = (
    r"""hook() { printf 'import time, zipfile\n"""
    r"""from hatchling.builders.hooks.plugin.interface import BuildHookInterface as Base\n"""
    r"""class Hook(Base):\n def finalize(self, version, data, path):\n"""
    r"""  with zipfile.ZipFile(path, "a") as z: %s\n' "$1" > hatch_build.py; }"""
)
LINES = {
    "clean": "echo >> README.md",
    "branch": "git switch -c other",
    "behind": (
        "git init -q --bare ../remote.git && git remote add origin ../remote.git && "
        "git commit -q --allow-empty -m More && git push -q origin main && git reset -q --hard HEAD~1"
    ),
    "changelog": """field version '"9.0"'""",
    "lock": (
        r"""printf 'lock-version = "1.0"\ncreated-by = "me"\npackages = []\n' > pylock.toml && """
        """field dependencies '["idna"]'"""
    ),
    "own-files": """hook 'open(path + ".txt", "w")'""",
    "names": (
        r"""printf 'import os\nfrom hatchling.build import *\nfrom hatchling import build as real\n"""
        r"""def build_wheel(at, *_):\n"""
        r""" os.rename(f"{at}/{real.build_wheel(at)}", f"{at}/other-1.0-py3-none-any.whl")\n"""
        r""" return "other-1.0-py3-none-any.whl"\n' >> hatch_build.py && """
        r"""field build-backend '"hatch_build"\nbackend-path = ["."]'"""
    ),
    "metadata": ": > README.md",
    "record": """hook 'z.writestr("my_module/more.py", "")'""",
    "contents": (
        "echo {} > src/my_module/names.json && "
        """under tool.hatch.build.targets.sdist 'exclude = ["*.json"]'"""
    ),
    "license": "field license-files '[]'",
    "untracked": "touch src/my_module/notes.txt",
    "secrets": "touch src/my_module/id_rsa && git add . && git commit -qm Key",
    "size": "under tool.modpress 'max-megabytes = 0'",
    "reproducible": """hook 'z.writestr("my_module/now.txt", str(time.time()))'""",
    "resolvable": """field dependencies '["nobody-has-this>=9"]'""",
    "importable": "echo 'import nothing_like_it' >> src/my_module/__init__.py",
    "declared": """field dependencies '["requests"]' && echo 'import idna' >> src/my_module/__init__.py""",
    "tests": "echo 'def test_it() -> None: assert False' > tests/test_it.py",
    "bounds": """cp -r . ../other && field dependencies '["other"]' && (cd ../other && field name '"other"')""",
    "api": """nox -s publish && : > src/my_module/__init__.py && field version '"0.1.1"'""",
    "reachable": "export MODPRESS_INDEX_URL=http://127.0.0.1:9/simple/",
    "allowed-index": """under tool.modpress 'indexes = ["https://elsewhere.example/simple/"]'""",
    "right": "export TWINE_USERNAME=me TWINE_PASSWORD=wrong",
    "free": "nox -s publish && echo >> README.md",
    "newer": """nox -s publish && field version '"0.0.9"'""",
    "cycles": (
        """cp -r . ../other && field dependencies '["other>=0"]' && """
        """(cd ../other && field name '"other"' && field dependencies '["my-module>=0"]')"""
    ),
}
