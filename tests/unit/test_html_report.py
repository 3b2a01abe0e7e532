"""The HTML report: whole, self-contained, safe with any text, and never kinder than the results."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from report_pages import DAY, patient, read, report_of, rt_hype, screened, varied

from screener.criteria.approval import Approval
from screener.criteria.model import Criterion, FactTest, YesNoTest
from screener.criteria.prose import INTENDED_USE
from screener.facts.definitions import FactDefinition, Presumption, Vocabulary
from screener.facts.table import Rejection
from screener.facts.values import PatientRecord
from screener.matching.evaluate import Evaluator
from screener.matching.results import Leaning, PatientResult
from screener.registry.text import normalise
from screener.reports.html_words import why

HOSTILE = "<script>alert(1)</script>\" onmouseover='x' &amp; {{ 7*7 }} \u202e \x00 ]]> </style> =1+1"


def folded(text: str) -> str:
    return " ".join(text.split())


def test_every_tag_is_closed_every_id_is_unique_and_every_link_leads_somewhere() -> None:
    page = read(report_of(screened(varied()), rejected=[Rejection(14, "birth_date", "not a date", "write 2026")]))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    targets = [
        *page.values("href"),
        *(f"#{name}" for value in page.values("aria-labelledby") for name in value.split()),
    ]
    assert len(targets) > 20
    assert [target for target in targets if target[0] != "#" or target[1:] not in ids] == []


def test_nothing_runs_and_nothing_is_loaded_from_elsewhere() -> None:
    page = report_of(screened(varied()))
    read_page = read(page)
    tags = {tag for tag, _ in read_page.tags}
    assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "form", "base", "svg"})
    assert not any(name.startswith("on") for _, attrs in read_page.tags for name in attrs)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", page)
    policy = next(attrs for tag, attrs in read_page.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy["content"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert ("html", {"lang": "en"}) in read_page.tags
    assert ("meta", {"charset": "utf-8"}) in read_page.tags


def test_tables_have_headings_with_a_scope_and_the_keyboard_can_skip_to_the_overview() -> None:
    page = read(report_of(screened(varied())))
    headings = [attrs for tag, attrs in page.tags if tag == "th"]
    assert headings
    assert all(attrs.get("scope") in ("col", "row") for attrs in headings)
    first_link = next(attrs for tag, attrs in page.tags if tag == "a")
    assert first_link == {"class": "skip", "href": "#overview"}


def test_the_head_says_what_was_screened_with_what_and_by_what() -> None:
    loaded = rt_hype()
    text = read(report_of(screened(varied()), source_name="june & july.csv")).text
    said = [loaded.rules.title, "NCT06452485", "2026-06-01", "2025-10-06", loaded.sha256, loaded.sha256[:12]]
    said += ["june & july.csv", "screener 1.2.3", "2026-06-02 08:30 UTC", f"Intended use: {INTENDED_USE}"]
    assert [words for words in said if words not in text] == []


def test_unapproved_rules_are_called_so_on_the_page_and_beside_every_patient() -> None:
    page = read(report_of(screened(varied())))
    assert "These rules are not approved" in page.text
    assert all("rules not approved" in page.section(f"patient-{rank}") for rank in range(1, 10))


def test_approved_rules_name_who_approved_them_and_when() -> None:
    loaded = replace(rt_hype(), approval=Approval("approved", "Dr Approver", "2026-05-05"))
    text = read(report_of(screened(varied()), loaded=loaded)).text
    assert "These rules are approved by Dr Approver on 2026-05-05" in text
    assert "not approved" not in text


def test_every_result_reason_cause_question_note_and_quote_is_there() -> None:
    results = screened(varied())
    page = read(report_of(results))
    for rank, result in enumerate(results, start=1):
        section = page.section(f"patient-{rank}")
        said = [result.patient_id, f"score {result.score}"]
        said += [folded(f"{one.result} {one.reason}") for one in result.criteria]
        said += [normalise(one.quote) for one in rt_hype().rules.criteria]
        said += [folded(one.question) for one in result.questions]
        said += [folded(words) for note in result.notes for words in (note.say, note.cite)]
        assert [words for words in said if words not in section] == []


def test_facts_have_value_date_and_source_and_what_is_missing_has_a_row() -> None:
    page = read(report_of(screened([patient("P", recurrence_surgery=None, source="letter of May, page 2")])))
    section = page.section("patient-1")
    assert "WHO performance status12026-05-20letter of May, page 2" in section
    assert "surgery of the recurrencenot recorded" in section


def test_the_registrys_words_stand_above_ours_and_the_verdict_stands_last() -> None:
    section = read(report_of(screened([patient("P")]))).section("patient-1")
    quote, reason = section.index("WHO performance scale ≤2"), section.index("WHO performance status is 1")
    assert section.index("Facts") < quote < reason < section.index("Eligible on recorded data")


@pytest.mark.parametrize("result", screened(varied()), ids=lambda result: result.patient_id)
def test_only_a_patient_with_nothing_open_and_nothing_failing_is_called_eligible(result: PatientResult) -> None:
    page = read(report_of([result]))
    settled = all(one.effect == "passes" for one in result.criteria)
    assert ("Eligible on recorded data" in page.section("patient-1")) is settled
    assert page.section("overview").count("Eligible on recorded data") == 1 + settled
    if not settled:
        assert not re.search(r"(?<!not )\beligible\b", page.section("patient-1").lower())


def test_a_result_that_contradicts_itself_is_refused() -> None:
    (result,) = screened([patient("P", recurrence_surgery=None)])
    with pytest.raises(AssertionError, match="nothing open"):
        report_of([result._replace(verdict="eligible")])


def test_verdicts_have_their_words_signs_and_counts() -> None:
    overview = read(report_of(screened(varied()))).section("overview")
    for words in ("2 ✓ Eligible on", "5 ? Needs information", "1 ↻ Not eligible now, may change", "1 ✗ Not eligible"):
        assert words in overview


def test_the_overview_says_in_short_why() -> None:
    results = screened(
        [
            patient("P-1"),
            patient("P-2", recurrence_surgery=None),
            patient("P-3", prior_breast_irradiation="chest_wall", dutch_communication=None, staging_pet_ct=None),
            patient("P-4", who_performance_status=3),
            patient(
                "P-5", who_performance_status=3, staging_pet_ct="none", dutch_communication=False,
                primary_breast_sarcoma=True,
            ),
        ]
    )  # fmt: skip
    said = {result.patient_id: why(result) for result in results}
    assert said == {
        "P-1": "all pass",
        "P-2": "1 question",
        "P-3": "I5: a person decides, 2 questions",
        "P-4": "fails I1",
        "P-5": "fails I1, I7, I9 and 1 more",
    }
    overview = read(report_of(results)).section("overview")
    assert all(f"{words}" in overview for words in said.values())


def test_a_presumption_is_said_in_the_overview() -> None:
    (result,) = screened([patient("P")])
    assert why(result._replace(presumed=(Leaning("frail", False, "always noted", ("E1",)),))) == "1 presumed"


def test_hostile_text_stays_text_wherever_it_comes_from() -> None:
    rules = rt_hype().rules
    criteria = tuple(replace(one, quote=HOSTILE) for one in rules.criteria)
    loaded = replace(
        rt_hype(), rules=replace(rules, title=HOSTILE, author=HOSTILE, criteria=criteria),
        approval=Approval("under_review", HOSTILE, HOSTILE),
    )  # fmt: skip
    results = [
        one._replace(
            patient_id=HOSTILE,
            criteria=tuple(result._replace(reason=HOSTILE) for result in one.criteria),
            questions=tuple(question._replace(question=HOSTILE) for question in one.questions),
            notes=tuple(note._replace(say=HOSTILE, cite=HOSTILE) for note in one.notes),
        )
        for one in screened([patient("P", source=HOSTILE), patient("Q", source=HOSTILE, recurrence_surgery=None)])
    ]
    page = report_of(
        results, loaded=loaded, rejected=[Rejection(2, HOSTILE, HOSTILE, HOSTILE)],
        unknown_columns=[(HOSTILE, HOSTILE)], source_name=HOSTILE, version=HOSTILE,
    )  # fmt: skip
    read_page = read(page)
    assert page.count("<script") == 0
    assert {tag for tag, _ in read_page.tags}.isdisjoint({"script"})
    assert not any(name.startswith("on") for _, attrs in read_page.tags for name in attrs)
    assert page.count("</style>") == 1
    assert "\x00" not in page
    shown = folded(HOSTILE.replace("\x00", "\u2400"))
    assert read_page.text.count(shown) > 40
    assert HOSTILE not in "".join(read_page.values("id") + read_page.values("href"))


def test_rejected_places_are_listed_by_row_and_column_and_unknown_columns_by_name() -> None:
    rejected = [Rejection(14, "birth_date", "not a date", "write 2026"), Rejection(20, None, "a repeated patient_id")]
    page = read(report_of([], rejected=rejected, unknown_columns=[("ecog", 'did you mean "who"?'), ("x", "")]))
    assert "2 places in patients.csv" in page.text
    assert "row 14, column birth_datenot a datewrite 2026" in page.text
    assert "row 20a repeated patient_id" in page.text
    assert 'ecog (did you mean "who"?)' in page.text


def test_a_report_without_patients_says_so() -> None:
    page = read(report_of([]))
    assert "0 patients in rank order" in page.text
    assert "There are no patients to show." in page.text


def test_a_presumption_is_shown_with_its_reason_and_beside_the_verdict() -> None:
    fact = FactDefinition("frail", "frailty", "yes_no", "record", "?", presume=Presumption(False, "it is always noted"))
    criterion = Criterion("E1", "exclusion", "Frail", FactTest("frail", (YesNoTest(True),)))
    rules = replace(rt_hype().rules, criteria=(criterion,), notes=(), vocabulary=Vocabulary.of(fact))
    result = Evaluator(rules, DAY).evaluate(PatientRecord("P", {}))
    section = read(report_of([result], loaded=replace(rt_hype(), rules=rules))).section("patient-1")
    assert "frailty: no, because it is always noted (E1)" in section
    assert "Leans on what is presumed: frail." in section


def test_a_trial_of_many_criteria_is_cut_into_tables_that_fit_and_shows_all_of_them() -> None:
    first = rt_hype().rules.criteria[0]
    criteria = tuple(replace(first, id=f"I{place}") for place in range(1, 61))
    loaded = replace(rt_hype(), rules=replace(rt_hype().rules, criteria=criteria))
    page = read(report_of(screened([patient("P")], loaded), loaded=loaded))
    assert sum(attrs.get("class") == "ranked" for tag, attrs in page.tags if tag == "table") == 4
    titles = [attrs["title"] for tag, attrs in page.tags if tag == "td" and "title" in attrs]
    assert [title.split()[0] for title in titles] == [f"I{place}" for place in range(1, 61)]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_text_stands_out_from_its_background_as_wcag_aa_asks() -> None:
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", report_of([])))
    for name in ("ink", "quiet", "accent", "pass", "fail", "open", "may"):
        for background in ("#ffffff", "#eef2f5", colours["faint"], colours.get(f"{name}-soft", "#ffffff")):
            assert contrast(colours[name], background) >= 4.5, (name, background)


def test_a_thousand_patients_are_one_page_with_a_section_each() -> None:
    results = screened(varied())
    many = [one._replace(patient_id=f"{one.patient_id}-{copy}") for copy in range(112) for one in results]
    page = report_of(many)
    assert page.count('<section class="page patient"') == len(many) == 1008
