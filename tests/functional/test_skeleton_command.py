"""`screener criteria new`: from the registry, or from a stored record, to rules that can be written."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import screener
from registry_server import RegistryServer, json_reply, reply, study

NEW = ("criteria", "new")
TRIAL = "NCT00000000"
RECORDS = (
    "NCT00763412.vh-2024-01-03", "NCT00973089.vh-2024-01-22", "NCT02210780.vh-2023-11-15", "NCT02552212.vh-2023-12-12",
    "NCT02552212.vh-2024-01-03", "NCT03418623.vh-2023-12-07", "NCT03475563.vh-2024-01-03", "NCT03630471.vh-2023-11-06",
    "NCT04207047.vh-2023-11-28", "NCT05594173.vh-2024-06-10", "NCT06171568.vh-2023-12-14",
)  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_the_skeleton_of_a_real_record_passes_every_check(name: str, shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "registry" / "v2" / f"{name}.json"
    folder = tmp_path / name
    ran = screener(*NEW, name[:11], "--from", source, "--out", folder)
    assert ran.code == 0, ran.err
    assert (folder / "registry.json").read_bytes() == source.read_bytes()
    checked = screener("criteria", "check", folder, "--format", "json")
    assert (checked.code, checked.json) == (0, [])


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("NCT00763412.vh-2024-01-03", "age: {at_least: 12, at_most: 24}"),
        ("NCT02552212.vh-2024-01-03", "age: {at_least: 18}"),
        ("NCT04207047.vh-2023-11-28", "age: {at_least: 18}"),
        ("NCT03475563.vh-2024-01-03", None),  # "over 18 years" is not "18 years or older"
        ("NCT00973089.vh-2024-01-22", None),  # the age at the treatment, not at screening
    ],
)
def test_the_age_lines_of_real_records_are_encoded_where_they_say_what_the_record_says(
    name: str, rule: str | None, shared_data: Path, tmp_path: Path
) -> None:
    source = shared_data / "registry" / "v2" / f"{name}.json"
    screener(*NEW, name[:11], "--from", source, "--out", tmp_path / "rules")
    written = (tmp_path / "rules" / "criteria.yaml").read_text()
    assert (f"    require:\n      {rule}\n" in written) is (rule is not None)
    assert ("# minimumAge:" in written) is (rule is None)


def test_a_record_is_fetched_from_the_registry_as_production_asks_for_it(tmp_path: Path) -> None:
    with RegistryServer() as server:
        server.script(f"/studies/{TRIAL}", json_reply(study(TRIAL)))
        ran = screener(*NEW, TRIAL, "--author", "A. Author", cwd=tmp_path, SCREENER_REGISTRY_URL=server.base_url)
    assert ran.code == 0, ran.err
    assert "1 criterion, 1 encoded (I1), 0 to be written" in ran.out
    assert [(asked.path, asked.query) for asked in server.asked] == [
        (f"/studies/{TRIAL}", {"markupFormat": "markdown"})
    ]
    folder = tmp_path / "criteria" / TRIAL
    assert sorted(path.name for path in folder.iterdir()) == ["criteria.yaml", "registry.json"]
    assert "author: A. Author" in (folder / "criteria.yaml").read_text()
    assert screener("criteria", "check", folder).code == 0


def test_a_study_that_was_merged_gets_the_folder_of_its_new_id(tmp_path: Path) -> None:
    record = study("NCT00000001")
    record["protocolSection"]["identificationModule"]["nctIdAliases"] = [TRIAL]  # type: ignore[index]
    with RegistryServer() as server:
        server.script(f"/studies/{TRIAL}", json_reply(record))
        ran = screener(*NEW, TRIAL, "--base-url", server.base_url, cwd=tmp_path)
    assert ran.code == 0
    assert "under NCT00000001 now" in ran.err
    assert (tmp_path / "criteria" / "NCT00000001" / "criteria.yaml").is_file()


def test_a_study_the_registry_does_not_know_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    with RegistryServer() as server:
        ran = screener(*NEW, TRIAL, "--base-url", server.base_url, cwd=tmp_path)
    assert ran.code == 2
    assert f"The registry does not know {TRIAL}." in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_is_said(tmp_path: Path) -> None:
    with RegistryServer() as server:
        server.script(f"/studies/{TRIAL}", reply(403, "<html>no</html>"))
        ran = screener(*NEW, TRIAL, "--base-url", server.base_url, cwd=tmp_path)
    assert ran.code == 4
    assert "refuses" in ran.err


def test_a_registry_that_is_down_is_waited_for_as_long_as_was_said(tmp_path: Path) -> None:
    with RegistryServer() as server:
        server.script(f"/studies/{TRIAL}", reply(503, headers={"Retry-After": "6"}), reply(503))
        ran = screener(*NEW, TRIAL, "--base-url", server.base_url, "--deadline", "7", cwd=tmp_path)
    assert ran.code == 4
    assert ran.err.startswith(
        f"{TRIAL}: The registry has a fault of its own (503). Tried 1 time; the next try is in 6 "
    )
    assert "within the 7 seconds allowed" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_kept_and_the_registry_is_not_asked(tmp_path: Path) -> None:
    (tmp_path / "criteria" / TRIAL).mkdir(parents=True)
    with RegistryServer() as server:
        ran = screener(*NEW, TRIAL, "--base-url", server.base_url, cwd=tmp_path)
        assert server.asked == []
    assert ran.code == 2
    assert "is there already" in ran.err
    assert list((tmp_path / "criteria" / TRIAL).iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["NCT123"], '"NCT123" is not a registry id.'),
        ([TRIAL, "--base-url", "ftp://nowhere"], "The registry's address cannot be used."),
        ([TRIAL, "--from", "absent.json"], "absent.json cannot be read: No such file or directory."),
        ([TRIAL, "--from", "page.json"], "The record is not JSON."),
        ([TRIAL, "--from", "page.json", "--author", " "], "The rules need an author."),
    ],
)
def test_each_bad_input_is_told_in_one_sentence(arguments: list[str], words: str, tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text("<html>")
    ran = screener(*NEW, *arguments, cwd=tmp_path)
    assert ran.code == 2
    assert f"Error: {words}" in ran.err
    assert not (tmp_path / "criteria").exists()


@pytest.mark.parametrize("command", [["new"], ["rebase"]])
def test_the_help_shows_an_example(command: list[str]) -> None:
    ran = screener("criteria", *command, "--help")
    assert ran.code == 0
    assert f"screener criteria {command[0]} NCT06452485" in ran.out
