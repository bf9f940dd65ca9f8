"""Put the files of the chosen kind and audience in their places, and say what to type next."""

import shutil
from pathlib import Path

for part in ("{{ cookiecutter.kind }}", "{{ cookiecutter.__audience }}"):
    if Path("parts", part).is_dir():
        shutil.copytree(Path("parts", part), ".", dirs_exist_ok=True)
shutil.rmtree("parts")

print("Made {{ cookiecutter.__slug }}. Next:  cd {{ cookiecutter.__slug }} && nox")  # noqa: T201 - to a person
