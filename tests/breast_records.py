"""Records of breast cancer as events, and what the shipped vocabulary makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from events import AS_OF, event

from screener.criteria.library import LoadedRules, load, shipped
from screener.deriving import Deriver
from screener.facts.events import Event, EventKind, PatientEvents
from screener.findings import Findings

SCT = "http://snomed.info/sct|"
ICD_10 = "http://hl7.org/fhir/sid/icd-10|"
LOINC = "http://loinc.org|"
LEFT_BREAST, AXILLA, CHEST_WALL = f"{SCT}80248007", f"{SCT}68171009", f"{SCT}78904004"
BREAST_CANCER, CARCINOMA, LOCAL = f"{SCT}254837009", f"{SCT}82711006", f"{SCT}314955001"
EXCISION, TOTAL, UNSAID, UNLISTED = f"{SCT}64368001", f"{SCT}172043006", f"{SCT}69031006", f"{SCT}80146002"
PET_CT, PET_CT_FDG = f"{SCT}450436003", f"{SCT}443271005"
LYMPH_NODE, BONE = f"{SCT}94392001", f"{SCT}94222008"


@cache
def shipped_rules() -> LoadedRules:
    """The shipped rules, and how their facts are read off events."""
    findings = Findings()
    rules = load(shipped("criteria") / "NCT06452485", shipped("criteria"), findings)
    assert rules is not None
    assert findings == []
    return rules


@cache
def shipped_deriver() -> Deriver:
    loaded = shipped_rules()
    return Deriver(loaded.derivations, loaded.rules.vocabulary, AS_OF)


def told(deriver: Deriver, name: str, *events: Event, complete: Iterable[EventKind] = ()) -> Any:
    """The value of a fact; where it has none its state, and nothing where it is not recorded."""
    fact = deriver.record(PatientEvents("P-1", events, 1, frozenset(complete))).facts.get(name)
    return fact if fact is None else f"? {fact.state}" if fact.value is None else fact.value


def primary(onset: str = "2014-09-01", **more: Any) -> Event:
    fields = {"code": BREAST_CANCER, "role": "primary", "laterality": "left", "onset": onset, "histology": CARCINOMA}
    return event("condition", onset, **{**fields, **more})


def recurrence(onset: str = "2026-03-01", **more: Any) -> Event:
    fields = {"code": BREAST_CANCER, "role": "recurrence", "laterality": "left", "onset": onset, "site": LEFT_BREAST}
    return event("condition", onset, **{**fields, **more})


def surgery(on: str, code: str = EXCISION, **more: Any) -> Event:
    return event("procedure", on, **{"code": code, "laterality": "left", "start": on, "end": on, **more})


def course(on: str = "2014-12-01", **more: Any) -> Event:
    fields = {"code": f"{SCT}1217123003", "site": LEFT_BREAST, "laterality": "left", "start": on, "end": on}
    return event("radiotherapy", on, **{**fields, **more})


def spread(code: str, **more: Any) -> Event:
    return event("condition", "2026-03-05", code=code, **{"role": "metastasis", "clinical_status": "active", **more})


WHOLE = course(entire_site=LEFT_BREAST)
