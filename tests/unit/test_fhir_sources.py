"""Files and folders of FHIR as patients: whose records stand where, brought together from several places."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from fhir import (
    PATIENT,
    PILL,
    ZONE,
    Source,
    bundle,
    concept,
    condition,
    lines,
    medication,
    observation,
    of,
    person,
    said,
    write,
)

from screener.facts.events import EventKind
from screener.facts.fhir import files, glances
from screener.facts.record_source import open_events

EVERY: frozenset[EventKind] = frozenset({"condition", "observation"})


def test_a_folder_of_bundles_is_a_patient_a_bundle(tmp_path: Path) -> None:
    for name in ("2", "1", "3"):
        write(tmp_path / f"{name}.json", bundle(person(name), of(name, condition())))
    source = Source(tmp_path)
    assert [(one.patient_id, one.row) for one in source.patients.values()] == [("1", 1), ("2", 2), ("3", 3)]
    assert source.inspection.of("file") == {("JSON",): 3}


def test_loose_resources_of_a_patient_are_brought_together(tmp_path: Path) -> None:
    write(tmp_path / "x" / "Patient-1.json", PATIENT)
    write(tmp_path / "x" / "Condition-a.json", condition())
    write(tmp_path / "y" / "Observation-a.json", observation())
    write(tmp_path / "y" / "Patient-2.json", person("2"))
    source = Source(tmp_path)
    assert source.events == {"1": ["Patient/1", "Condition/a", "Observation/a"], "2": ["Patient/2"]}
    assert [event.place for event in source.patients["1"].events][1:] == [
        str(tmp_path / "x" / "Condition-a.json"),
        str(tmp_path / "y" / "Observation-a.json"),
    ]


def test_a_bulk_export_is_brought_together_by_patient_from_lines_of_several_files(tmp_path: Path) -> None:
    lines(tmp_path / "Condition.ndjson", of("2", condition("b")), of("1", condition("a")))
    lines(tmp_path / "Observation.000.ndjson", of("1", observation()), "", of("2", observation("o")))
    (tmp_path / "Patient.ndjson.gz").write_bytes(
        gzip.compress(b"".join(json.dumps(person(name)).encode() + b"\n" for name in ("1", "2", "3")))
    )
    source = Source(tmp_path)
    assert {name: sorted(events) for name, events in source.events.items()} == {
        "2": ["Condition/b", "Observation/o", "Patient/2"],
        "1": ["Condition/a", "Observation/a", "Patient/1"],
        "3": ["Patient/3"],
    }
    assert [(one.patient_id, one.row) for one in source.patients.values()] == [("2", 1), ("1", 2), ("3", 3)]
    places = {event.reference: event.place for event in source.patients["2"].events}
    assert places["Observation/o"] == f"{tmp_path / 'Observation.000.ndjson'}, line 3"
    assert source.inspection.of("file") == {("NDJSON",): 3}


def test_bundles_that_share_a_patient_are_read_as_one_record(tmp_path: Path) -> None:
    write(tmp_path / "a.json", bundle(person("1"), condition("a"), person("2")))
    write(tmp_path / "b.json", bundle(person("3"), of("3", condition("c"))))
    write(tmp_path / "c.json", bundle(observation("o")))
    source = Source(tmp_path)
    assert source.events == {
        "1": ["Patient/1", "Condition/a", "Observation/o"],
        "2": ["Patient/2"],
        "3": ["Patient/3", "Condition/c"],
    }
    assert [one.row for one in source.patients.values()] == [1, 2, 3]


def test_bundles_and_lines_may_stand_side_by_side(tmp_path: Path) -> None:
    write(tmp_path / "a.json", bundle(person("1"), condition("a")))
    lines(tmp_path / "b.ndjson", of("2", condition("b")), of("1", observation("o")))
    write(tmp_path / "c.json", bundle(person("4"), of("4", condition("d"))))
    source = Source(tmp_path)
    assert source.events["1"] == ["Patient/1", "Condition/a", "Observation/o"]
    assert list(source.patients) == ["1", "2", "4"]


def test_a_line_can_be_a_bundle(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.ndjson", bundle(person("1"), condition("a")), bundle(person("2")))
    source = Source(path)
    assert source.events == {"1": ["Patient/1", "Condition/a"], "2": ["Patient/2"]}
    assert source.patients["1"].events[1].place == f"{path}, line 1, entry 2"


def test_what_a_file_holds_decides_over_its_name(tmp_path: Path) -> None:
    several = tmp_path / "lines.json"
    lines(several, person("1"), condition("a"))
    assert Source(several).events == {"1": ["Patient/1", "Condition/a"]}
    document = tmp_path / "document.ndjson"
    document.write_text(json.dumps(bundle(person("1"), condition("a")), indent=1))
    assert Source(document).events == {"1": ["Patient/1", "Condition/a"]}


@pytest.mark.parametrize("lent", ["lines", "document", "bundle"])
@pytest.mark.parametrize("borrowed", ["lines", "document", "bundle"])
def test_a_medication_that_stands_elsewhere_is_found(tmp_path: Path, lent: str, borrowed: str) -> None:
    forms: dict[str, Any] = {
        "lines": lambda stem, *several: lines(tmp_path / f"{stem}.ndjson", *several),
        "document": lambda stem, *several: [
            write(tmp_path / f"{stem}{number}.json", one) for number, one in enumerate(several)
        ],
        "bundle": lambda stem, *several: write(tmp_path / f"{stem}.json", bundle(*several)),
    }
    forms[lent]("lent", person("2"), PILL)
    forms[borrowed]("borrowed", person("1"), medication("Medication/pill"))
    source = Source(tmp_path)
    event = source.patients["1"].events[-1]
    assert said(event)["code"] == ("recorded", ["pill"])
    assert source.inspection.of("by_reference") == {("Medication",): 1}
    assert source.inspection.of("lost_reference") == {}


def test_a_medication_is_found_by_its_full_url_too(tmp_path: Path) -> None:
    urn = "urn:uuid:0b1f1d3e-0000-4000-8000-000000000009"
    write(tmp_path / "a.json", bundle(PILL, urls=[urn]))
    lines(tmp_path / "b.ndjson", person("1"), medication(urn))
    assert said(Source(tmp_path).patients["1"].events[-1])["code"] == ("recorded", ["pill"])


def test_a_medication_of_the_own_bundle_goes_before_one_of_the_same_name_elsewhere(tmp_path: Path) -> None:
    other = {**PILL, "code": concept("other")}
    write(tmp_path / "a.json", bundle(person("1"), PILL, medication("Medication/pill")))
    lines(tmp_path / "b.ndjson", other, observation())
    (event,) = (event for event in Source(tmp_path).patients["1"].events if event.kind == "medication")
    assert said(event)["code"] == ("recorded", ["pill"])


def test_one_bad_record_is_named_by_file_and_line_and_stops_nothing(tmp_path: Path) -> None:
    bad = tmp_path / "b.ndjson"
    bad.write_bytes(b"\n".join([json.dumps(person("1")).encode(), b'{"oops": NaN}', b"{}", b"\xff\xfe{", b"{"]))
    write(tmp_path / "a.json", "no resource")
    (tmp_path / "c.json").write_text('{"resourceType": "Bundle", "entry": [')
    write(tmp_path / "d.json", bundle(person("2")))
    source = Source(tmp_path)
    assert list(source.patients) == ["1", "2"]
    assert sorted(source.rejected) == [
        f"{tmp_path / 'a.json'}: is no FHIR resource: it has no resourceType; leave it out of the folder",
        f"{bad}, line 2, column 10: is not valid JSON; export it again; every value must be as JSON writes it",
        f"{bad}, line 3: is no FHIR resource: it has no resourceType; leave it out of the folder",
        f"{bad}, line 4: is UTF-16 text; save it as UTF-8",
        f"{bad}, line 5, column 2: ends before it is complete; export it again",
        f"{tmp_path / 'c.json'}, line 1, column 38: ends before it is complete; export it again",
    ]


def test_what_is_declared_complete_is_complete(tmp_path: Path) -> None:
    write(tmp_path / "a.json", bundle(person("1")))
    source = Source(tmp_path, complete=EVERY)
    assert source.patients["1"].complete == EVERY
    assert source.inspection.relied_on == EVERY
    assert source.inspection.not_complete == {}


def test_a_record_too_deep_to_be_kept_is_named_and_the_rest_of_the_patient_is_read(tmp_path: Path) -> None:
    write(tmp_path / "1.json", PATIENT)
    write(tmp_path / "2.json", condition())
    deep: Any = []
    for _ in range(400):
        deep = [deep]
    write(tmp_path / "3.json", observation(extension=deep))
    source = Source(tmp_path, complete=EVERY)
    assert source.events == {"1": ["Patient/1", "Condition/a"]}
    assert source.rejected == [f"{tmp_path / '3.json'}: is nested too deeply; export it again"]
    assert source.patients["1"].complete == frozenset()


def test_two_servers_that_give_one_id_to_two_people_are_not_mixed(tmp_path: Path) -> None:
    first, second = "http://a.test/fhir/Patient/1", "http://b.test/fhir/Patient/1"
    write(tmp_path / "a.json", bundle(person("1"), condition("a"), urls=[first]))
    write(tmp_path / "b.json", bundle(person("1"), condition("b"), urls=[second]))
    lines(tmp_path / "c.ndjson", {**condition("c"), "subject": {"reference": second}})
    source = Source(tmp_path)
    assert source.events == {"1": ["Patient/1", "Condition/a"]}
    problem = "names a patient by an id that another server of this source has as well"
    hint = "screen the records of each server apart"
    assert sorted(source.rejected) == [
        f"{tmp_path / 'b.json'}: {problem}; {hint}",
        f"{tmp_path / 'c.ndjson'}, line 1: {problem}; {hint}",
    ]


def test_files_of_nobody_are_counted(tmp_path: Path) -> None:
    write(
        tmp_path / "a.json", bundle({"resourceType": "Organization", "id": "o"}, {"resourceType": "Claim", "id": "c"})
    )
    write(tmp_path / "b.json", {"resourceType": "Condition", "id": "a"})
    source = Source(tmp_path)
    assert source.patients == {}
    assert source.inspection.of("not_understood") == {("Claim",): 1, ("Organization",): 1}
    assert source.rejected == [
        f"{tmp_path / 'b.json'}: the Condition names no patient; name its Patient as the subject"
    ]


def test_a_file_that_changes_while_it_is_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("1", "2", "3"):
        write(tmp_path / f"{name}.json", bundle(person(name)))
    write(tmp_path / "4.json", bundle(observation()))
    read = files.read_document
    seen: list[str] = []

    def changed(path: str) -> bytes:
        seen.append(path)
        again = seen.count(path) > 1
        return b"{" if again and path.endswith(("1.json", "2.json")) else read(path)

    monkeypatch.setattr(glances, "read_document", changed)
    source = Source(tmp_path)
    assert list(source.patients) == ["1", "3"]
    cut = "line 1, column 2: ends before it is complete; export it again"
    assert source.rejected == [f"{tmp_path / '1.json'}, {cut}", f"{tmp_path / '2.json'}, {cut}"]


def test_records_are_read_once(tmp_path: Path) -> None:
    write(tmp_path / "a.json", bundle(person("1")))
    with open_events(tmp_path, zone=ZONE) as source:
        assert len(list(source)) == 1
        with pytest.raises(RuntimeError, match="records are read once"):
            list(source)
