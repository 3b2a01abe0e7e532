"""The events a derivation finds: those that match, those that may, and what settles on one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from screener.criteria.closures import Facts
from screener.deriving.answers import Answer, Doubt, Matches, both, gravest
from screener.deriving.fields import ON, doubt_in
from screener.facts.events import Event

Asked = tuple[Event, Answer]
"""An event, and what is known so far of whether it matches."""


class Candidate(NamedTuple):
    """An event that may match, and why it is not sure."""

    event: Event
    doubt: Doubt


class Found(NamedTuple):
    """The events that match, those that may, those recorded as refuted that match; whether there can be no others."""

    sure: list[Event]
    may: list[Candidate]
    refuted: list[Event]
    complete: bool

    @property
    def all(self) -> list[Event]:
        """Every event that matches or may."""
        return [*self.sure, *(one.event for one in self.may)]

    @property
    def doubt(self) -> Doubt:
        """The gravest reason why something only may match."""
        return gravest([one.doubt for one in self.may])


class Chosen(NamedTuple):
    """The events any of which can be the one that is meant, and the doubt where those that match differ."""

    sure: list[Event]
    may: list[Candidate]
    clash: Doubt
    complete: bool


_NOTHING: Final = {complete: Found([], [], [], complete) for complete in (True, False)}


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
    found = Found([], [], [], complete)
    sure, may, refuted, _ = found
    for event, so_far in sifted:
        one = so_far if rest is None else both(so_far, rest(event, facts))
        if one is False:
            continue
        if event.standing == "refuted":
            if one is True:
                refuted.append(event)
        elif one is not True:
            may.append(Candidate(event, one))
        elif event.standing != "certain":
            may.append(Candidate(event, "uncertain"))
        elif ON in event.fields:
            may.append(Candidate(event, doubt_in(event.fields[ON])))
        else:
            sure.append(event)
    return found


def only(found: Found) -> Chosen:
    """All of them: there should be one, and several that differ contradict each other."""
    return Chosen(found.sure, found.may, "conflicting", found.complete)


def latest(found: Found) -> Chosen:
    """Those that no matching event surely follows; an event without a date can be the last."""
    newest = max([one.on.first for one in found.sure if one.on is not None], default=None)
    return _chosen(found, lambda event: event.on is None or newest is None or event.on.last >= newest)


def earliest(found: Found) -> Chosen:
    """Those that no matching event surely comes before; an event without a date can be the first."""
    oldest = min([one.on.last for one in found.sure if one.on is not None], default=None)
    return _chosen(found, lambda event: event.on is None or oldest is None or event.on.first <= oldest)


def _chosen(found: Found, can_be: Callable[[Event], bool]) -> Chosen:
    if len(found.sure) + len(found.may) <= 1:
        return Chosen(found.sure, found.may, _clash(found.sure), found.complete)
    sure = [event for event in found.sure if can_be(event)]
    may = [one for one in found.may if can_be(one.event)]
    return Chosen(sure, may, _clash(sure), found.complete)


def _clash(events: Sequence[Event]) -> Doubt:
    """The doubt where events say different things: of the same day they contradict each other, else one is newer."""
    dates = {None if event.on is None or not event.on.exact else event.on.first for event in events}
    return "conflicting" if len(dates) == 1 and None not in dates else "imprecise"


PICKS: Final = {"only": only, "latest": latest, "earliest": earliest}
