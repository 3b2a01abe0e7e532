"""Writing results where they were asked for: nothing half written is ever left under the final name."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from screener.errors import UsageError

_BUFFER_BYTES: Final = 256 * 1024


def write_out(pieces: Iterable[bytes], out: Path | None, *, of_patients: bool = False) -> None:
    """Write the pieces to a file, or to standard output where none is named.

    The file is written beside its final name and renamed when it is whole; an interrupted run leaves what was there.
    One that holds rows of patients (`of_patients`) can be read by its user alone, as the store can, whatever was there.

    Raises:
        UsageError: the file cannot be written.
    """
    if out is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    try:
        if out.is_dir():
            raise UsageError(f"{out} is a folder.", hint="Name a file.")
        _write_aside(pieces, out, rights=0o600 if of_patients else 0o666)
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written: {error.strerror}.", hint="Nothing was left under that name."
        ) from error


def _write_aside(pieces: Iterable[bytes], out: Path, *, rights: int) -> None:
    if out.exists() and not out.is_file():  # a device or a pipe takes the pieces as they come
        with out.open("wb") as stream:
            stream.writelines(pieces)
        return
    aside = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        made = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, rights)  # less what the user's umask takes away
        with os.fdopen(made, "wb", buffering=_BUFFER_BYTES) as stream:
            stream.writelines(pieces)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(out)
    finally:
        aside.unlink(missing_ok=True)
