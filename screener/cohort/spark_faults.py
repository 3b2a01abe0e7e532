"""Faults of Spark as one sentence each. Its own words are not repeated: they can hold a patient's data."""

from __future__ import annotations

from typing import Final

from screener.errors import ScreenerError, UnusablePatients, UsageError

_WRITE_AGAIN: Final = "It may have been cut short: write it again, and compare its size."
_KNOWN: Final[tuple[tuple[str, type[ScreenerError], str, str], ...]] = (
    ("No space left on device", UsageError, "The disk is full.", "Make room; nothing was written."),
    ("PATH_NOT_FOUND", UsageError, "There is no file {facts}.", "Check the spelling of the path."),
    ("PATH_ALREADY_EXISTS", UsageError, "The result is there already.", "Remove it, or name another with --out."),
    ("UNABLE_TO_INFER_SCHEMA", UnusablePatients, "{facts} holds no table of patients.", "Check the path."),
    ("MALFORMED", UnusablePatients, "{facts} has a row with more or fewer cells than the headings.",
     "Mend the row; `screener cohort --engine duckdb` counts such rows and goes on."),
    ("FAILED_READ_FILE", UnusablePatients, "{facts} cannot be read; nothing was written.", _WRITE_AGAIN),
    ("OutOfMemoryError", UsageError, "There is not enough memory for this cohort.",
     "Give Spark more, as SPARK_DRIVER_MEMORY=4g or on the cluster."),
)  # fmt: skip


def explained(error: Exception, facts: str) -> ScreenerError:
    """A fault of Spark as an error of ours, by the words that Spark has for its kind."""
    said = str(error)
    for words, kind, message, hint in _KNOWN:
        if words in said:
            return kind(message.format(facts=facts), hint=hint)
    return UnusablePatients(f"Spark broke off while it read {facts}; nothing was written.", hint=_WRITE_AGAIN)
