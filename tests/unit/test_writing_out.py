"""Output that is whole under its name or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from screener.errors import UsageError
from screener.reports.writing_out import write_out


def interrupted() -> Iterator[bytes]:
    yield b"half"
    raise KeyboardInterrupt


def test_an_interrupted_output_leaves_what_was_there_before(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt):
        write_out(interrupted(), out)
    assert out.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [out]


def test_an_interrupted_output_leaves_nothing_under_a_new_name(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_out(interrupted(), tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_out([b"gone"], Path("/dev/null"))
    assert Path("/dev/null").is_char_device()


def test_a_folder_is_no_output(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        write_out([b""], tmp_path)


def test_a_full_disk_is_said_and_leaves_nothing() -> None:
    with pytest.raises(UsageError, match="No space left"):
        write_out([b"x" * 100_000], Path("/dev/full"))


@pytest.mark.parametrize(("of_patients", "rights"), [(True, 0o600), (False, 0o644)])
def test_what_holds_rows_of_patients_can_be_read_by_its_user_alone(
    tmp_path: Path, of_patients: bool, rights: int
) -> None:
    out = tmp_path / "out.csv"
    out.write_bytes(b"before")
    out.chmod(0o666)
    before = os.umask(0o022)
    try:
        write_out([b"whole"], out, of_patients=of_patients)
    finally:
        os.umask(before)
    assert (out.read_bytes(), out.stat().st_mode & 0o777) == (b"whole", rights)
