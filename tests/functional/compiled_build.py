"""The compiled build: it is what runs here, and it says what plain Python says. `make compiled` runs this, by name."""

from __future__ import annotations

import importlib
import sys
import tomllib
from fnmatch import fnmatch
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest
from command_line import REPOSITORY, screener

HOOK = ("tool", "hatch", "build", "targets", "wheel", "hooks", "mypyc")


def listed() -> list[str]:
    """The modules that the project lists to be compiled."""
    hook = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    for key in HOOK:
        hook = hook[key]
    paths = {path.relative_to(REPOSITORY) for pattern in hook["include"] for path in REPOSITORY.glob(pattern)}
    kept = [path for path in paths if not any(fnmatch(str(path), f"*{one}") for one in hook["exclude"])]
    return sorted(".".join(path.with_suffix("").parts) for path in kept)


def in_plain_python(*arguments: str | Path) -> str:
    """What the modules of the checkout answer."""
    return screener(*arguments, PYTHONPATH=str(REPOSITORY)).out


def test_every_module_that_is_listed_is_compiled() -> None:
    files = [str(importlib.import_module(name).__file__) for name in listed()]
    assert len(files) > 30
    assert [file for file in files if not file.endswith(tuple(EXTENSION_SUFFIXES))] == []
    assert [file for file in files if not file.startswith(sys.prefix)] == []


def test_the_version_says_how_it_was_built() -> None:
    assert screener("--version").out.endswith("(compiled)\n")
    assert in_plain_python("--version").endswith("(plain Python)\n")


@pytest.mark.parametrize(
    "command",
    [
        ("records", "inspect", "data/fhir", "--format", "json"),
        ("records", "table", "data/fhir", "--as-of", "2026-06-01"),
        ("screen", "NCT06452485", "--patients", "data/fhir", "--as-of", "2026-06-01", "--format", "jsonl"),
        ("explain", "NCT06452485", "--patients", "data/fhir", "--as-of", "2026-06-01", "--patient", "P-004"),
    ],
    ids=" ".join,
)
def test_both_builds_say_the_same(command: tuple[str, ...]) -> None:
    said = screener(*command).out
    assert len(said) > 500
    assert said == in_plain_python(*command)
