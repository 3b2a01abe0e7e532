"""The fact sheet: what the record and the rules say, and nothing else."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from report_pages import Page, read, rt_hype
from rulesets import RULES, TRIAL, checked, record, replaced, write_trial

from screener.criteria.prose import INTENDED_USE
from screener.errors import InvalidRules, UsageError
from screener.reports.fact_sheet import (
    HOW_TO_TAKE_PART,
    JUDGED,
    NEVER_CHECKED,
    NO_OBLIGATION,
    SITES_NOTE,
    FactSheet,
    fact_sheet,
)
from screener.reports.fact_sheet_forms import as_data, as_html, as_text

MADE = datetime(2026, 6, 2, 8, 30, tzinfo=UTC)


def sheet(tmp_path: Path, *, rules: str = RULES, words: str = "", **modules: dict[str, Any]) -> FactSheet:
    """The sheet of a small trial, whose record holds no more than is given."""
    folder = write_trial(tmp_path, rules=rules)
    data = json.loads(record())
    for name, more in modules.items():
        data["protocolSection"].setdefault(name, {}).update(more)
    (folder / "registry.json").write_text(json.dumps(data))
    if words:
        (folder / "fact_sheet.yaml").write_text(words)
    loaded, findings = checked(folder)
    assert loaded is not None, findings
    return fact_sheet(loaded)


def facts(made: FactSheet) -> dict[str, str]:
    return {one.name: one.value for one in made.facts}


def page(made: FactSheet) -> Page:
    return read(as_html(made, version="1.2.3", created=MADE))


def test_the_quick_facts_of_the_shipped_trial_are_those_of_its_record() -> None:
    assert facts(fact_sheet(rt_hype())) == {
        "nct_id": "NCT06452485",
        "acronym": "RT-HYPE",
        "status": "recruiting",
        "study_type": "observational",
        "enrolment": "500 (estimated)",
        "ages": "18 years and older, no upper limit",
        "sex": "all",
        "healthy_volunteers": "not accepted",
        "start": "2024-01-01",
        "completion": "2027-05-31 (estimated)",
        "sponsor": "Amsterdam UMC, location VUmc",
    }


def test_what_the_record_does_not_hold_is_said_to_be_not_in_the_record(tmp_path: Path) -> None:
    made = sheet(tmp_path)
    missing = {name for name, value in facts(made).items() if value == "not in the record"}
    assert missing == set(facts(made)) - {"nct_id", "status", "ages"}
    data = as_data(made)
    assert data["quick_facts"]["sponsor"] is None
    assert data["sites"]["listed"] == []
    text = as_text(made)
    for words in ("The brief summary is not in the record.", "Conditions: not in the record"):
        assert words in text
    assert "The brief summary is not in the record." in page(made).text


@pytest.mark.parametrize(
    ("eligibility", "ages"),
    [
        ({"minimumAge": "18 Years"}, "18 years and older, no upper limit"),
        ({"minimumAge": "12 Years", "maximumAge": "24 Years"}, "12 years to 24 years"),
        ({"maximumAge": "6 Months"}, "youngest age not in the record, up to 6 months"),
        ({}, "youngest age not in the record, no upper limit"),
    ],
)
def test_an_absent_maximum_age_is_no_limit_and_an_absent_minimum_is_not_guessed(
    eligibility: dict[str, Any], ages: str, tmp_path: Path
) -> None:
    assert facts(sheet(tmp_path, eligibilityModule=eligibility))["ages"] == ages


@pytest.mark.parametrize(
    ("design", "name", "value"),
    [
        ({"enrollmentInfo": {"count": 1200, "type": "ACTUAL"}}, "enrolment", "1,200 (actual)"),
        ({"enrollmentInfo": {"count": 5}}, "enrolment", "5 (whether actual or estimated is not in the record)"),
        ({"enrollmentInfo": {"type": "ACTUAL"}}, "enrolment", "not in the record"),
        ({"studyType": "INTERVENTIONAL", "phases": ["PHASE2"]}, "study_type", "interventional, phase 2"),
        ({"studyType": "INTERVENTIONAL", "phases": ["NA"]}, "study_type", "interventional"),
        ({"studyType": "SOMETHING_NEW"}, "study_type", "something new"),
    ],
)  # fmt: skip
def test_the_design_is_said_as_the_record_says_it(
    design: dict[str, Any], name: str, value: str, tmp_path: Path
) -> None:
    assert facts(sheet(tmp_path, designModule=design))[name] == value


def test_every_site_is_shown_with_what_is_known_of_it_and_that_the_list_may_be_incomplete(tmp_path: Path) -> None:
    sites = [
        {"facility": "Hospital", "city": "Utrecht", "country": "Netherlands", "status": "NOT_YET_RECRUITING"},
        {"city": "Delft"},
        {},
    ]
    made = sheet(tmp_path, contactsLocationsModule={"locations": sites})
    assert made.sites == ("Hospital, Utrecht, Netherlands (not yet recruiting)", "Delft", "place not in the record")
    assert SITES_NOTE in page(made).text
    assert SITES_NOTE in " ".join(as_text(made).split())


def test_a_study_that_does_not_recruit_says_so(tmp_path: Path) -> None:
    made = sheet(tmp_path, statusModule={"overallStatus": "ACTIVE_NOT_RECRUITING"})
    for said in (as_text(made), page(made).text):
        assert "The registry says that this study is active not recruiting." in said


def test_the_summary_is_shown_in_paragraphs_with_its_escapes_undone(tmp_path: Path) -> None:
    summary = "Pain \\>=2\ngoes on.\n\nGroups:\n* one\n* two\\*"
    made = sheet(tmp_path, descriptionModule={"briefSummary": summary})
    assert made.summary == ("Pain >=2 goes on.", "Groups:", "* one", "* two*")


def test_who_fits_is_made_from_the_rules_where_nobody_wrote_it(tmp_path: Path) -> None:
    text = as_text(sheet(tmp_path))
    good = text.partition("GOOD FIT")[2].partition("NOT A FIT")[0]
    assert (
        "You can take part only if all of these are so:\n  - Is the wrist fracture healed? The answer is yes." in good
    )
    bad = text.partition("NOT A FIT")[2]
    assert "You cannot take part if any of these is so:\n  - Pain? The answer is severe." in bad


def test_a_criterion_that_is_not_encoded_is_for_the_team_and_one_that_is_open_says_so(tmp_path: Path) -> None:
    rules = replaced(
        RULES,
        ("    require:\n      healed: yes\n", "    not_encoded: to be written\n"),
        (
            "      pain: {is: severe}\n",
            "      pain: {is: severe}\n    unclear_if: {when: {pain: {is: mild}}, because: x}\n",
        ),
    )
    rules = re.sub(r"    cases:\n(      - .*(?:met|unknown)\}\n){3}", "", rules, count=1)
    made = sheet(tmp_path, rules=rules)
    assert (made.good_fit.lead, made.good_fit.items) == ("", ())
    assert made.good_fit.judged == ("Wrist fracture healed",)
    assert f"{JUDGED}\n  - “Wrist fracture healed”" in as_text(made)
    assert JUDGED in page(made).text
    (item,) = made.not_a_fit.items
    assert item.below == ()
    assert "leaves something open" in item.remark
    assert item.remark in page(made).text
    assert f"({item.remark})" in as_text(made)


def test_the_parts_of_a_rule_are_a_list_within_the_list(tmp_path: Path) -> None:
    either = "      any:\n        - healed: yes\n        - all: [{itp: no}, {pain: {is: mild}}]\n"
    made = sheet(tmp_path, rules=replaced(RULES, ("      healed: yes\n", either)))
    (item,) = as_data(made)["good_fit"]["items"]
    assert item["says"] == "At least one of these is so:"
    assert [one["says"] for one in item["below"]] == [
        "Is the wrist fracture healed? The answer is yes.",
        "all of these are so:",
    ]
    assert [one["says"] for one in item["below"][1]["below"]] == [
        "Is there an immune thrombocytopenia? The answer is no.",
        "Pain? The answer is mild.",
    ]
    assert "    - all of these are so:\n      - Is there an immune thrombocytopenia? The answer is no." in as_text(made)


def test_the_shipped_trial_says_in_written_words_whom_it_is_for() -> None:
    made = as_data(fact_sheet(rt_hype()))
    assert {made["good_fit"]["words"], made["not_a_fit"]["words"]} == {"written"}
    assert [one["says"] for one in made["not_a_fit"]["items"]] == [
        "Primary breast sarcoma.",
        "A low-risk recurrence after previous breast-conserving surgery or therapy.",
    ]


def test_words_that_a_person_wrote_stand_in_place_of_the_made_ones(tmp_path: Path) -> None:
    made = sheet(tmp_path, words=f"trial: {TRIAL}\ngood_fit:\n  - People with a\n    healed wrist.\n")
    assert [one.words for one in made.good_fit.items] == ["People with a healed wrist."]
    assert (made.good_fit.written, made.not_a_fit.written) == (True, False)
    assert "People with a healed wrist." in page(made).text
    assert "the criteria in full decide" in page(made).text


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (f"trial: {TRIAL}\ngod_fit: [a]\n", "R107"),
        ("good_fit: [a]\n", "R112"),
        ("trial: NCT00000001\n", "R117"),
        (f"trial: {TRIAL}\ngood_fit: people\n", "R111"),
        (f"trial: {TRIAL}\ngood_fit: [a]\ngood_fit: [b]\n", "R102"),
    ],
)
def test_a_file_of_words_with_a_mistake_is_refused_with_its_place(words: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidRules) as refused:
        sheet(tmp_path, words=words)
    assert [one.code for one in refused.value.findings] == [code]


def test_how_to_take_part_and_that_it_obliges_nobody_stand_in_every_form() -> None:
    made = fact_sheet(rt_hype())
    for said in (as_text(made), page(made).text, json.dumps(as_data(made), ensure_ascii=False)):
        for words in (*HOW_TO_TAKE_PART, NO_OBLIGATION, "These rules are not approved"):
            assert words in " ".join(said.split())
        assert INTENDED_USE in " ".join(said.split())


def test_when_it_was_last_checked_is_said_in_utc_or_that_it_never_was() -> None:
    never = fact_sheet(rt_hype())
    assert NEVER_CHECKED in as_text(never)
    assert as_data(never)["last_checked"] is None
    checked_on = fact_sheet(rt_hype(), datetime.fromisoformat("2026-06-01T02:30:00+02:00"))
    assert "2026-06-01 00:30 UTC" in as_text(checked_on)
    assert "2026-06-01 00:30 UTC" in page(checked_on).text


def test_what_the_stored_record_says_of_its_own_making_is_repeated(tmp_path: Path) -> None:
    made = fact_sheet(rt_hype())
    assert made.provenance is not None
    assert "not a byte-for-byte answer" in page(made).text
    assert sheet(tmp_path).provenance is None


def test_the_page_loads_nothing_runs_nothing_and_escapes_what_the_record_says(tmp_path: Path) -> None:
    nasty = '<script>alert("x")</script>&\u202e\x1b[31m'
    made = sheet(
        tmp_path,
        identificationModule={"briefTitle": nasty},
        descriptionModule={"briefSummary": nasty},
        sponsorCollaboratorsModule={"leadSponsor": {"name": nasty}},
    )
    shown = page(made)
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in shown.tags}
    assert not shown.values("src")
    assert '<script>alert("x")</script>&\N{REPLACEMENT CHARACTER}[31m' in shown.text
    assert "\x1b" not in as_text(made)
    assert max(map(len, as_text(made).splitlines())) <= 100


def test_a_trial_without_a_usable_record_is_refused_in_a_sentence(tmp_path: Path) -> None:
    folder = write_trial(tmp_path)
    (folder / "registry.json").unlink()
    loaded, _ = checked(folder)
    assert loaded is not None
    with pytest.raises(UsageError, match="no stored registry record"):
        fact_sheet(loaded)
