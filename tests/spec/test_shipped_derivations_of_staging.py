"""How the shipped vocabulary reads imaging and metastases off events, and when it concludes that there are none."""

from __future__ import annotations

from typing import Any

import pytest
from breast_records import (
    AXILLA,
    BONE,
    ICD_10,
    LYMPH_NODE,
    PET_CT,
    PET_CT_FDG,
    SCT,
    primary,
    recurrence,
    shipped_deriver,
    shipped_rules,
    spread,
    surgery,
    told,
)
from events import event

from screener.criteria.library import LoadedRules
from screener.deriving import Deriver
from screener.facts.events import Event
from screener.facts.imprecise import AtLeastSet, NumberRange


@pytest.fixture
def loaded() -> LoadedRules:
    return shipped_rules()


@pytest.fixture
def deriver() -> Deriver:
    return shipped_deriver()


def scan(on: str, code: str, **more: Any) -> Event:
    return event("imaging", on, code=code, **more)


@pytest.mark.parametrize(
    ("scans", "expected"),
    [
        ([scan("2026-03-10", PET_CT_FDG)], "fdg"),
        ([surgery("2026-03-10", PET_CT_FDG)], "fdg"),
        ([scan("2026-03-10", PET_CT, tracer=f"{SCT}35321007")], "fdg"),
        ([scan("2026-03-10", PET_CT)], "? uncertain"),
        ([scan("2026-02-25", PET_CT_FDG)], None),
        ([], None),
    ],
)
def test_the_tracer_of_a_pet_ct_is_told_by_its_code_and_the_scan_is_of_since_the_recurrence(
    deriver: Deriver, scans: list[Event], expected: object
) -> None:
    assert told(deriver, "staging_pet_ct", primary(), recurrence(), *scans) == expected


def test_a_pet_ct_of_before_the_recurrence_is_not_none_even_in_complete_records(deriver: Deriver) -> None:
    known, kinds = (primary(), recurrence()), ("imaging", "procedure")
    assert told(deriver, "staging_pet_ct", *known, complete=kinds) == "none"
    before = scan("2026-02-25", PET_CT_FDG)
    assert told(deriver, "staging_pet_ct", *known, before, complete=kinds) not in ("none", "fdg")
    assert told(deriver, "staging_pet_ct", *known, complete=["imaging"]) is None


@pytest.mark.parametrize(
    ("events", "count", "sites"),
    [
        ([spread(BONE)], NumberRange(1, None), AtLeastSet(frozenset({"bone"}))),
        ([spread(BONE), spread(BONE)], NumberRange(1, None), AtLeastSet(frozenset({"bone"}))),
        (
            [spread(LYMPH_NODE, site=f"{SCT}62683002"), spread(LYMPH_NODE, site=f"{SCT}81105003")],
            NumberRange(1, None),
            AtLeastSet(frozenset({"mediastinal_nodes", "neck_nodes"})),
        ),
        (
            [spread(LYMPH_NODE, site=AXILLA, laterality="right")],
            NumberRange(1, None),
            AtLeastSet(frozenset({"contralateral_axillary_nodes"})),
        ),
        (
            [spread(LYMPH_NODE, site=f"{SCT}76838003", laterality="bilateral")],
            NumberRange(1, None),
            AtLeastSet(frozenset({"contralateral_supraclavicular_nodes"})),
        ),
        ([spread(LYMPH_NODE, site=AXILLA, laterality="left")], None, None),
        ([spread(LYMPH_NODE, site=AXILLA)], "? uncertain", "? uncertain"),
        ([spread(LYMPH_NODE)], "? uncertain", "? uncertain"),
        ([spread(f"{ICD_10}C79.5")], NumberRange(1, None), "? unreadable"),  # bone or marrow
        ([spread(BONE, clinical_status="remission")], None, None),
        ([spread(BONE, standing="uncertain")], "? uncertain", "? uncertain"),
    ],
)
def test_metastases_are_counted_from_below_and_placed_by_code_or_site_and_side(
    deriver: Deriver, events: list[Event], count: object, sites: object
) -> None:
    assert told(deriver, "metastasis_count", primary(), recurrence(), *events) == count
    assert told(deriver, "metastasis_sites", primary(), recurrence(), *events) == sites


def test_that_there_are_no_metastases_is_concluded_only_where_all_codes_are_known(deriver: Deriver) -> None:
    in_snomed = primary(), recurrence()
    assert told(deriver, "metastasis_count", *in_snomed, complete=["condition"]) not in (0, None)
    in_icd_10 = (primary(code=f"{ICD_10}C50.9"), recurrence(code=f"{ICD_10}C50.9"))
    assert told(deriver, "metastasis_count", *in_icd_10, complete=["condition"]) == 0
    assert told(deriver, "metastasis_count", *in_icd_10) is None
