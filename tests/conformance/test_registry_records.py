"""Real registry records, and the registry's own description: what is read of them, and what a changed field does."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from screener.registry import modules
from screener.registry.hashes import eligibility_sha256, protocol_sha256
from screener.registry.problems import OldShape
from screener.registry.record import parse_record, registry_version

WRONG: tuple[object, ...] = (None, 5, 2.5, True, "text", [], {}, [1], [None], {"a": 1})


def records(shared_data: Path) -> dict[str, Any]:
    paths = sorted((shared_data / "registry" / "v2").glob("*.json"))
    return {path.stem: json.loads(path.read_bytes()) for path in paths}


def read_places(part: type[modules.Part], data: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Every place of a record that is read."""
    for name, info in part.model_fields.items():
        key = info.alias or name
        if not isinstance(data, dict) or key not in data:
            continue
        yield (*path, key)
        inner = part_within(info.annotation)
        if isinstance(data[key], list):
            for number, item in enumerate(data[key][:2]):
                yield (*path, key, number)
                if inner:
                    yield from read_places(inner, item, (*path, key, number))
        elif inner:
            yield from read_places(inner, data[key], (*path, key))


def part_within(annotation: Any) -> type[modules.Part] | None:
    """The part that a field holds, alone or in a list."""
    if isinstance(annotation, type) and issubclass(annotation, modules.Part):
        return annotation
    return next((found for inner in get_args(annotation) if (found := part_within(inner))), None)


def at(data: Any, place: tuple[str | int, ...]) -> Any:
    for step in place:
        data = data[step]
    return data


def named(place: tuple[str | int, ...], *, numbers: bool) -> str:
    return "".join((f"[{step}]" if numbers else "[]") if isinstance(step, int) else f".{step}" for step in place)[1:]


def test_every_real_record_reads_without_a_warning_that_matters(shared_data: Path) -> None:
    for name, data in records(shared_data).items():
        record = parse_record(data)
        assert [str(warning) for warning in record.warnings if not warning.ordinary] == [], name
        assert record.nct_id == name.split(".")[0]
        assert record.eligibility_text
        assert registry_version(record)


def test_the_record_of_rt_hype_reads(shared_data: Path) -> None:
    data = json.loads((shared_data / "registry" / "nct06452485" / "record.reconstructed.json").read_bytes())
    record = parse_record(data)
    assert (record.nct_id, record.recruiting, registry_version(record)) == ("NCT06452485", True, "2025-10-06")
    assert (record.eligibility.minimum_age, record.eligibility.maximum_age) == ("18 Years", None)
    assert (record.eligibility.sex, record.eligibility.healthy_volunteers) == ("ALL", False)
    assert [location.city for location in record.contacts_locations.locations or []] == ["Amsterdam"]
    assert record.design.phases is None


def test_two_loads_of_one_record_have_one_fingerprint(shared_data: Path) -> None:
    found = records(shared_data)
    first, second = found["NCT02552212.vh-2023-12-12"], found["NCT02552212.vh-2024-01-03"]
    assert first["derivedSection"] != second["derivedSection"]
    assert protocol_sha256(first) == protocol_sha256(second)
    texts = [parse_record(data).eligibility_text for data in (first, second)]
    assert eligibility_sha256(texts[0]) == eligibility_sha256(texts[1])


def test_the_former_shape_is_refused_with_a_sentence(shared_data: Path) -> None:
    data = json.loads((shared_data / "registry" / "legacy" / "NCT04780763.classic-api-v1.json").read_bytes())
    study = data["FullStudiesResponse"]["FullStudies"][0]
    for shape in (data, study, study["Study"]):
        with pytest.raises(OldShape, match="former API, which cannot be read"):
            parse_record(shape)


def test_dropping_any_field_that_is_read_is_named(shared_data: Path) -> None:
    for data in records(shared_data).values():
        section = data["protocolSection"]
        for place in read_places(modules.ProtocolSection, section, ()):
            if isinstance(place[-1], int):
                continue
            changed = copy.deepcopy(section)
            del at(changed, place[:-1])[place[-1]]
            warnings = parse_record({"protocolSection": changed}).warnings
            assert f"protocolSection.{named(place, numbers=False)}" in {warning.path for warning in warnings}


