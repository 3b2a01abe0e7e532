"""Files that an engine writes itself: beside their final name, and renamed when they are whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from screener.cohort.files import check_folders
from screener.errors import UsageError


@contextmanager
def written_aside(out: Path) -> Iterator[Path]:
    """A path to write to; what is there at the end gets the final name, and after an error nothing does.

    An engine may make a folder of it. What holds rows of patients can be read by its user alone.

    Raises:
        UsageError: the file cannot be written where it should stand.
    """
    if out.is_dir() and any(out.iterdir()):
        raise UsageError(f"{out} is a folder that holds something.", hint="Remove it, or name another.")
    check_folders(out)
    aside = out.with_name(f".{out.name}.{os.getpid()}.partial")
    before = os.umask(0o077)
    try:
        # Engines have their own words for a place that cannot be written.
        aside.touch(exist_ok=False)
        aside.unlink()
        yield aside
        _settle(aside)
        if aside.is_dir() and out.is_dir():
            out.rmdir()
        aside.replace(out)
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written: {error.strerror}.", hint="Nothing was left under that name."
        ) from None
    finally:
        os.umask(before)
        if aside.is_dir():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.unlink(missing_ok=True)


def _settle(path: Path) -> None:
    """See to it that what was written is on the disk, and its user's alone, before it gets its name."""
    if path.is_dir():
        path.chmod(0o700)  # made by another process
    for one in path.rglob("*") if path.is_dir() else [path]:
        if one.is_file():
            with one.open("rb") as stream:
                os.fsync(stream.fileno())
