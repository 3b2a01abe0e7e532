"""`screener run` over patient records, and over facts that records bear on without settling them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from remembered import SAMPLE, TRIAL, Desk
from sqlalchemy import text

from screener.criteria.library import shipped
from screener.store.address import store_address
from screener.store.database import make_engine
from screener.store.upgrade import upgrade

pytest_plugins = ["postgres"]
RECORDS = shipped("data") / "fhir"
DAY = "2026-06-01"
CAUSES = {"uncertain": "not_recorded"}
"""What a record bears on and does not say is asked for like what is not recorded."""


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    return Desk(tmp_path, None if request.param == "sqlite" else request.getfixturevalue("postgres_url"))


def screened(desk: Desk, patients: Path, as_of: str = DAY) -> dict[str, Any]:
    """What `screen` says of each patient, under the pseudonym and without what moves from night to night."""
    said = desk.call("screen", TRIAL, "--patients", patients, "--as-of", as_of, "--format", "json")
    return {desk.pseudonym(one["patient_id"]): comparable(one) for one in said.json["patients"]}


def comparable(patient: dict[str, Any]) -> Any:
    """What is said of a patient, but for the rank, the name, and the place of a record in its file."""
    texts = json.dumps({**patient, "rank": 0, "patient_id": ""})

    def without_place(thing: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in thing.items() if name != "place"}

    return json.loads(texts, object_hook=without_place)


def test_a_run_over_records_says_what_a_screening_of_them_says_with_the_evidence(desk: Desk) -> None:
    said = desk.run(RECORDS)
    assert said.code in (0, 3), said.err
    again = {one["patient_id"]: comparable(one) for one in desk.replay(1)}
    assert again == screened(desk, RECORDS)
    facts = [fact for one in again.values() for criterion in one["criteria"] for fact in criterion["facts"]]
    assert any(fact.get("evidence") for fact in facts)


def test_unchanged_records_screen_nobody_again_and_a_changed_one_is_named(desk: Desk) -> None:
    folder = Path(shutil.copytree(RECORDS, desk.folder / "records"))
    desk.run(folder)
    for path in folder.iterdir():
        path.rename(path.with_name(f"export-2-{path.name}"))
    assert "; 0 patients screened again." in desk.run(folder, form="text").out
    path = folder / "export-2-P-001.json"
    bundle = json.loads(path.read_bytes())
    born = next(one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == "Patient")
    born["birthDate"] = "2010-01-01"
    path.write_text(json.dumps(bundle), encoding="utf-8")
    (change,) = desk.run(folder, "2026-06-02").json["changed"]
    assert (change["patient"], change["to"]) == (desk.pseudonym("P-001"), "not_eligible")
    assert [cause["kind"] for cause in change["because"]] == ["fact"]


def test_an_answer_stands_above_what_was_derived_and_ends_when_the_records_change(desk: Desk) -> None:
    desk.run(RECORDS)
    fact = "who_performance_status"
    assert desk.answer("P-001", fact, "4").code == 0
    desk.rescreen()
    patient = next(one for one in desk.replay(2) if one["patient_id"] == desk.pseudonym("P-001"))
    (told,) = next(one for one in patient["criteria"] if one["id"] == "I1")["facts"]
    assert (told["value"], told["state"]) == (4, "answered")
    assert told["evidence"][0]["reference"] == "recorded otherwise"
    folder = Path(shutil.copytree(RECORDS, desk.folder / "records"))
    path = folder / "P-001.json"
    path.write_text(path.read_text(encoding="utf-8").replace("LA9623-5", "LA9624-3"), encoding="utf-8")
    assert path.read_bytes() != (RECORDS / "P-001.json").read_bytes()
    said = desk.run(folder, "2026-06-02", form="text")
    assert "no longer stands: the record says otherwise now" in said.out


@pytest.mark.parametrize("state", ["conflicting", "imprecise", "uncertain", "unreadable"])
def test_a_fact_that_is_not_settled_keeps_its_cause_and_an_answer_settles_it(tmp_path: Path, state: str) -> None:
    desk = Desk(tmp_path)
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("primary_breast_sarcoma")
    row = next(number for number, line in enumerate(lines) if line.startswith("P-001,"))
    cells = lines[row].split(",")
    cells[place] = f"?{state}"
    lines[row] = ",".join(cells)
    table = tmp_path / "table.csv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert desk.run(table).code == 0
    again = {one["patient_id"]: one for one in desk.replay(1)}
    criterion = next(one for one in again[desk.pseudonym("P-001")]["criteria"] if one["id"] == "E1")
    assert (criterion["result"], criterion["causes"]) == ("unknown", [CAUSES.get(state, state)])
    assert desk.run(table).json["changed"] == []
    assert desk.answer("P-001", "primary_breast_sarcoma", "no").code == 0
    (change,) = desk.run(table, "2026-06-02").json["changed"]
    words = {"unreadable": "not readable"}.get(state, state)
    assert change["because"] == [{"kind": "answer", "what": f"primary breast sarcoma was {words}, is no (2026-06-01)"}]
    assert desk.run(table, "2026-06-03").json["changed"] == []


def test_a_store_that_only_knew_the_registry_remembers_from_now_on(desk: Desk) -> None:
    """One of version 0002, as the release before left it."""
    address = store_address(desk.url)
    if address.file is not None:
        address.file.touch(mode=0o600)
    engine = make_engine(address)
    assert upgrade(engine, address, to="0002")
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(
            text("INSERT INTO registry_trial (id, nct_id, first_seen) VALUES (1, :trial, '2026-06-01T12:00:00Z')"),
            {"trial": TRIAL},
        )
    engine.dispose()
    assert desk.run(SAMPLE).json["counts"]["eligible"] == 2
    assert desk.answer("P-003", "primary_breast_sarcoma", "no").code == 0
    assert desk.rescreen().json["counts"]["eligible"] == 3
    assert desk.call("audit", "verify").code == 0
    if address.file is not None:
        assert address.file.with_name("store.db.before-upgrade-from-0002").is_file()
