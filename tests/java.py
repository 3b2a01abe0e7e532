"""Spark and the Java it runs on; tests that need them are skipped by name where one is not installed.

A test module asks for it with `pytest_plugins = ["java"]`.
"""

from __future__ import annotations

import importlib.util
import shutil

import pytest


def installed() -> bool:
    """Whether Spark can be started here."""
    return importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None


@pytest.fixture(scope="session")
def java() -> None:
    """Skips where Spark or Java is not installed."""
    if not installed():
        pytest.skip("Spark or Java is not installed: pip install '.[spark]', and Java 17 or newer")
