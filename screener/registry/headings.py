"""Which part of an eligibility text a heading opens."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

Section = Literal["inclusion", "exclusion", "other"]

LONGEST_INTRODUCTION: Final = 15
"""Words a line may have and still open a section without being a plain heading."""

_QUALIFIERS: Final = (
    "key|main|major|general|principal|primary|selected|core|basic|important|specific|additional|common|overall|"
    "study|trial|protocol|patients?|subjects?|participants?|the"
)
_PLAIN: Final = re.compile(
    rf"(?:(?:{_QUALIFIERS})(?:'s?)? )*"
    r"(?P<kind>non-? ?inclusion|inclusion|exclusion|inclusion ?(?:/|and|or|&) ?exclusion|eligibility)s?"
    r"(?P<criteria> (?:criteria|criterion|criterias|requirements))?"
)
_TURNED: Final = re.compile(r"criteria for (?P<kind>inclusion|exclusion)")
_NAMED: Final = re.compile(r"\b(?P<kind>non-? ?inclusion|inclusion|exclusion) criteri(?:a|on)\b")
_EDGES: Final = "*_# \t"


class Opening(NamedTuple):
    """What a line opens: the section, whether the line is a heading and no more, and the words after its colon."""

    section: Section
    plain: bool
    rest: str = ""
    general: bool = False


def opening(text: str, *, bullet: bool) -> Opening | None:
    """The section that a line opens, or none.

    Args:
        text: the line, normalised, without its bullet mark.
        bullet: whether it was written as a bullet; a bullet opens a section only when it is a heading and no more.

    Returns:
        `plain` is set when the line says nothing but the name of the section. A line that says more ("Inclusion
        criteria for cohort A:") opens the section and is text to read as well. `general` marks "Eligibility criteria".
    """
    head, colon, rest = text.partition(":")
    found = _plain(head, colon=bool(colon))
    if found is not None:
        return found._replace(rest=rest.strip(_EDGES))
    if bullet or not text.rstrip(_EDGES).endswith(":") or len(text.split()) > LONGEST_INTRODUCTION:
        return None
    named = {_section(match["kind"]) for match in _NAMED.finditer(text.lower())}
    return Opening(named.pop(), plain=False) if len(named) == 1 else None


def _plain(head: str, *, colon: bool) -> Opening | None:
    words = head.strip(_EDGES).rstrip(" -.").lower()
    match = _PLAIN.fullmatch(words) or _TURNED.fullmatch(words)
    if match is None:
        return None
    said = match.groupdict().get("criteria") or match.re is _TURNED
    if not said and (not colon or match["kind"] == "eligibility"):
        # "Inclusion" alone can be a word of a sentence; with its colon it is a heading.
        return None
    return Opening(_section(match["kind"]), plain=True, general=match["kind"] == "eligibility")


def _section(kind: str) -> Section:
    if kind.startswith("non"):
        return "exclusion"
    if kind == "inclusion":
        return "inclusion"
    return "exclusion" if kind == "exclusion" else "other"
