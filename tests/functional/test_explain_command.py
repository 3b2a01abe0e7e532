"""`screener explain`: one patient, looked at alone."""

from __future__ import annotations

from command_line import SAMPLE, TRIAL, screen, screener


def explain(patient: str, *more: str) -> tuple[int, str, str]:
    ran = screener("explain", TRIAL, "--patients", SAMPLE, "--as-of", "2026-06-01", "--patient", patient, *more)
    return ran.code, ran.out, ran.err


def test_the_text_shows_the_registrys_words_the_evidence_and_the_verdict_last() -> None:
    code, out, _ = explain("P-004")
    words = " ".join(out.split())
    assert code == 0
    assert "“Previously treated with whole or partial breast irradiation.”" in words
    assert "the text does not say whether irradiation of the chest wall counts as breast irradiation" in words
    assert "a person must decide [interpretation open]" in words
    assert out.index("where to look it up") < out.index("I1") < out.rindex("needs information")


def test_the_json_is_the_patient_object_alone() -> None:
    import json

    code, out, _ = explain("P-004", "--format", "json")
    patient = json.loads(out)
    ranked = next(one for one in screen(SAMPLE).json["patients"] if one["patient_id"] == "P-004")
    assert code == 0
    assert {**ranked, "rank": None} == patient


def test_a_patient_who_is_not_in_the_table_is_said_without_repeating_the_id() -> None:
    code, _, err = explain("Somebody Else")
    assert code == 2
    assert "no patient of that id" in err
    assert "Somebody" not in err
