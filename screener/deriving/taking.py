"""From the events that were found to a fact: one function for each way of taking them.

Every one of them holds to the same: what is found is told with its evidence; what only may be meant makes unknown; and
not finding means something only where the source holds every event of the kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from screener.criteria.closures import Facts
from screener.dates import PartialDate
from screener.deriving.answers import Doubt, Matches, graver, gravest
from screener.deriving.apart import certainly_different
from screener.deriving.evidence import Grounds, Witness
from screener.deriving.found import Asked, Candidate, Chosen, Found
from screener.deriving.numbers import as_number, as_range, highest_of, lowest_of
from screener.deriving.worth import Options, WorthOf
from screener.facts.definitions import Value
from screener.facts.imprecise import AtLeastSet, NumberRange
from screener.facts.values import FactValue

_PATIENT: Final = "patient"


def settled(chosen: Chosen, worth: WorthOf, facts: Facts, witness: Witness) -> FactValue | None:
    """The value that all events say which can be the one that is meant."""
    events = chosen.all.events
    if not chosen.sure.events:
        if not events:
            return witness.nothing(complete=chosen.complete)
        return witness.unknown(gravest(chosen.doubts), chosen.all)
    values: list[Value | None] = []
    doubts: list[Doubt] = []
    for event in events:
        value, doubt = worth(event, facts)
        if doubt is None:
            values.append(value)
        else:
            doubts.append(doubt)
    if not doubts and (agreed := _agreed(values)) is not None:
        return witness.value(agreed, chosen.sure)
    if witness.kind == _PATIENT and not values and doubts == ["uncertain"]:
        return None  # the record of the patient leaves fields blank that nobody filled in
    doubts += chosen.doubts
    return witness.unknown(gravest(doubts) if doubts else chosen.clash, chosen.all)


def _agreed(values: Sequence[Value | None]) -> Value | None:
    """The value that all are; of dates that lie within each other the one that holds all."""
    first = values[0]
    if len(values) == 1 or values.count(first) == len(values):
        return first
    dates = [one for one in values if isinstance(one, PartialDate)]
    if len(dates) < len(values):
        return None
    widest = max(dates, key=lambda one: one.last - one.first)
    return widest if all(widest.first <= one.first and one.last <= widest.last for one in dates) else None


def any_matches(found: Found, witness: Witness) -> FactValue | None:
    """Yes where an event matches; else open where one may; else no where one is refuted, or there can be none."""
    if found.sure:
        return witness.value(True, Grounds(found.sure))
    if found.may:
        return witness.unknown(found.doubt, Grounds(found.all))
    if found.refuted:
        return witness.value(False, Grounds(found.refuted))
    return witness.nothing(complete=found.complete)


def all_match(
    sifted: Sequence[Asked], matches: Matches, facts: Facts, witness: Witness, *, complete: bool
) -> FactValue | None:
    """Yes where every event matches and there can be no others; no as soon as one does not."""
    counted = [event for event, _ in sifted if event.standing != "refuted"]
    answers = [matches(event, facts) if event.standing == "certain" else "uncertain" for event in counted]
    against = [event for event, one in zip(counted, answers, strict=True) if one is False]
    if against:
        return witness.value(False, Grounds(against))
    if not counted:
        return witness.nothing(complete=complete)
    doubts = [one for one in answers if not isinstance(one, bool)]
    if not doubts and complete:
        return witness.value(True, Grounds(counted))
    return witness.unknown(_of_all(doubts, "uncertain"), Grounds(counted))


def first_option(found: Found, options: Options, facts: Facts, witness: Witness) -> FactValue | None:
    """The first option that a matching event says; open where an earlier one may be said."""
    if not found.sure and not found.may:
        return witness.nothing(complete=found.complete)
    clashing = [event for event in found.sure if options.contradicted(event, facts)]
    if clashing:
        sure = [event for event in found.sure if event not in clashing]
        doubted: list[Candidate] = [(event, "conflicting") for event in clashing]
        found = Found(sure, [*found.may, *doubted], found.refuted, complete=found.complete)
    for option, matches in options.tested:
        answers = [(event, matches(event, facts)) for event in found.sure]
        if sure := [event for event, one in answers if one is True]:
            return witness.value(option, Grounds(sure))
        open_: list[Candidate] = [(event, one) for event, one in answers if not isinstance(one, bool)]
        for event, doubt in found.may:
            one = matches(event, facts)
            if one is not False:
                open_.append((event, doubt if one is True else graver(doubt, one)))
        if open_:
            return witness.unknown(gravest([doubt for _, doubt in open_]), Grounds([event for event, _ in open_]))
    return witness.unknown(options.rest if found.sure else found.doubt, Grounds(found.all))


def counted(found: Found, witness: Witness) -> FactValue | None:
    """How many events match: at least so many where others may, or may be unrecorded.

    Several records may tell of one event, so the least is the number of those that are certainly different.
    """
    sure, may, complete = found.sure, found.may, found.complete
    if not sure and not may:
        return witness.nothing(complete=complete, zero=0)
    if not sure and not complete:
        return witness.unknown(found.doubt, Grounds(found.all))
    least = certainly_different(sure)
    most = len(sure) + len(may) if complete else None
    grounds = Grounds(found.all if complete else sure)
    return witness.value(least if least == most else NumberRange(least, most), grounds)


def gathered(found: Found, worth: WorthOf, facts: Facts, witness: Witness) -> FactValue | None:
    """What all matching events say together: at least that where others may match, or may be unrecorded."""
    if not found.sure and not found.may:
        return witness.nothing(complete=found.complete)
    worths = [worth(event, facts) for event in found.sure]
    doubts = [doubt for _, doubt in (*found.may, *worths) if doubt is not None]
    known: frozenset[str] = frozenset()
    whole = found.complete and not doubts
    for value, _ in worths:
        if isinstance(value, frozenset):
            known |= value
        elif isinstance(value, AtLeastSet):
            known, whole = known | value.known, False
    if whole or known:
        return witness.value(known if whole else AtLeastSet(known), Grounds(found.sure))
    return witness.unknown(gravest(doubts), Grounds(found.all))


def extreme(found: Found, worth: WorthOf, facts: Facts, witness: Witness, *, highest: bool) -> FactValue | None:
    """The highest or lowest number that a matching event says; where events may be unrecorded it may be beyond."""
    events = found.all
    if not events:
        return None
    worths = [worth(event, facts) for event in events]
    numbers = [as_range(one) if isinstance(one, int | Decimal | NumberRange) else None for one, _ in worths]
    said = [one for one in numbers[: len(found.sure)] if one is not None]
    possible = [one for one in numbers if one is not None] if found.complete and None not in numbers else None
    most = highest_of(said, possible) if highest else lowest_of(said, possible)
    if not said or (most.low is None and most.high is None):
        doubts = [doubt for _, doubt in (*found.may, *worths)]
        return witness.unknown(_of_all(doubts, "imprecise"), Grounds(events))
    shown = events if possible else found.sure
    at_the_end = [event for event, one in zip(shown, numbers, strict=False) if one is not None and _touches(one, most)]
    return witness.value(as_number(most), Grounds(at_the_end))


def _touches(number: NumberRange, most: NumberRange) -> bool:
    """Whether a number is one of those that an end of the range comes from."""
    low = number.low is not None and number.low == most.low
    return low or (number.high is not None and number.high == most.high)


def _of_all(doubts: Iterable[Doubt | None], rest: Doubt) -> Doubt:
    """The gravest of the doubts, or the one that is left where there is none."""
    found = [one for one in doubts if one is not None]
    return gravest(found) if found else rest
