"""Reading a record: what is missing, unknown or strange is said, and nothing is raised."""

from __future__ import annotations

from typing import Any

import pytest

from screener.registry.hashes import eligibility_sha256, protocol_sha256
from screener.registry.problems import BadAnswer, OldShape
from screener.registry.record import RecordWarning, parse_record, registry_version


def record_with(**eligibility: object) -> dict[str, Any]:
    return {"protocolSection": {"eligibilityModule": eligibility}}


def warning_at(data: object, path: str) -> RecordWarning:
    (found,) = (warning for warning in parse_record(data).warnings if warning.path == f"protocolSection.{path}")
    return found


def test_an_absent_age_limit_is_ordinary_and_an_absent_text_is_not() -> None:
    assert warning_at(record_with(sex="ALL"), "eligibilityModule.maximumAge").ordinary
    assert not warning_at(record_with(sex="ALL"), "eligibilityModule.eligibilityCriteria").ordinary


def test_an_unknown_value_is_accepted_and_said() -> None:
    data = record_with(sex="NOT_TOLD")
    assert parse_record(data).eligibility.sex == "NOT_TOLD"
    warning = warning_at(data, "eligibilityModule.sex")
    assert (warning.kind, str(warning)) == (
        "unknown value",
        'protocolSection.eligibilityModule.sex has the value "NOT_TOLD", which is not known',
    )


@pytest.mark.parametrize("date", ["2025", "2025-10", "2025-10-06"])
def test_dates_of_every_precision_stay_text(date: str) -> None:
    data = {"protocolSection": {"statusModule": {"lastUpdatePostDateStruct": {"date": date}}}}
    assert registry_version(parse_record(data)) == date
    assert "unusual text" not in {warning.kind for warning in parse_record(data).warnings}


@pytest.mark.parametrize("date", ["06/10/2025", "2025-13", "October 2025", ""])
def test_a_date_written_otherwise_is_kept_and_said(date: str) -> None:
    data = {"protocolSection": {"statusModule": {"lastUpdatePostDateStruct": {"date": date}}}}
    assert registry_version(parse_record(data)) == date
    assert warning_at(data, "statusModule.lastUpdatePostDateStruct.date").kind == "unusual text"


def test_an_age_without_its_unit_is_said() -> None:
    assert warning_at(record_with(minimumAge="18"), "eligibilityModule.minimumAge").kind == "unusual text"


def test_a_number_for_an_age_is_taken_as_missing() -> None:
    data = record_with(maximumAge=75)
    assert parse_record(data).eligibility.maximum_age is None
    assert warning_at(data, "eligibilityModule.maximumAge").kind == "retyped"
    assert data == record_with(maximumAge=75)


@pytest.mark.parametrize("data", [{}, {"protocolSection": None}, {"protocolSection": []}, {"protocolSection": "text"}])
def test_a_record_without_its_section_is_empty_and_says_so(data: dict[str, Any]) -> None:
    record = parse_record(data)
    assert record.nct_id is record.eligibility_text is registry_version(record) is None
    assert [warning.path for warning in record.warnings] == ["protocolSection"]
    assert not record.warnings[0].ordinary


@pytest.mark.parametrize("data", [None, [], "text", 5])
def test_what_is_no_record_at_all_is_refused(data: object) -> None:
    with pytest.raises(BadAnswer, match="is not a study record"):
        parse_record(data)


def test_the_former_shape_is_refused_with_what_to_do() -> None:
    with pytest.raises(OldShape) as caught:
        parse_record({"FullStudiesResponse": {}})
    assert caught.value.exit_code == 4
    assert "/api/v2" in caught.value.hint


def test_signs_that_steer_a_terminal_are_shown_as_one_that_does_not() -> None:
    record = parse_record(
        {
            "protocolSection": {
                "identificationModule": {"nctId": "NCT1\x1b[2J", "nct\x9bId": 1},
                "eligibilityModule": {"eligibilityCriteria": "Inclusion:\n\n\t* Adult\x07\ud800 ≥18"},
            }
        }
    )
    assert record.nct_id == "NCT1\ufffd[2J"
    assert record.eligibility_text == "Inclusion:\n\n\t* Adult\ufffd\ufffd ≥18"
    assert "protocolSection.identificationModule.nct\ufffdId" in {warning.path for warning in record.warnings}


def test_a_warning_never_shows_a_long_value_whole() -> None:
    warning = warning_at(record_with(sex="x" * 5000), "eligibilityModule.sex")
    assert len(warning.message) < 200


def test_many_sites_alike_give_one_warning() -> None:
    sites = [{"facility": f"Site {number}", "city": "Amsterdam"} for number in range(50)]
    data = {"protocolSection": {"contactsLocationsModule": {"locations": sites}}}
    assert len([w for w in parse_record(data).warnings if w.path.endswith("locations[].status")]) == 1


def test_the_fingerprint_of_a_record_ignores_order_and_what_is_derived() -> None:
    one = {"protocolSection": {"a": 1, "b": "é"}, "derivedSection": {"version": 1}}
    other = {"derivedSection": {"version": 2}, "protocolSection": {"b": "é", "a": 1}}
    # Computed apart: printf '{"a":1,"b":"é"}' | sha256sum
    assert protocol_sha256(one) == protocol_sha256(other)
    assert protocol_sha256(one) == "09ad9fd2fb648cb2f62141215828ea00a62c299db05d20aa9ade2f527a301cc6"
    assert protocol_sha256(one) != protocol_sha256({"protocolSection": {"a": 1, "b": "e"}})


def test_a_lone_surrogate_does_not_stop_the_fingerprint() -> None:
    one, other = ({"protocolSection": {"a": letter}} for letter in ("\ud800", "\ud801"))
    assert protocol_sha256(one) != protocol_sha256(other)
    assert eligibility_sha256("\ud800") != eligibility_sha256("")


def test_the_fingerprint_of_a_text_ignores_escapes_and_white_space() -> None:
    assert eligibility_sha256("* Age \\>=18\n") == eligibility_sha256("*  Age >=18")
    assert eligibility_sha256("* Age >=18") != eligibility_sha256("* Age >=19")
    assert eligibility_sha256(None) == eligibility_sha256(" ")
