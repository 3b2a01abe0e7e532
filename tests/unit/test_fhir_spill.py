"""What stands in several places is kept in a temporary file, which may have no room."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from fhir import Source, lines, observation, person

from screener.errors import UsageError
from screener.facts.fhir import documents, spill


def test_a_full_temporary_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "_BLOCK", 1)
    lines(tmp_path / "a.ndjson", person("1"))

    class Full(spill.Spill):
        def __init__(self) -> None:
            super().__init__()
            self._database.execute("pragma max_page_count = 1")

    monkeypatch.setattr("screener.facts.fhir.survey.Spill", Full)
    many = {**observation(), "note": "x" * 1_000_000}
    lines(tmp_path / "b.ndjson", *({**many, "id": str(number)} for number in range(3)))
    with pytest.raises(UsageError, match="The temporary folder cannot hold the records"):
        Source(tmp_path)


def test_a_temporary_folder_that_fails_while_it_is_read_back_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = spill.Spill()
    kept.keep(1, spill.Kept("Condition/a", "f", "f, line 1", None, b"{}"))

    class Broken:
        def executemany(self, *_: object) -> None: ...

        def execute(self, *_: object) -> None:
            raise sqlite3.OperationalError

    monkeypatch.setattr(kept, "_database", Broken())
    with pytest.raises(UsageError, match="The temporary folder"):
        list(kept.patients())


def test_a_document_as_it_is_spilled_reads_back_the_same() -> None:
    body = b'\xef\xbb\xbf{"resourceType": "Condition"}\n'
    assert documents.parse(body) == {"resourceType": "Condition"}
