"""A PostgreSQL server of one's own, in a temporary folder, on a unix socket; skipped by name where none is installed.

A test module asks for it with `pytest_plugins = ["postgres"]`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest


def programs() -> Path | None:
    """The folder of the server's programs; none where no server is installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name.split(".")[0]))
    found = [folder for folder in folders if (folder / "initdb").is_file() and (folder / "pg_ctl").is_file()]
    return found[-1] if found else None


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The folder of the server's socket."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with running_server() as socket:
        yield socket


@contextmanager
def running_server() -> Iterator[str]:
    """A server that must be installed; the folder of its socket."""
    place = programs()
    assert place is not None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    # The server refuses to run as root.
    user: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(folder, "postgres", "postgres")

    def call(program: str, *arguments: str) -> None:
        command = [str(place / program), *arguments]
        # The server keeps what it inherits open, so that a pipe would never end.
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)

    data = str(folder / "data")
    call("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    call("pg_ctl", "-D", data, "-w", "-s", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield str(folder)
    finally:
        call("pg_ctl", "-D", data, "-w", "-s", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


_numbers = count()


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """A new, empty database."""
    import psycopg

    name = f"store{next(_numbers)}"
    with psycopg.connect(f"host={postgres_server} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql+psycopg://postgres@/{name}?host={postgres_server}"
