"""A log for REDCap: a file for its Data Import Tool, and the data dictionary that a project for it can be made from.

The dictionary has the 18 columns of REDCap's own; the import has the record's id first, raw codes for choices, 1 and 0
for yes and no, and dates from the year on. The pseudonym is the record's id, so that a later import updates the same
records. A text that a spreadsheet would take for a formula is guarded with an apostrophe, as in the other CSV files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from screener.reports.log_export import Rows, csv_line
from screener.worklist.log import COLUMNS, LogName
from screener.worklist.report import VERDICTS
from screener.worklist.states import CONSENTS, STATES

DICTIONARY: Final = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip
"""The columns of a REDCap data dictionary."""

RECORD_ID: Final = "record_id"
_PSEUDONYM: Final = "patient_pseudonym"
_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "verdict": VERDICTS,
    "state": STATES,
    "second_decision": STATES,
    "consent_status": CONSENTS,
}
_YES_NO: Final = ("discordant", "override", "do_not_contact")
_COUNTS: Final = ("attempt_no", "n_met", "n_not_met", "n_unknown")
_TIMES: Final = ("screened_at", "decided_at")
_DAYS: Final = ("data_as_of", "recheck_on", "approached_at")
_LONG: Final = ("reason_text", "override_reason", "note")
_NOTES: Final = {"screened_at": "UTC", "decided_at": "UTC"}


class _Field(NamedTuple):
    """A field of the project."""

    name: str
    type: str
    choices: str = ""
    validation: str = ""


def import_file(rows: Rows) -> Iterator[bytes]:
    """The rows of a log as REDCap's import takes them: one record a row."""
    yield csv_line(_names())
    for row in rows:
        yield csv_line(_cell(name, row) for name in _names())


def dictionary(log: LogName) -> Iterator[bytes]:
    """The data dictionary of a project that takes the import, its one form named after the log."""
    yield csv_line(DICTIONARY)
    form = f"{log.replace('-', '_')}_log"
    for name in _names():
        field = _field(name)
        label = "Pseudonym" if name == RECORD_ID else name.replace("_", " ").capitalize()
        cells = {
            "Variable / Field Name": field.name,
            "Form Name": form,
            "Field Type": field.type,
            "Field Label": label,
            "Choices, Calculations, OR Slider Labels": field.choices,
            "Field Note": _NOTES.get(name, ""),
            "Text Validation Type OR Show Slider Number": field.validation,
        }
        yield csv_line(cells.get(column, "") for column in DICTIONARY)


def _names() -> list[str]:
    return [RECORD_ID, *[name for name in COLUMNS if name != _PSEUDONYM]]


def _field(name: str) -> _Field:
    if name in _CHOICES:
        codes = (f"{code}, {one.replace('_', ' ')}" for code, one in enumerate(_CHOICES[name], start=1))
        return _Field(name, "dropdown", " | ".join(codes))
    if name in _YES_NO:
        return _Field(name, "yesno")
    if name in _LONG:
        return _Field(name, "notes")
    kinds = (("integer", _COUNTS), ("datetime_seconds_ymd", _TIMES), ("date_ymd", _DAYS))
    validation = next((kind for kind, names in kinds if name in names), "")
    return _Field(name, "text", validation=validation)


def _cell(name: str, row: Mapping[str, str]) -> str:
    """A cell in raw codes; what is empty stays empty, which REDCap's import leaves as it is."""
    text = row[_PSEUDONYM if name == RECORD_ID else name]
    if not text:
        return ""
    if name in _CHOICES:
        return str(_CHOICES[name].index(text) + 1)
    if name in _YES_NO:
        return "1" if text == "yes" else "0"
    if name in _TIMES:
        return text.replace("T", " ").removesuffix("Z")
    return text
