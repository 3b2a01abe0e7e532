"""Faults of DuckDB as one sentence each. Its own words are not repeated: they can hold a patient's data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from screener.cohort.files import CohortFiles
from screener.errors import ScreenerError, UnusablePatients, UsageError

if TYPE_CHECKING:
    import duckdb

_LINE: Final = re.compile(r"Line: ([0-9]+)")
_STOPPED: Final = "Query interrupted"
_FULL: Final = ("No space left", "disk full", "could not write all bytes", "Could not write")


@contextmanager
def stopping() -> Iterator[None]:
    """Let Ctrl-C in the middle of a query be what it is anywhere else."""
    import duckdb

    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except RuntimeError as error:
        # What DuckDB's Python makes of a signal.
        if str(error) != _STOPPED:
            raise
        raise KeyboardInterrupt from None


@contextmanager
def faults(files: CohortFiles, out: Path | None) -> Iterator[None]:
    """Explain what DuckDB raises while it reads the files and, where there is one, writes the result."""
    import duckdb

    try:
        yield
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise explained(error, files, out) from None


def explained(error: duckdb.Error, files: CohortFiles, out: Path | None) -> ScreenerError:
    """A fault of DuckDB as an error of ours."""
    import duckdb

    if isinstance(error, duckdb.BinderException | duckdb.ParserException | duckdb.CatalogException):
        raise error  # the statement is ours: this is no fault of the table
    said = str(error)
    if any(words in said for words in _FULL):
        where = f"{out} cannot be written" if out is not None else "The temporary folder cannot be written"
        return UsageError(f"{where}: the disk is full.", hint="Make room, or point TMPDIR at another disk.")
    if isinstance(error, duckdb.OutOfMemoryException):
        return UsageError(
            "There is not enough memory for this cohort.", hint="Give more with --memory-limit, or use fewer --threads."
        )
    if isinstance(error, duckdb.PermissionException):
        return UsageError(f"{out or files.name} may not be used.", hint="Check the permissions of the file.")
    found = _LINE.search(said)
    where = f"Row {found[1]} of {files.name}" if found and files.format == "csv" else files.name
    hint = "It may have been cut short: write it again, and compare its size."
    return UnusablePatients(f"{where} cannot be read; nothing was written.", hint=hint)
