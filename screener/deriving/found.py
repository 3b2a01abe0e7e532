"""The events a derivation finds: those that match, those that may, and what settles on one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from screener.criteria.closures import Facts
from screener.dates import PartialDate
from screener.deriving.answers import Answer, Doubt, Matches, both, gravest
from screener.deriving.evidence import Grounds
from screener.deriving.fields import ON, doubt_in
from screener.facts.events import Event

Asked = tuple[Event, Answer]
"""An event, and what is known so far of whether it matches."""
Candidate = tuple[Event, Doubt]
"""An event that may match, and why it is not sure."""


class Found:
    """The events that match, those that may, those recorded as refuted that match; whether there can be no others."""

    __slots__ = ("complete", "may", "refuted", "sure")

    def __init__(self, sure: list[Event], may: list[Candidate], refuted: list[Event], *, complete: bool) -> None:
        self.sure = sure
        self.may = may
        self.refuted = refuted
        self.complete = complete

    @property
    def all(self) -> list[Event]:
        """Every event that matches or may."""
        return [*self.sure, *[event for event, _ in self.may]] if self.may else self.sure

    @property
    def doubt(self) -> Doubt:
        """The gravest reason why something only may match."""
        return gravest([doubt for _, doubt in self.may])


class Chosen:
    """The events any of which can be the one that is meant; several facts may be read off them.

    `sure` are those that match, `all` those and the ones that only may, for the reasons `doubts`; `complete` says that
    there can be no others.

    Args:
        found: these events.
        one: whether there should be one of them alone; what differs is a contradiction then.
    """

    __slots__ = ("_one", "all", "complete", "doubts", "sure")

    def __init__(self, found: Found, *, one: bool = False) -> None:
        self.complete = found.complete
        self.sure = Grounds(found.sure)
        self.all = Grounds(found.all) if found.may else self.sure
        self.doubts = [doubt for _, doubt in found.may]
        self._one = one

    @property
    def clash(self) -> Doubt:
        """The doubt where those that match say different things: of the same day they contradict each other."""
        if self._one:
            return "conflicting"
        dates = {event.on.first if event.on is not None and event.on.exact else None for event in self.sure.events}
        return "conflicting" if len(dates) == 1 and None not in dates else "imprecise"


_NOTHING: Final = {complete: Found([], [], [], complete=complete) for complete in (True, False)}


def find(sifted: Sequence[Asked], rest: Matches | None, facts: Facts, *, complete: bool) -> Found:
    """The events that match, or may. What is uncertain, or of a day that cannot be read, never does more than may.

    Args:
        sifted: events, each with what is known so far of whether it matches, which is not no.
        rest: what else must hold of them.
        facts: the facts known so far.
        complete: whether there can be no others.
    """
    if not sifted:
        return _NOTHING[complete]
    sure: list[Event] = []
    may: list[Candidate] = []
    refuted: list[Event] = []
    for event, one in sifted:
        if rest is not None:
            one = rest(event, facts) if one is True else both(one, rest(event, facts))
        if one is False:
            continue
        if event.standing == "refuted":
            if one is True:
                refuted.append(event)
        elif one is not True:
            may.append((event, one))
        elif event.standing != "certain":
            may.append((event, "uncertain"))
        elif ON in event.fields:
            may.append((event, doubt_in(event.fields[ON])))
        else:
            sure.append(event)
    return Found(sure, may, refuted, complete=complete)


def only(found: Found) -> Chosen:
    """All of them: there should be one, and several that differ contradict each other."""
    return Chosen(found, one=True)


def latest(found: Found) -> Chosen:
    """Those that no matching event surely follows; an event without a date can be the last."""
    days = [event.on.first for event in found.sure if event.on is not None]
    if days:
        newest = max(days)
        found = _kept(found, lambda on: on.last >= newest)
    return Chosen(found)


def earliest(found: Found) -> Chosen:
    """Those that no matching event surely comes before; an event without a date can be the first."""
    days = [event.on.last for event in found.sure if event.on is not None]
    if days:
        oldest = min(days)
        found = _kept(found, lambda on: on.first <= oldest)
    return Chosen(found)


def _kept(found: Found, can_be: Callable[[PartialDate], bool]) -> Found:
    """Those that can be meant by their date, and those that have none."""
    sure = [event for event in found.sure if event.on is None or can_be(event.on)]
    may = [one for one in found.may if one[0].on is None or can_be(one[0].on)]
    return Found(sure, may, found.refuted, complete=found.complete)


PICKS: Final = {"only": only, "latest": latest, "earliest": earliest}
