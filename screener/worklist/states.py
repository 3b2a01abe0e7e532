"""Where a patient stands with the study team: the states, the moves between them, and the reasons they need. Pure.

The steps are those of the SEAR record (screened, eligible, approached, randomised), with a reason at each exit.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final, Literal, NamedTuple, get_args

from screener.errors import UsageError

State = Literal[
    "new",
    "needs_data",
    "needs_review",
    "recheck_due",
    "to_approach",
    "approached",
    "not_eligible",
    "declined",
    "enrolled",
]
STATES: Final[tuple[State, ...]] = get_args(State)

BINS: Final[tuple[str, ...]] = (
    "recheck_due", "to_approach", "needs_review", "new", "needs_data", "approached", "deferred", "declined", "enrolled",
    "not_eligible",
)  # fmt: skip
"""The bins of the worklist, what needs a hand first; `deferred` waits for the day of its recheck."""

MOVES: Final[dict[State, tuple[State, ...]]] = {
    "new": ("needs_data", "needs_review", "recheck_due", "to_approach", "not_eligible"),
    "needs_data": ("needs_data", "needs_review", "recheck_due", "to_approach", "not_eligible"),
    "needs_review": ("needs_data", "needs_review", "recheck_due", "to_approach", "not_eligible"),
    "recheck_due": ("needs_data", "needs_review", "recheck_due", "to_approach", "not_eligible"),
    "to_approach": ("to_approach", "approached", "needs_review", "recheck_due", "declined", "not_eligible"),
    "approached": ("approached", "enrolled", "declined", "recheck_due", "not_eligible"),
    "not_eligible": ("not_eligible", "needs_data", "needs_review", "recheck_due", "to_approach"),
    "declined": ("declined", "to_approach"),
    "enrolled": ("enrolled", "declined", "not_eligible"),
}
"""The legal next states of each. A state can be decided again, with its reason or once more approached. Who is enrolled
can withdraw consent, and leave with a reason."""

CONTACT: Final[tuple[State, ...]] = ("to_approach", "approached", "enrolled")
"""States that mean contact with the patient."""

CONSENTS: Final = ("asked", "given", "refused", "withdrawn")
"""Where the consent of a patient can stand."""

CONSENT_MOVES: Final[dict[str | None, tuple[str, ...]]] = {
    None: ("asked", "given", "refused"),
    "asked": ("asked", "given", "refused"),
    "refused": ("asked", "given", "refused"),
    "given": ("given", "withdrawn"),
    "withdrawn": ("asked", "given", "withdrawn"),
}
"""What can follow on what."""

INELIGIBLE: Final = "INEL-"
MISSING: Final = "MISSING-"
OTHER: Final = "OTHER"
_ANY_EXIT: Final = ("URGENT-TREATMENT", "COMPETING-TRIAL", "DNC", "DECEASED", "TRIAL-CLOSED", "DUPLICATE", OTHER)
REASONS: Final[dict[State, tuple[str, ...]]] = {
    "not_eligible": ("NOT-APPROACHED", *_ANY_EXIT),
    "declined": ("PT-DECLINED", "MD-DECLINED", *_ANY_EXIT),
}
"""The reasons that an exit may have, besides that a criterion is not fulfilled."""


_SETTLED: Final[tuple[State, ...]] = ("approached", "declined", "enrolled", "recheck_due")
"""States in which a patient stays though the verdict moves: somebody was spoken with, or a day was set."""


class Move(NamedTuple):
    """A decision as a person gives it."""

    to: State
    reason: str | None = None
    reason_text: str | None = None
    override_reason: str | None = None
    recheck_on: date | None = None
    do_not_contact: bool | None = None


class Standing(NamedTuple):
    """Where a patient stands before a decision.

    `do_not_contact` says whether contact is barred, `barred_elsewhere` whether by another trial; `failing` and `open`
    are the criteria that decide and fail for the patient, or are not settled.
    """

    state: State
    verdict: str
    do_not_contact: bool
    barred_elsewhere: bool = False
    failing: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


def check_move(move: Move, now: Standing, *, criteria: Collection[str], today: date) -> None:
    """See whether a decision may be made.

    Args:
        move: it.
        now: where the patient stands.
        criteria: the ids of the trial's criteria.
        today: the day of the decision.

    Raises:
        UsageError: the move is not legal, a reason is missing or unknown, or the patient is not to be contacted.
    """
    if move.to not in MOVES[now.state]:
        possible = ", ".join(MOVES[now.state])
        raise UsageError(f"From {now.state} nobody goes to {move.to}.", hint=f"From there one can go to: {possible}.")
    _check_contact(move, now)
    _check_reason(move, now, criteria)
    _check_recheck(move, today)
    if not move.to == now.state == "enrolled":
        _check_override(move, now)


def check_second_reading(move: Move, now: Standing, *, criteria: Collection[str], today: date) -> None:
    """See whether a second reader's decision may be kept: it moves nothing, and needs the same reasons.

    Raises:
        UsageError: nobody can be moved there, or a reason is missing or unknown.
    """
    if all(move.to not in reachable for reachable in MOVES.values()):
        raise UsageError(f"Nobody is moved to {move.to}.", hint=f"One can say: {', '.join(STATES[1:])}.")
    _check_reason(move, now, criteria)
    if move.recheck_on is not None:
        _check_recheck(move, today)
    _check_override(move, now)


def check_consent(before: str | None, now: str | None) -> None:
    """See whether a consent can stand so after it stood otherwise.

    Raises:
        UsageError: it cannot.
    """
    if now is not None and now not in CONSENT_MOVES[before]:
        stood = f"is {before}" if before else "was never asked for"
        hint = f"Give one with --consent: {', '.join(CONSENT_MOVES[before])}."
        raise UsageError(f"The consent {stood}, so it cannot be {now}.", hint=hint)


def _check_contact(move: Move, now: Standing) -> None:
    if move.to == now.state == "enrolled":
        return  # nobody is contacted by keeping what became of who is enrolled
    barred = now.do_not_contact if move.do_not_contact is None else move.do_not_contact
    if now.barred_elsewhere and move.to in CONTACT:
        hint = "See `screener audit show --patient ID`, and lift it there with --contact-allowed."
        raise UsageError("This patient is marked as not to be contacted in another trial.", hint=hint)
    if barred and move.to in CONTACT:
        hint = "Only with --contact-allowed, and a note of who allowed it."
        raise UsageError("This patient is marked as not to be contacted.", hint=hint)


def _check_override(move: Move, now: Standing) -> None:
    if move.override_reason or not disagrees(move, now):
        return
    if move.to in CONTACT:
        hint = "Say why with --override-reason."
        raise UsageError(f"This disagrees with the screening, which says {now.verdict}.", hint=hint)
    kind, named = _named(move)
    as_found = "fails" if kind == INELIGIBLE else "is open"
    codes = _codes(kind, now)
    others = f"Write one of: {', '.join(codes)}; or say" if codes else f"For this patient none {as_found}: say"
    raise UsageError(
        f"This disagrees with the screening, in which {named} is not a criterion that {as_found}.",
        hint=f"{others} with --override-reason why {named} {'does' if kind == INELIGIBLE else 'is'}.",
    )


def disagrees(move: Move, now: Standing) -> bool:
    """Whether a decision says otherwise than the engine.

    That is contact with somebody whom it does not find eligible, an exit over a criterion that it does not find to
    fail, or a wait for data on one that it does not find open.
    """
    if move.to in CONTACT:
        return now.verdict != "eligible"
    kind, _ = _named(move)
    return bool(kind) and move.reason not in _codes(kind, now)


def _named(move: Move) -> tuple[str, str]:
    """What kind of reason names a criterion, and which; blanks where none does."""
    kind = next((one for one in (INELIGIBLE, MISSING) if (move.reason or "").startswith(one)), "")
    return kind, (move.reason or "").removeprefix(kind) if kind else ""


def _codes(kind: str, now: Standing) -> tuple[str, ...]:
    """The reasons of a kind that go with what the screening found of a patient."""
    return tuple(f"{kind}{name}" for name in (now.failing if kind == INELIGIBLE else now.open))


def _check_reason(move: Move, now: Standing, criteria: Collection[str]) -> None:
    allowed = REASONS.get(move.to)
    if move.reason is None:
        if allowed is not None:
            raise UsageError(f"To go to {move.to} a reason is needed.", hint=_reasons_hint(move.to, allowed))
        return
    kind, criterion = _named(move)
    if kind:
        state = "not_eligible" if kind == INELIGIBLE else "needs_data"
        if move.to != state or criterion not in criteria:
            codes = _codes(kind, now) or tuple(f"{kind}{name}" for name in criteria)
            hint = f"With {state} write one of: {', '.join(codes)}."
            raise UsageError(f"{kind} names a criterion, and stands with another state, or names none.", hint=hint)
    elif move.reason not in (allowed or ()):
        hint = _reasons_hint(move.to, allowed or ())
        raise UsageError(f"That is no reason to go to {move.to}.", hint=hint)
    if move.reason == OTHER and not move.reason_text:
        raise UsageError("The reason OTHER needs words.", hint="Give them with --reason-text.")


def _reasons_hint(state: State, allowed: tuple[str, ...]) -> str:
    by_criterion = {"not_eligible": ("INEL-<criterion>",), "needs_data": ("MISSING-<criterion>",)}.get(state, ())
    names = (*by_criterion, *allowed)
    return f"Give one with --reason: {', '.join(names)}." if names else "Leave the reason away."


def _check_recheck(move: Move, today: date) -> None:
    if (move.to == "recheck_due") != (move.recheck_on is not None):
        hint = "Give the day with --recheck, which goes with recheck_due alone."
        raise UsageError("A deferral needs the day on which to look again.", hint=hint)
    if move.recheck_on is not None and move.recheck_on <= today:
        raise UsageError("The day on which to look again is not after today.", hint="Give a later day with --recheck.")


def state_without_decision(verdict: str, *, first_seen_now: bool) -> State:
    """Where a patient stands of whom nobody has decided anything."""
    if verdict == "not_eligible":
        return "not_eligible"
    if first_seen_now:
        return "new"
    return "needs_data" if verdict == "needs_information" else "needs_review"


def state_after(decided: State, *, then: str, now: str, as_decided: bool = True) -> State:
    """Where a patient stands after a decision: what moved since then asks for another look.

    Args:
        decided: the state that was decided.
        then: the engine's verdict at the time of the decision.
        now: its verdict now.
        as_decided: whether what the decision rests on besides the verdict is as it was.
    """
    if (then == now and as_decided) or decided in _SETTLED:
        return decided
    return "needs_data" if now == "needs_information" else "needs_review"
