"""The files of a source: found, refused, unpacked."""

from __future__ import annotations

import gzip
import os
import socket
import zipfile
from pathlib import Path

import pytest
from fhir import PATIENT, Source, bundle, condition, write

from screener.errors import UnusablePatients, UsageError
from screener.facts.fhir import files
from screener.facts.fhir.files import find_files, read_lines
from screener.facts.inspection import Inspection, Problems

GOOD = bundle(PATIENT, condition())


def found(root: Path) -> list[str]:
    return [Path(file.path).relative_to(root).as_posix() for file in find_files(root, Inspection(), Problems())]


def test_a_folder_is_searched_with_all_its_folders_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b/2.json", "a.ndjson", "b/1.json.gz", "b/c/d/3.JSONL", "c.json"):
        write(tmp_path / name, GOOD)
    assert found(tmp_path) == ["a.ndjson", "c.json", "b/1.json.gz", "b/2.json", "b/c/d/3.JSONL"]


def test_what_by_its_name_holds_no_records_is_counted_and_not_looked_into(tmp_path: Path) -> None:
    for name in ("a.json", "README", "notes.txt", ".hidden.json", ".git/config.json", "more.TXT"):
        write(tmp_path / name, GOOD)
    source = Source(tmp_path)
    assert source.rejected == []
    assert source.inspection.of("other_file") == {(".txt",): 2, ("hidden",): 1, ("without an ending",): 1}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("x.zip", "is a zip archive; unpack it first"),
        ("x.tar.gz", "is a tar archive; unpack it first"),
        ("x.tgz", "is a tar archive; unpack it first"),
        ("x.xml", "is XML, which is not read; export it as JSON"),
        ("x.json.zst", "is packed with zstd; unpack it first, or pack it with gzip"),
        ("x.gz", "is packed, and its name does not say what it holds; call it .json.gz or .ndjson.gz"),
    ],
)
def test_what_may_hold_records_and_is_not_read_is_named(tmp_path: Path, name: str, problem: str) -> None:
    write(tmp_path / "good.json", GOOD)
    (tmp_path / name).write_bytes(b"\x1f\x8b")
    source = Source(tmp_path)
    assert list(source.patients) == ["1"]
    assert source.rejected == [f"{tmp_path / name}: {problem}"]


def test_a_link_that_leads_out_is_refused_by_name_and_one_within_is_read_where_it_leads(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "secret.json", bundle({**PATIENT, "id": "secret"}))
    inside = tmp_path / "inside"
    write(inside / "a.json", GOOD)
    (inside / "out.json").symlink_to(outside)
    (inside / "folder").symlink_to(outside.parent)
    (inside / "around").symlink_to(inside)
    (inside / "again.json").symlink_to(inside / "a.json")
    (inside / "nowhere.json").symlink_to(tmp_path / "gone.json")
    source = Source(inside)
    assert list(source.patients) == ["1"]
    problem = "is a link that leads out of the folder; put the file itself into the folder"
    assert source.rejected == [f"{inside / name}: {problem}" for name in ("folder", "nowhere.json", "out.json")]
    assert source.inspection.of("other_file") == {("link within the folder",): 2}


def test_a_link_that_was_named_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "real" / "a.json", GOOD)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "link.json").symlink_to(tmp_path / "real" / "a.json")
    assert list(Source(tmp_path / "link").patients) == ["1"]
    assert list(Source(tmp_path / "link.json").patients) == ["1"]


def test_pipes_and_sockets_are_refused_by_name_without_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.json", GOOD)
    os.mkfifo(tmp_path / "pipe.json")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.json")
        source = Source(tmp_path)
    problem = "is a pipe or a device, not a file; leave it out of the folder"
    assert source.rejected == [f"{tmp_path / name}: {problem}" for name in ("pipe.json", "socket.json")]


def test_a_file_that_turned_into_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(files.Unusable, match="is a pipe or a device"):
        files.read_document(str(tmp_path / "pipe.json"))


@pytest.mark.parametrize("name", ["gone", "gone.json", "a\0b"])
def test_a_path_where_nothing_stands_is_a_usage_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="There is no file or folder"):
        Source(tmp_path / name)


def test_a_device_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="is not a file"):
        Source(Path("/dev/null"))


