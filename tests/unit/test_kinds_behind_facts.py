"""From which kinds of events each fact is derived, so that a source can be told what it will never answer."""

from __future__ import annotations

import pytest

from screener.criteria.derivations import kinds_behind
from screener.criteria.library import shared_facts, shipped
from screener.findings import Findings

DERIVATIONS = shared_facts(shipped("criteria"), Findings()).derivations


@pytest.mark.parametrize(
    ("fact", "kinds"),
    [
        ("birth_date", {"patient"}),
        ("age", {"patient"}),
        ("who_performance_status", {"observation"}),
        ("index_recurrence.onset", {"condition"}),
        ("staging_pet_ct", {"imaging", "procedure"}),
        ("low_risk_recurrence", set()),
    ],
)
def test_a_fact_is_derived_from_kinds_of_events_itself_or_through_others(fact: str, kinds: set[str]) -> None:
    assert kinds_behind(fact, DERIVATIONS) == kinds
