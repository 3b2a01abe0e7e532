"""Reports for the tests, and a strict reader of what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

from screener.criteria.library import LoadedRules, shipped
from screener.dates import parse_date
from screener.facts.values import FactValue, PatientRecord
from screener.matching.evaluate import Evaluator
from screener.matching.gate import admitted
from screener.matching.results import PatientResult, rank_key
from screener.reports.html import ScreeningReport, report

TRIAL: Final = shipped("criteria") / "NCT06452485"
DAY: Final = date(2026, 6, 1)
_VOID: Final = ("br", "hr", "img", "input", "link", "meta", "source", "wbr")
_FITTING: Final[dict[str, Any]] = {
    "birth_date": parse_date("1961-03-14"),
    "who_performance_status": 1,
    "recurrence_type": "local",
    "recurrence_date": parse_date("2026-04-02"),
    "primary_diagnosis_date": parse_date("2014-09"),
    "primary_irradiated_postoperatively": True,
    "prior_breast_irradiation": "whole_breast",
    "recurrence_surgery": "salvage_mastectomy",
    "high_risk_tumour_characteristics": True,
    "previous_breast_conserving_therapy": True,
    "low_risk_recurrence": False,
    "staging_pet_ct": "fdg",
    "metastasis_count": 0,
    "dutch_communication": True,
    "primary_breast_sarcoma": False,
}


@cache
def rt_hype() -> LoadedRules:
    return admitted(TRIAL, TRIAL.parent)


def patient(patient_id: str, *, source: str | None = "clinic letter", **changes: Any) -> PatientRecord:
    """A patient who fits, with changes: a value, none for what is not recorded, or a state without a value."""
    facts = {}
    for name, value in {**_FITTING, **changes}.items():
        if value in ("unreadable", "conflicting"):
            facts[name] = FactValue(name, None, None, source, value)
        elif value is not None:
            on = None if name.endswith("_date") else parse_date("2026-05-20")
            facts[name] = FactValue(name, value, on, source)
    return PatientRecord(patient_id, facts)


def varied() -> list[PatientRecord]:
    return [
        patient("P-01"),
        patient("P-02", recurrence_surgery=None),
        patient("P-03", who_performance_status=3),
        patient("P-04", primary_breast_sarcoma=True, staging_pet_ct=None),
        patient("P-05", prior_breast_irradiation="chest_wall"),
        patient("P-06", birth_date="unreadable"),
        patient("P-07", metastasis_count=2, metastasis_sites=frozenset({"neck_nodes", "mediastinal_nodes"})),
        patient("P-08", dutch_communication="conflicting", source=None),
        patient("P-09", **dict.fromkeys(_FITTING)),
    ]


def screened(patients: Sequence[PatientRecord], loaded: LoadedRules | None = None) -> list[PatientResult]:
    evaluator = Evaluator((loaded or rt_hype()).rules, DAY)
    return sorted(map(evaluator.evaluate, patients), key=rank_key)


def report_of(results: Sequence[PatientResult], **changes: Any) -> str:
    given: dict[str, Any] = {
        "loaded": rt_hype(),
        "as_of": DAY,
        "results": results,
        "rejected": [],
        "unknown_columns": [],
        "source_name": "patients.csv",
        "version": "1.2.3",
        "created": datetime(2026, 6, 2, 8, 30, tzinfo=UTC),
    }
    return report(ScreeningReport(**{**given, **changes}))


@dataclass
class Page(HTMLParser):
    """What a page holds; a tag that is not closed where it must be is an error."""

    stack: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    sections: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open_sections: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self.stack.append(tag)
        if tag == "section":
            self._open_sections.append(dict(attrs).get("id") or "")
            self.sections.setdefault(self._open_sections[-1], [])

    def handle_endtag(self, tag: str) -> None:
        assert self.stack, f"</{tag}> closes nothing"
        assert self.stack.pop() == tag, f"</{tag}> closes another tag"
        if tag == "section":
            self._open_sections.pop()

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] == "style":
            return
        self.texts.append(data)
        for name in self._open_sections:
            self.sections[name].append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def section(self, name: str) -> str:
        return " ".join("".join(self.sections[name]).split())

    def values(self, attribute: str) -> list[str]:
        return [attrs[attribute] for _, attrs in self.tags if attribute in attrs]


def read(page: str) -> Page:
    reader = Page()
    reader.feed(page)
    reader.close()
    assert reader.stack == []
    return reader


def stored(folder: Path, page: str) -> Path:
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path
