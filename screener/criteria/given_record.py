"""A registry record that was handed over as bytes: seen to be a whole record of the right trial before it is used."""

from __future__ import annotations

import json
from typing import Final

from screener.errors import UsageError
from screener.registry.problems import BadAnswer
from screener.registry.record import Record, parse_record


def read_given(content: bytes, trial: str) -> Record:
    """The record in the bytes.

    Args:
        content: the JSON of one study, as the registry's API gives it.
        trial: the id that the record must be of, or must name as a former id of its own.

    Raises:
        UsageError: it is not such a record, or has no eligibility text.
    """
    try:
        record = parse_record(json.loads(content))
    except (ValueError, RecursionError) as error:
        raise UsageError("The record is not JSON.", hint=_HINT) from error
    except BadAnswer as problem:
        raise UsageError(problem.message, hint=problem.hint or _HINT) from problem
    if record.nct_id is None:
        raise UsageError("The record does not say which study it is of.", hint=_HINT)
    if trial not in (record.nct_id, *(record.identification.nct_id_aliases or ())):
        raise UsageError(f"The record is of {record.nct_id[:40]}, not of {trial}.", hint="Give the trial's own.")
    if not (record.eligibility_text or "").strip():
        raise UsageError(f"The record of {trial} holds no eligibility text, so there is nothing to quote.")
    return record


_HINT: Final = "Give the JSON of one study as the registry's API gives it, with its protocolSection."
