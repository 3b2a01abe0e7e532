"""Faults of Spark as one sentence each. Its own words are not repeated: they can hold a patient's data."""

from __future__ import annotations

import re
from collections.abc import Sequence
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

_MASTER: Final = re.compile(r"local(\[.+\])?|local-cluster\[.+\]|(spark|k8s)://.+|yarn")


def check_master(master: str) -> None:
    """Refuse what is no address of Spark, which takes Spark seconds and a page of words.

    Raises:
        UsageError: it is none.
    """
    if not _MASTER.fullmatch(master):
        raise UsageError(
            f'"{master}" is no address of a Spark cluster.',
            hint="Write --master as spark://host:7077, yarn, k8s://https://host:443 or local[*].",
        )


def not_started(error: Exception, master: str) -> UsageError:
    """Why there is no session of Spark."""
    if "JAVA_GATEWAY_EXITED" in str(error) or isinstance(error, OSError):
        return UsageError(
            "Spark finds no Java that it can use.",
            hint="Install Java 17 or newer, and see that JAVA_HOME or PATH names it.",
        )
    if master.startswith("local"):
        return UsageError(f"Spark cannot be started on {master}.", hint="Write --master as local[*] or local[4].")
    return UsageError(
        f"Spark cannot be started on {master}.",
        hint="Check --master, and that the cluster is up and reaches this machine.",
    )


def refuse_other_separators(headings: Sequence[str], facts: str) -> None:
    """Refuse a CSV file in which other signs stand between the cells than Spark reads.

    Raises:
        UnusablePatients: all headings are one to Spark, and not to a person.
    """
    if len(headings) == 1 and (";" in headings[0] or "\t" in headings[0] or "," in headings[0]):
        raise UnusablePatients(
            f"Spark reads CSV with commas, and .tsv with tabs; {facts} has other separators.",
            hint="Write it so, or as Parquet, or use --engine duckdb.",
        )


def explained(error: Exception, facts: str) -> ScreenerError:
    """A fault of Spark as an error of ours, by the words that Spark has for its kind."""
    said = str(error)
    for words, kind, message, hint in _KNOWN:
        if words in said:
            return kind(message.format(facts=facts), hint=hint)
    return UnusablePatients(f"Spark broke off while it read {facts}; nothing was written.", hint=_WRITE_AGAIN)