def test_renaming_any_field_that_is_read_is_named_twice(shared_data: Path) -> None:
    for data in records(shared_data).values():
        section = data["protocolSection"]
        for place in read_places(modules.ProtocolSection, section, ()):
            if isinstance(place[-1], int):
                continue
            changed = copy.deepcopy(section)
            holder = at(changed, place[:-1])
            holder[f"{place[-1]}New"] = holder.pop(place[-1])
            found = {warning.path: warning.kind for warning in parse_record({"protocolSection": changed}).warnings}
            path = f"protocolSection.{named(place, numbers=False)}"
            assert found[path] in ("missing", "absent")
            assert found[f"{path}New"] == "unknown field"


def test_any_field_of_another_type_is_named_and_taken_as_missing(shared_data: Path) -> None:
    data = records(shared_data)["NCT00763412.vh-2024-01-03"]
    section = data["protocolSection"]
    for place in read_places(modules.ProtocolSection, section, ()):
        value = at(section, place)
        for wrong in WRONG:
            if type(wrong) is type(value):
                continue
            changed = copy.deepcopy(section)
            at(changed, place[:-1])[place[-1]] = wrong
            found = {warning.path for warning in parse_record({"protocolSection": changed}).warnings}
            spelled = {f"protocolSection.{named(place, numbers=numbers)}" for numbers in (True, False)}
            assert found & spelled, (place, wrong)


def test_several_wrong_items_of_a_list_are_left_out_and_the_others_kept(shared_data: Path) -> None:
    data = records(shared_data)["NCT00763412.vh-2024-01-03"]
    data["protocolSection"]["conditionsModule"]["conditions"] = [1, "Cystic Fibrosis", 2, "Diabetes", None]
    record = parse_record(data)
    assert record.conditions.conditions == ["Cystic Fibrosis", "Diabetes"]
    paths = [warning.path for warning in record.warnings if warning.kind == "retyped"]
    assert sorted(paths) == [f"protocolSection.conditionsModule.conditions[{number}]" for number in (0, 2, 4)]


def test_the_fields_known_here_are_those_the_registry_describes(shared_data: Path) -> None:
    text = (shared_data / "registry" / "ctg-oas-v2.yaml").read_text(encoding="utf-8")
    described = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["components"]["schemas"]
    names = {
        "Identification": "IdentificationModule",
        "Status": "StatusModule",
        "Sponsors": "SponsorCollaboratorsModule",
        "Description": "DescriptionModule",
        "Conditions": "ConditionsModule",
        "Design": "DesignModule",
        "Eligibility": "EligibilityModule",
        "ContactsLocations": "ContactsLocationsModule",
        "Enrollment": "EnrollmentInfo",
    }
    parts = [kind for kind in modules.Part.__subclasses__() if kind.__module__ == modules.__name__]
    assert len(parts) == 15
    for part in parts:
        read = {info.alias or name for name, info in part.model_fields.items()}
        properties = set(described[names.get(part.__name__, part.__name__)]["properties"])
        assert read | part.unread == properties, part.__name__
        assert not read & part.unread
        assert part.optional <= read


def test_the_values_known_here_are_those_the_registry_describes(shared_data: Path) -> None:
    text = (shared_data / "registry" / "ctg-oas-v2.yaml").read_text(encoding="utf-8")
    described = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["components"]["schemas"]
    for schema, known in [
        ("Status", modules.Status.known["overallStatus"]),
        ("Sex", modules.Eligibility.known["sex"]),
        ("StandardAge", modules.Eligibility.known["stdAges"]),
        ("StudyType", modules.Design.known["studyType"]),
        ("Phase", modules.Design.known["phases"]),
        ("RecruitmentStatus", modules.Location.known["status"]),
    ]:
        assert set(described[schema]["enum"]) == known
