"""Keys and pseudonyms: the same today and in ten years, and never made where they must not be."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from screener.errors import UsageError
from screener.store.keys import Keys, key_path, make_keys, read_keys


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    path = tmp_path / "key"
    path.write_text(bytes(range(32)).hex())
    path.chmod(0o600)
    found = read_keys(path)
    assert found is not None
    return found


def test_a_pseudonym_never_changes_from_one_version_of_the_program_to_the_next(keys: Keys) -> None:
    # Taken down when the first version that has pseudonyms was made; a store would be lost if they differed.
    assert keys.pseudonym("P-001") == "QUBCXW5TUR3ACD46"
    assert keys.pseudonym("é") == "LEOCHRSYG7XUPU6X"
    assert keys.fingerprint == "79dfc81819b3783e22825eb14efc500819bf840409924c8156012b0d6265c77e"
    assert keys.seal(b"x").hex() == "82ca740015a9930b3fa02481a4ba751be6af321e4ab24adf2cacd106ab963d74"


def test_pseudonyms_are_sixteen_letters_and_differ(keys: Keys) -> None:
    names = {keys.pseudonym(f"P-{number}") for number in range(10_000)}
    assert len(names) == 10_000
    assert all(re.fullmatch("[A-Z2-7]{16}", name) for name in names)


def test_a_key_is_made_once_for_its_user_alone_and_is_random(tmp_path: Path) -> None:
    first = make_keys(tmp_path / "one" / "key")
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600
    assert make_keys(first.path).fingerprint == first.fingerprint
    assert make_keys(tmp_path / "other").fingerprint != first.fingerprint
    assert [path.name for path in first.path.parent.iterdir()] == ["key"]


def test_a_key_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be made"):
        make_keys(tmp_path / "file" / "key")


def test_keys_are_shown_nowhere(keys: Keys) -> None:
    assert keys.audit.hex() not in repr(keys)
    assert str(keys.audit) not in repr(keys)
    assert str(keys.pseudonyms) not in repr(keys)


def test_the_key_stands_beside_the_data_folder_and_not_in_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SCREENER_KEY_FILE", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert key_path() == tmp_path / "eligibility-screener.key"
    monkeypatch.setenv("SCREENER_KEY_FILE", "keys/one")
    assert key_path() == Path(os.getcwd()) / "keys" / "one"  # noqa: PTH109
