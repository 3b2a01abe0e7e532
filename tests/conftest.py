"""What tests share: the public test data that lies beside the repository, and how generated tests run."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "steady", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("SCREENER_HYPOTHESIS", "steady"))

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public test data; tests that need it are skipped by name where it is absent."""
    folder = Path(os.environ.get("SCREENER_SHARED") or REPOSITORY.parent / "shared")
    for data in (folder / "data", folder):
        if (data / "logic").is_dir():
            return data
    pytest.skip(f"the public test data is not there: {folder} (set SCREENER_SHARED)")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Where everything real is installed, a test that skips has not run and that is a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("SCREENER_LET_NOTHING_SKIP"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and nothing may skip here: {report.longrepr}"
