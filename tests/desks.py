"""Desks after one run of the sample patients: one on either kind of store, one on a file.

A test module asks for them with `pytest_plugins = ["postgres", "desks"]`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from remembered import SAMPLE, Desk


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A desk after one run."""
    return _after_a_run(tmp_path, None if request.param == "sqlite" else request.getfixturevalue("postgres_url"))


@pytest.fixture
def file_desk(tmp_path: Path) -> Desk:
    """The same on a file."""
    return _after_a_run(tmp_path, None)


def _after_a_run(folder: Path, url: str | None) -> Desk:
    desk = Desk(folder, url)
    desk.run(SAMPLE)
    return desk
