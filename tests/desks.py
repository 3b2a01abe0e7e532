"""Desks: new ones, after one run of the sample patients, and after an answer; on either kind of store, or on a file.

A test module asks for them with `pytest_plugins = ["postgres", "desks"]`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from remembered import SAMPLE, Desk


@pytest.fixture(params=["sqlite", "postgresql"])
def new_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A desk before its first run."""
    return Desk(tmp_path, None if request.param == "sqlite" else request.getfixturevalue("postgres_url"))


@pytest.fixture
def new_file_desk(tmp_path: Path) -> Desk:
    """The same on a file."""
    return Desk(tmp_path)


@pytest.fixture
def desk(new_desk: Desk) -> Desk:
    """A desk after one run."""
    new_desk.run(SAMPLE)
    return new_desk


@pytest.fixture
def file_desk(new_file_desk: Desk) -> Desk:
    """The same on a file."""
    new_file_desk.run(SAMPLE)
    return new_file_desk


@pytest.fixture
def answered_desk(new_desk: Desk) -> Desk:
    """A desk after one run and one answer."""
    new_desk.run(SAMPLE)
    new_desk.answer("P-003", "primary_breast_sarcoma", "no")
    return new_desk
