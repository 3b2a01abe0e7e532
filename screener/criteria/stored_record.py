"""The registry record that a trial's rules were written against, as far as screening needs it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from screener.findings import Findings, Mark


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """The parts of `registry.json` that the rules rest on; what the record does not hold is none."""

    nct_id: str
    eligibility: str
    version: str | None
    status: str | None
    path: Path


def read_record(path: Path, trial: str | None, findings: Findings) -> StoredRecord | None:
    """Read the stored record; a record that cannot be used, or is of another trial, is a finding."""
    mark = Mark(str(path), 1, 1)
    hint = "store the record's JSON as the registry's API gives it"
    try:
        data = orjson.loads(path.read_bytes())
    except OSError:
        findings.add("S104", mark, "the registry record is not there", hint=hint)
        return None
    except orjson.JSONDecodeError as error:
        findings.add("S104", Mark(str(path), error.lineno, error.colno), "the registry record is not JSON", hint=hint)
        return None
    nct_id = _text(data, "protocolSection", "identificationModule", "nctId")
    eligibility = _text(data, "protocolSection", "eligibilityModule", "eligibilityCriteria")
    if nct_id is None or eligibility is None:
        missing = "no id" if nct_id is None else "no eligibility text"
        findings.add("S104", mark, f"the registry record holds {missing}", hint=hint)
        return None
    if trial and nct_id != trial:
        findings.add("S104", mark, f"the registry record is of {nct_id}, the rules are for {trial}")
        return None
    version = _text(data, "protocolSection", "statusModule", "lastUpdatePostDateStruct", "date")
    status = _text(data, "protocolSection", "statusModule", "overallStatus")
    return StoredRecord(nct_id, eligibility, version, status, path)


def _text(data: Any, *keys: str) -> str | None:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, str) and data.strip() else None
