"""The key of the pseudonyms and of the audit trail: a file outside the store that only its user can read.

A patient's pseudonym is an HMAC (RFC 2104) of the id, so that nobody who holds the store alone can tell who is meant,
nor try ids until one fits. Everything that needs a key derives its own from the one in the file.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from screener.errors import IntegrityError, UsageError
from screener.store.address import default_file

KEY_FILE: Final = "SCREENER_KEY_FILE"
_BYTES: Final = 32
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
"""Those of base 32 (RFC 4648): none is easily taken for another."""

_PAIRS: Final = tuple(first + second for first in _LETTERS for second in _LETTERS)
_PLACES: Final = range(70, -1, -10)
_PSEUDONYM_BYTES: Final = 10
"""80 bits, 16 letters: two of a million patients share one with a chance below one in a billion."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys derived from one key file; none of them is ever shown."""

    path: Path
    pseudonyms: bytes = field(repr=False)
    audit: bytes = field(repr=False)
    fingerprint: str

    def pseudonym(self, patient_id: str) -> str:
        """The pseudonym of a patient: 16 letters and digits, the same for one id on every day and in every trial."""
        digest = hmac.digest(self.pseudonyms, patient_id.encode("utf-8", "surrogatepass"), "sha256")
        number, pairs = int.from_bytes(digest[:_PSEUDONYM_BYTES], "big"), _PAIRS
        return "".join([pairs[number >> place & 1023] for place in _PLACES])

    def seal(self, content: bytes) -> bytes:
        """A keyed hash of some content, which shows that it was changed and does not tell what it was."""
        return hmac.digest(self.audit, content, "sha256")


def key_path() -> Path:
    """Where the key is: SCREENER_KEY_FILE, else beside the user's data folder, not in it: no copy of it holds both."""
    given = os.environ.get(KEY_FILE)
    folder = default_file().parent
    return Path(given).absolute() if given else folder.with_name(f"{folder.name}.key")


def read_keys(path: Path) -> Keys | None:
    """The keys of a file; none where there is no file.

    Raises:
        IntegrityError: others can read it, or it is not a key.
    """
    try:
        with path.open("rb") as file:
            mode, text = os.fstat(file.fileno()).st_mode, file.read(4 * _BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise IntegrityError(f"The key {path} cannot be read: {error.strerror}.", hint="Run as its user.") from error
    if stat.S_IMODE(mode) & 0o077:
        raise IntegrityError(f"Others can read the key {path}.", hint=f"Close it with: chmod 600 {path}")
    try:
        key = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise IntegrityError(f"{path} is not a key of this program.", hint="Put the right file back from its copy.")
    return _derived(path, key)


def check_key(keys: Keys, bound: str) -> None:
    """See whether these are the keys of a store.

    Raises:
        IntegrityError: they are not.
    """
    if keys.fingerprint != bound:
        hint = f"Name the right one with {KEY_FILE}; no patient can be recognised with another."
        raise IntegrityError(f"The key {keys.path} is not the one of this store.", hint=hint)


def make_keys(path: Path) -> Keys:
    """Make a key that was not there; of several that make it at once, one makes it for all.

    Raises:
        UsageError: it cannot be written.
        IntegrityError: what stands there now cannot be used.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(f"{secrets.token_hex(_BYTES)}\n")
            file.flush()
            os.fsync(file.fileno())
        _settle(aside, path)
    except OSError as error:
        hint = f"Name another place with {KEY_FILE}."
        raise UsageError(f"The key {path} cannot be made: {error.strerror}.", hint=hint) from error
    finally:
        with suppress(OSError):
            aside.unlink()
    keys = read_keys(path)
    assert keys is not None  # it was there a moment ago
    return keys


def _settle(aside: Path, path: Path) -> None:
    """Give the key its name, unless somebody else was quicker; it is on the disk before anything rests on it."""
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _derived(path: Path, key: bytes) -> Keys:
    pseudonyms, audit, fingerprint = (hmac.digest(key, use, "sha256") for use in (b"pseudonym", b"audit", b"print"))
    return Keys(path, pseudonyms, audit, hashlib.sha256(fingerprint).hexdigest())