def test_a_folder_without_any_file_of_records_says_what_it_looked_for(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(UnusablePatients, match=r"holds no records: no file in it ends in \.json, \.ndjson or \.jsonl"):
        Source(tmp_path)


def test_a_folder_that_may_not_be_searched_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.json", GOOD)
    write(tmp_path / "shut" / "b.json", GOOD)
    searched = os.scandir

    def refused(path: str | Path) -> object:
        if str(path).endswith("shut"):
            raise PermissionError
        return searched(path)

    monkeypatch.setattr(os, "scandir", refused)
    (problem,) = Source(tmp_path).rejected
    assert problem == f"{tmp_path / 'shut'}: cannot be read; check the permissions of the folder"


def test_a_file_that_went_away_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.json", GOOD)
    write(tmp_path / "b.json", bundle({**PATIENT, "id": "2"}))
    opened = os.open

    def gone(path: str, flags: int) -> int:
        if path.endswith("a.json"):
            raise FileNotFoundError
        return opened(path, flags)

    monkeypatch.setattr(os, "open", gone)
    source = Source(tmp_path)
    assert list(source.patients) == ["2"]
    assert source.rejected == [f"{tmp_path / 'a.json'}: cannot be read; check its permissions"]


def test_files_packed_with_gzip_are_read_whatever_they_are_called(tmp_path: Path) -> None:
    text = (tmp_path / "x").parent / "plain"
    write(text, GOOD)
    for name in ("a.json.gz", "b.json"):
        (tmp_path / name).write_bytes(gzip.compress(text.read_bytes()))
    assert list(Source(tmp_path / "a.json.gz").patients) == ["1"]
    assert list(Source(tmp_path / "b.json").patients) == ["1"]


def test_a_zip_archive_that_is_called_json_is_told_apart(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.json", "w") as archive:
        archive.writestr("a.json", "{}")
    assert Source(tmp_path).rejected == [f"{tmp_path / 'a.json'}: is a zip archive; unpack it first"]


def test_a_packed_file_that_is_cut_short_or_damaged_is_named(tmp_path: Path) -> None:
    packed = gzip.compress(b'{"resourceType": "Patient", "id": "1"}' * 100)
    (tmp_path / "cut.json.gz").write_bytes(packed[:-9])
    (tmp_path / "odd.json.gz").write_bytes(packed[:20] + b"\xff\xff\xff" + packed[23:])
    (tmp_path / "cut.ndjson.gz").write_bytes(packed[:-9])
    problem = "is packed, and damaged or not whole; export it again"
    names = ("cut.json.gz", "cut.ndjson.gz", "odd.json.gz")
    assert Source(tmp_path).rejected == [f"{tmp_path / name}: {problem}" for name in names]


def test_a_document_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_DOCUMENT", 1024 * 1024)
    (tmp_path / "bomb.json.gz").write_bytes(gzip.compress(b" " * (4 * 1024 * 1024)))
    (tmp_path / "large.json").write_bytes(b" " * (4 * 1024 * 1024))
    problem = "is larger than 1 MiB; split it, one bundle a patient"
    assert Source(tmp_path).rejected == [f"{tmp_path / name}: {problem}" for name in ("bomb.json.gz", "large.json")]


def test_lines_that_unpack_to_far_more_than_records_do_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_RATIO_FROM", 64 * 1024)
    (tmp_path / "bomb.ndjson.gz").write_bytes(gzip.compress(b"\n" * (64 * 1024 * 1024)))
    (problem,) = Source(tmp_path).rejected
    assert problem == f"{tmp_path / 'bomb.ndjson.gz'}: unpacks to more than 200 times its size; export it again"


def test_a_line_that_is_too_long_is_named_and_the_next_one_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LONGEST_LINE", 1024)
    path = tmp_path / "a.ndjson"
    path.write_bytes(
        b'{"resourceType": "Patient", "id": "1"}\n' + b"x" * 5000 + b'\n\n{"resourceType": "Patient", "id": "2"}'
    )
    seen = [(number, isinstance(line, bytes)) for number, line in read_lines(str(path))]
    assert seen == [(1, True), (2, False), (4, True)]


def test_names_that_a_terminal_cannot_show_are_told_without_their_signs(tmp_path: Path) -> None:
    for raw in (b"a\xff.json", b"b\x1b[31m.json"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw)).write_text("")
    rejected = Source(tmp_path).rejected
    assert [problem.partition(":")[0] for problem in rejected] == [
        f"{tmp_path}/a\ufffd.json",
        f"{tmp_path}/b?[31m.json",
    ]
