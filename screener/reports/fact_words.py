"""Facts in words for every report: what stands where there is no value, and the records behind a derived fact."""

from __future__ import annotations

from typing import Final

from screener.facts.values import Evidence

STATE_WORDS: Final = {
    "unreadable": "cannot be read",
    "conflicting": "sources disagree",
    "imprecise": "not precise enough",
    "uncertain": "records leave it open",
}
"""What is shown instead of a value, by the state of the fact."""


def record_words(one: Evidence) -> str:
    """A record behind a fact, in the order in which a person looks for it: its name and date, then what it says."""
    code = " ".join(word for word in (one.code, one.display) if word)
    said = "; ".join(word for word in (code, one.value, one.status) if word)
    dated = f"{one.reference}, {one.on.text}" if one.on else one.reference
    place = f" ({one.place})" if one.place else ""
    return f"{dated}: {said}{place}" if said else f"{dated}{place}"
