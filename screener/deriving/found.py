"""The events a derivation finds: those that match, those that may, and what settles on one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from screener.criteria.closures import Facts
from screener.deriving.answers import Answer, Doubt, Matches, both, gravest
from screener.deriving.evidence import Grounds
from screener.deriving.fields import ON, doubt_in
from screener.facts.events import Event

Asked = tuple[Event, Answer]
"""An event, and what is known so far of whether it matches."""
Candidate = tuple[Event, Doubt]
"""An event that may match, and why it is not sure."""


class Found(NamedTuple):
    """The events that match, those that may, those recorded as refuted that match; whether there can be no others."""

    sure: list[Event]
    may: list[Candidate]
    refuted: list[Event]
    complete: bool

    @property
    def all(self) -> list[Event]:
        """Every event that matches or may."""
        return [*self.sure, *[event for event, _ in self.may]]

    @property
    def doubt(self) -> Doubt:
        """The gravest reason why something only may match."""
        return gravest([doubt for _, doubt in self.may])


class Chosen:
    """The events any of which can be the one that is meant; several facts may be read off them.

    `sure` are those that match, `all` those and the ones that only may, for the reasons `doubts`; `complete` says that
    there can be no others.

    Args:
        found: the events to choose from.
        can_be: tells those that can be meant; all of them where it is none, and what differs is a contradiction then.
    """

    __slots__ = ("_one", "all", "complete", "doubts", "sure")

    def __init__(self, found: Found, can_be: Callable[[Event], bool] | None) -> None:
        sure, may, _, self.complete = found
        if can_be is not None and len(sure) + len(may) > 1:
            sure = [event for event in sure if can_be(event)]
            may = [one for one in may if can_be(one[0])]
        self.sure = Grounds(sure)
        self.all = Grounds([*sure, *[event for event, _ in may]]) if may else self.sure
        self.doubts = [doubt for _, doubt in may]
        self._one = can_be is None

    @property
    def clash(self) -> Doubt:
        """The doubt where those that match say different things: of the same day they contradict each other."""
        if self._one:
            return "conflicting"
        dates = {event.on.first if event.on is not None and event.on.exact else None for event in self.sure.events}
        return "conflicting" if len(dates) == 1 and None not in dates else "imprecise"


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
    sure: list[Event] = []
    may: list[Candidate] = []
    refuted: list[Event] = []
    for event, so_far in sifted:
        one = so_far if rest is None else both(so_far, rest(event, facts))
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
    return Found(sure, may, refuted, complete)


def only(found: Found) -> Chosen:
    """All of them: there should be one, and several that differ contradict each other."""
    return Chosen(found, None)


def latest(found: Found) -> Chosen:
    """Those that no matching event surely follows; an event without a date can be the last."""
    newest = max([one.on.first for one in found.sure if one.on is not None], default=None)
    return Chosen(found, lambda event: event.on is None or newest is None or event.on.last >= newest)


def earliest(found: Found) -> Chosen:
    """Those that no matching event surely comes before; an event without a date can be the first."""
    oldest = min([one.on.last for one in found.sure if one.on is not None], default=None)
    return Chosen(found, lambda event: event.on is None or oldest is None or event.on.first <= oldest)


PICKS: Final = {"only": only, "latest": latest, "earliest": earliest}
