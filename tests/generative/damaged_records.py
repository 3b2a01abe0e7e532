"""Records damaged by a generator with a fixed seed: elements dropped, retyped, moved, repeated, made huge or deep, and
bytes cut, changed or in another encoding. They are made from small records, and from public ones where those are there.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import orjson
from fhir import (
    LEFT_BREAST,
    LEFT_BREAST_CANCER,
    PATIENT,
    bundle,
    concept,
    condition,
    extension,
    observation,
    procedure,
    profile,
    resource,
    status,
)

_LARGEST: Final = 60_000
_PATIENT: Final = re.compile(r'"reference":"Patient/([^"]+)"')
_ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    -1,
    2**63,
    1e308,
    -0.0,
    "",
    " ",
    "\0",
    "\u202e",
    "x" * 5_000,
    "2018-13-45",
    "2018-05-20T24:61:61Z",
    "9999-12-31T23:59:59-14:00",
    "Patient/1",
    "#",
    "urn:uuid:",
    [],
    {},
    [[]],
    [None],
    [{}],
    {"coding": None},
    {"coding": [None, 5, {"code": 5}, {"system": [], "code": "x"}]},
    {"coding": [{"system": {}, "code": "x", "display": []}], "text": 5},
    {"reference": 5},
    {"reference": "#self"},
    {"start": 5, "end": []},
    {"value": "5", "comparator": []},
    {"value": {}, "unit": 5, "code": [], "system": True},
)


def small_records() -> list[dict[str, Any]]:
    """Records that hold every element that is read."""
    quantity = {"value": 5.5, "comparator": "<", "unit": "g/L", "system": "http://unitsofmeasure.org", "code": "g/L"}
    dose = extension(
        "radiotherapy-dose-delivered-to-volume",
        extension=[
            {"url": "volume", "valueReference": {"reference": "BodyStructure/v"}},
            {"url": "totalDoseDelivered", "valueQuantity": quantity},
            {"url": "fractionsDelivered", "valueUnsignedInt": 15},
        ],
    )
    qualifier = extension("laterality-qualifier", valueCodeableConcept=concept(LEFT_BREAST))
    site = {**concept(LEFT_BREAST), "extension": [qualifier]}
    period = {"start": "2018-04-01", "end": "2018-06"}
    medication = {"resourceType": "Medication", "id": "m", "code": concept("pill")}
    return [
        bundle(
            {
                **PATIENT,
                "birthDate": "1965-01",
                "gender": "female",
                "communication": [{"language": concept("nl")}],
                "deceasedDateTime": "2024-05-01T23:30:00Z",
                "link": [{"type": "refer"}],
            },
            condition(
                "c",
                LEFT_BREAST_CANCER,
                meta={**profile("primary-cancer-condition"), "versionId": "1", "lastUpdated": "2026-01-01T00:00:00Z"},
                clinicalStatus=status("recurrence"),
                verificationStatus=status("confirmed"),
                bodySite=[site],
                onsetPeriod=period,
                abatementDateTime="2020",
                extension=[extension("histology-morphology-behavior", valueCodeableConcept=concept("duct"))],
            ),
            procedure(
                "p",
                extension=[dose, extension("radiotherapy-sessions", valueUnsignedInt=16)],
                performedPeriod=period,
                reasonReference=[{"reference": "Condition/c"}],
                reasonCode=[concept(LEFT_BREAST_CANCER)],
            ),
            {
                "resourceType": "BodyStructure",
                "id": "v",
                "patient": {"reference": "Patient/1"},
                "location": concept("wrist"),
                "locationQualifier": [concept(LEFT_BREAST)],
            },
            urls=["urn:uuid:1"],
        ),
        bundle(
            PATIENT,
            observation(
                "o",
                meta=profile("comorbidities"),
                effectivePeriod=period,
                focus=[{"reference": "Condition/c"}],
                valueQuantity=quantity,
                referenceRange=[{"high": quantity, "type": concept("normal")}],
                component=[{"code": concept("part"), "valueRange": {"low": quantity, "high": quantity}}],
                extension=[
                    extension("related-condition", valueReference={"reference": "Condition/c"}),
                    extension("related-condition-absent", valueCodeableConcept=concept("obese")),
                ],
            ),
            resource(
                "MedicationRequest",
                status="active",
                intent="order",
                contained=[medication],
                medicationReference={"reference": "#m"},
                authoredOn="2018-04-12",
            ),
            resource(
                "ImagingStudy",
                status="available",
                series=[{"modality": {"system": "s", "code": "PT"}, "bodySite": {"code": "b"}, "started": "2018"}],
            ),
            resource("DiagnosticReport", status="final", category=[concept("RAD")], code=concept("scan")),
            resource(
                "Encounter", status="finished", type=[concept("visit")], period=period, **{"class": {"code": "AMB"}}
            ),
            type="history",
        ),
        condition(clinicalStatus=status("active"), onsetString="as a child"),
    ]


def public_records(shared: Path) -> Iterator[Any]:
    folder = shared / "fhir"
    files = [*(folder / "mcode-jenny-m").glob("*.json"), *(folder / "mcode-official").glob("*.json")]
    files += sorted((folder / "mcode-patients").glob("*.json"))[:50]
    files += sorted((folder / "cms125" / "cases").glob("*/*.json"))[:25]
    for file in sorted(files):
        document = orjson.loads(file.read_bytes())
        document.pop("text", None)
        yield document


def of_another(document: Any, number: int) -> Any:
    """The same record of a patient of its own, so that its file stands alone."""
    written = orjson.dumps(document).decode()
    found = _PATIENT.search(written)
    if found is None:
        return document
    name = found.group(1)
    for before in (f'/{name}"', f'"id":"{name}"'):
        written = written.replace(before, f'{before[:-1]}-{number}"')
    return orjson.loads(written)


class Damage:
    """Damages documents, always in the same way for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._ways: tuple[Callable[[Any], None], ...] = (
            self._drop,
            self._retype,
            self._retype,
            self._shuffle,
            self._repeat,
            self._move,
            self._rename,
            self._deepen,
            self._grow,
        )

    def record(self, document: Any) -> bytes:
        """The document, damaged in one to four places, as bytes, which may be damaged too."""
        whole = {"": orjson.loads(orjson.dumps(document))}
        for _ in range(self._random.randint(1, 4)):
            self._random.choice(self._ways)(whole)
        try:
            written = json.dumps(whole[""], ensure_ascii=self._random.random() < 0.5).encode("utf-8", "surrogatepass")
        except (ValueError, RecursionError):  # a place moved into itself, or too deep to write
            written = b"[" * 500
        return self._bytes(written[:_LARGEST])

    def _place(self, whole: Any) -> tuple[Any, Any]:
        """A place somewhere in a document, mostly deep in it: what holds it, and its key or index."""
        holder, key = whole, ""
        while self._random.random() < 0.95:
            inside = holder[key]
            keys = (
                list(inside)
                if isinstance(inside, dict)
                else list(range(len(inside) if isinstance(inside, list) else 0))
            )
            deeper = [one for one in keys if isinstance(inside[one], dict | list)]
            if not keys:
                break
            holder, key = inside, self._random.choice(deeper if deeper and self._random.random() < 0.9 else keys)
        return holder, key

    def _drop(self, whole: Any) -> None:
        holder, key = self._place(whole)
        if holder is not whole:
            del holder[key]

    def _retype(self, whole: Any) -> None:
        holder, key = self._place(whole)
        holder[key] = copy.deepcopy(self._random.choice(_ODD))

    def _shuffle(self, whole: Any) -> None:
        holder, key = self._place(whole)
        if isinstance(holder[key], list):
            self._random.shuffle(holder[key])
        elif isinstance(holder[key], dict):
            items = list(holder[key].items())
            self._random.shuffle(items)
            holder[key] = dict(items)

    def _repeat(self, whole: Any) -> None:
        holder, key = self._place(whole)
        holder[key] = [holder[key]] * self._random.randint(2, 30)

    def _move(self, whole: Any) -> None:
        holder, key = self._place(whole)
        other, elsewhere = self._place(whole)
        other[elsewhere] = holder[key]

    def _rename(self, whole: Any) -> None:
        holder, key = self._place(whole)
        if isinstance(holder, dict) and holder is not whole:
            holder[self._random.choice(("resourceType", "extension", "code", "id", "\0", "x" * 500))] = holder.pop(key)

    def _deepen(self, whole: Any) -> None:
        holder, key = self._place(whole)
        deep: Any = holder[key]
        for _ in range(self._random.choice((5, 200))):
            deep = {"extension": [deep]} if self._random.random() < 0.5 else [deep]
        holder[key] = deep

    def _grow(self, whole: Any) -> None:
        holder, key = self._place(whole)
        holder[key] = "\ud800" if self._random.random() < 0.5 else {f"k{number}": [] for number in range(500)}

    def _bytes(self, written: bytes) -> bytes:
        roll = self._random.random()
        if roll < 0.02:
            return written[: self._random.randint(0, len(written))]
        if roll < 0.04 and written:
            place = self._random.randrange(len(written))
            return written[:place] + bytes([self._random.randrange(256)]) + written[place + 1 :]
        if roll < 0.05:
            return written.decode("utf-8", "replace").encode(self._random.choice(("utf-16", "utf-16-le", "utf-16-be")))
        if roll < 0.06:
            return written.replace(b"5", b"NaN").replace(b"1", b"-Infinity")
        if roll < 0.07:
            return b"[" * 3_000 + written
        return b"\xef\xbb\xbf" + written if roll < 0.09 else written
