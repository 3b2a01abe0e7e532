"""A trial's fact sheet: quick facts, what it studies, who fits, how to take part, when it was last checked.

Everything is said as the stored registry record and the rules say it; what the record does not hold is said to be not
in the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

import orjson

from screener.criteria.library import LoadedRules
from screener.criteria.model import Criterion, CriterionKind, Rule
from screener.criteria.outline import rule_outline
from screener.criteria.prose import INTENDED_USE, registry_version, review_state
from screener.criteria.sheet_words import read_sheet_words
from screener.criteria.source import quoted
from screener.errors import UsageError
from screener.facts.definitions import Vocabulary
from screener.registry.modules import DateStruct, Enrollment, Location
from screener.registry.record import Record, parse_record
from screener.registry.text import normalise

NOT_RECORDED: Final = "not in the record"
NEVER_CHECKED: Final = "never checked against the registry by this installation"
SITES_NOTE: Final = "The registry's list of sites may be incomplete, and nobody is turned away on it."
HOW_TO_TAKE_PART: Final = (
    "Read the criteria with the treating physician.",
    "Look at the record in the registry for the current contact and status.",
    "Ask the study's coordinator for pre-screening.",
)
NO_OBLIGATION: Final = "Pre-screening never obliges anyone."
SINCE: Final = "The registry record has changed since this one was stored:"
WRITTEN_NOTE: Final = "In short; the criteria in full decide, and the study team confirms."
JUDGED: Final = "The study team looks at these together with you, in the study's own words:"
MADE_NOTE: Final = "In the words of the encoded rules; the study team confirms."

_LEADS: Final[dict[CriterionKind, str]] = {
    "inclusion": "You can take part only if all of these are so:",
    "exclusion": "You cannot take part if any of these is so:",
}
_NONE: Final[dict[CriterionKind, str]] = {
    "inclusion": "No criterion of this kind is in the rules.",
    "exclusion": "Nothing that would keep you from taking part is in the rules.",
}
_OPEN: Final = "The study's text leaves something open here; the study team can tell you more."


class QuickFact(NamedTuple):
    """One fact of the record in words; `known` when the record holds it."""

    name: str
    label: str
    value: str
    known: bool = True


class Item(NamedTuple):
    """One sentence, what is listed below it, and a remark on the whole, empty where there is none."""

    words: str
    below: tuple[Item, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """Who fits, or who does not: a sentence before, the items, and whether a person wrote them for this sheet.

    `judged` are the study's own words where no rule is encoded, for the study team to judge.
    """

    lead: str
    items: tuple[Item, ...]
    written: bool
    judged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FactSheet:
    """Everything the sheet says. `provenance` is what the stored record says of its own making, if anything."""

    loaded: LoadedRules
    title: str
    facts: tuple[QuickFact, ...]
    recruiting: bool
    status: str
    sites: tuple[str, ...]
    summary: tuple[str, ...]
    conditions: tuple[str, ...]
    good_fit: Fit
    not_a_fit: Fit
    last_checked: datetime | None
    since: tuple[str, ...]
    review_state: str
    registry_version: str
    provenance: str | None
    intended_use: str = INTENDED_USE

    @property
    def checked_words(self) -> str:
        """When the record was last compared with the registry, in words."""
        moment = self.last_checked
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if moment is not None else NEVER_CHECKED


def fact_sheet(loaded: LoadedRules, last_checked: datetime | None = None, *, since: Sequence[str] = ()) -> FactSheet:
    """The fact sheet of a trial.

    Args:
        loaded: the rules, with the record they are written against.
        last_checked: when this installation last compared the record with the registry, none when it never did.
        since: what the registry has been seen to say otherwise since, in sentences.

    Raises:
        UsageError: the stored record cannot be read.
        InvalidRules: the words written for the sheet cannot be used.
    """
    record = _record(loaded)
    words = read_sheet_words(loaded.folder, loaded.rules.trial)
    identification, description = record.identification, record.description
    provenance = record.source.get("provenance")
    return FactSheet(
        loaded,
        title=_plain(identification.brief_title or identification.official_title) or loaded.rules.title,
        facts=tuple(_facts(record, loaded.rules.trial)),
        recruiting=record.recruiting,
        status=_worded(record.status.overall_status),
        sites=tuple(_site(one) for one in record.contacts_locations.locations or ()),
        summary=tuple(_paragraphs(description.brief_summary or "")),
        conditions=tuple(_plain(one) for one in record.conditions.conditions or ()),
        good_fit=_fit(loaded, "inclusion", words.good_fit),
        not_a_fit=_fit(loaded, "exclusion", words.not_a_fit),
        last_checked=last_checked,
        since=tuple(_plain(one) for one in since),
        review_state=review_state(loaded),
        registry_version=registry_version(loaded),
        provenance=_plain(provenance) if isinstance(provenance, str) and provenance.strip() else None,
    )


def _record(loaded: LoadedRules) -> Record:
    if loaded.record is None:
        raise UsageError("The trial has no stored registry record.", hint="Store it as registry.json beside the rules.")
    try:
        return parse_record(orjson.loads(loaded.record.path.read_bytes()))
    except OSError as error:
        raise UsageError(f"{loaded.record.path} cannot be read: {error.strerror}.") from error


def _facts(record: Record, trial: str) -> Iterator[QuickFact]:
    """The quick facts, in the order in which people ask for them."""
    status, design, eligibility = record.status, record.design, record.eligibility
    sponsor = record.sponsors.lead_sponsor
    yield QuickFact("nct_id", "Registry id", trial)
    yield _fact("acronym", "Acronym", _plain(record.identification.acronym))
    yield _fact("status", "Recruitment status", _worded(status.overall_status, absent=""))
    yield _fact("study_type", "Study type", _study_type(record))
    yield _fact("enrolment", "Enrolment", _enrolment(design.enrollment_info))
    yield _fact("ages", "Ages", _ages(record))
    yield _fact("sex", "Sex", _worded(eligibility.sex, absent=""))
    healthy = {True: "accepted", False: "not accepted", None: ""}[eligibility.healthy_volunteers]
    yield _fact("healthy_volunteers", "Healthy volunteers", healthy)
    yield _fact("start", "Start", _date(status.start_date_struct))
    yield _fact("completion", "Completion", _date(status.completion_date_struct))
    yield _fact("sponsor", "Sponsor", _plain(sponsor.name if sponsor else None))


def _fact(name: str, label: str, value: str) -> QuickFact:
    return QuickFact(name, label, value or NOT_RECORDED, known=bool(value))


def _study_type(record: Record) -> str:
    kind = _worded(record.design.study_type, absent="")
    phases = [_worded(one).replace("phase", "phase ") for one in record.design.phases or () if one != "NA"]
    return ", ".join([kind, *phases]) if kind else ", ".join(phases)


def _enrolment(enrolment: Enrollment | None) -> str:
    if enrolment is None or enrolment.count is None:
        return ""
    kind = _worded(enrolment.type, absent="whether actual or estimated is not in the record")
    return f"{enrolment.count:,} ({kind})"


def _ages(record: Record) -> str:
    """The age limits; an absent maximum means that there is none, an absent minimum means that nothing is said."""
    if record.protocol.eligibility_module is None:
        return ""
    low, high = _plain(record.eligibility.minimum_age).lower(), _plain(record.eligibility.maximum_age).lower()
    youngest = f"{low} and older" if low else f"youngest age {NOT_RECORDED}"
    return f"{low} to {high}" if low and high else f"{youngest}, {f'up to {high}' if high else 'no upper limit'}"


def _date(given: DateStruct | None) -> str:
    if given is None or not given.date:
        return ""
    return f"{_plain(given.date)} ({_worded(given.type)})" if given.type else _plain(given.date)


def _site(site: Location) -> str:
    place = ", ".join(_plain(part) for part in (site.facility, site.city, site.country) if part)
    return (place or f"place {NOT_RECORDED}") + (f" ({_worded(site.status)})" if site.status else "")


def _worded(code: str | None, *, absent: str = NOT_RECORDED) -> str:
    """A code of the registry as people say it: `NOT_YET_RECRUITING` is not yet recruiting."""
    return _plain(code).replace("_", " ").lower() if code else absent


def _plain(text: str | None) -> str:
    """A text of the record in one line, its escapes undone."""
    return "".join(character for character in normalise(text or "") if character.isprintable())


def _paragraphs(text: str) -> Iterator[str]:
    """A text of the record in paragraphs; a line that begins like a bullet is one of its own."""
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        begins = line.lstrip().startswith(("* ", "- "))
        if lines and (begins or not line.strip()):
            yield _plain(" ".join(lines))
            lines = []
        if line.strip():
            lines.append(line)


def _fit(loaded: LoadedRules, kind: CriterionKind, written: tuple[str, ...]) -> Fit:
    if written:
        return Fit("", tuple(Item(words) for words in written), written=True)
    criteria = [one for one in loaded.rules.criteria if one.kind == kind and one.decides]
    items = tuple(_item(one, one.rule, loaded.rules.vocabulary) for one in criteria if one.rule is not None)
    judged = tuple(quoted(one) for one in criteria if one.rule is None)
    lead = _LEADS[kind] if items else "" if judged else _NONE[kind]
    return Fit(lead, items, written=False, judged=judged)


def _item(criterion: Criterion, rule: Rule, vocabulary: Vocabulary) -> Item:
    """A criterion in a patient's words."""
    words, below, _ = _outlined(rule_outline(rule, vocabulary).split("\n"))
    left_open = criterion.unclear is not None or any(one.status == "open" for one in criterion.interpretations)
    return Item(words[:1].upper() + words[1:], below, _OPEN if left_open else "")


def _outlined(lines: list[str]) -> Item:
    """An outline as an item: each item below begins with `- `, what belongs to it stands two steps to the right."""
    groups: list[list[str]] = []
    for line in lines[1:]:
        if line.startswith("- "):
            groups.append([])
        groups[-1].append(line[2:])
    return Item(lines[0], tuple(_outlined(group) for group in groups))
