"""The catalogue's file: made and brought up to date by the migrations, and by nothing else."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from private_index.catalogue import Catalogue
from private_index.database import MIGRATIONS, NEWEST_REVISION
from private_index.schema import schema


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """The file of a new catalogue."""
    Catalogue(tmp_path / "catalogue.sqlite").close()
    return tmp_path / "catalogue.sqlite"


def test_the_migrations_make_what_the_code_expects(catalogue: Path) -> None:
    engine = create_engine(f"sqlite:///{catalogue}")

    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), schema)

    engine.dispose()
    assert differences == []


def test_the_newest_migration_is_the_one_that_the_catalogue_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)

    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST_REVISION


def test_a_catalogue_of_the_first_version_is_brought_up_to_date_with_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    first_catalogue(path)

    catalogue = Catalogue(path)

    names = catalogue.every_project()
    catalogue.close()
    with closing(sqlite3.connect(path)) as connection:
        sessions = connection.execute("SELECT count(*) FROM sessions").fetchone()
    assert (names, sessions) == (["acme-one"], (0,))


def first_catalogue(path: Path) -> None:
    """Make a catalogue as the first version did, with one project in it."""
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO projects (name) VALUES ('acme-one')"))
    engine.dispose()


def test_a_catalogue_of_a_newer_version_is_refused_untouched(
    catalogue: Path, env: dict[str, str], tmp_path: Path
) -> None:
    root = tmp_path / "packages"
    (root / ".private-index").mkdir(parents=True)
    target = catalogue.rename(root / ".private-index" / "catalogue.sqlite")
    with sqlite3.connect(target) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    line = [sys.executable, "-m", "private_index", "serve", "--port", "0", "--root", str(root)]

    run = subprocess.run(line, env=env, capture_output=True, text=True, check=False, timeout=60)

    assert run.returncode == 1
    assert "revision 9999, which a newer modpress wrote; upgrade modpress" in run.stderr
    assert "Traceback" not in run.stderr
