"""The states of a patient: which moves are legal, and the reasons they need."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from screener.errors import UsageError
from screener.worklist.states import (
    CONTACT,
    MOVES,
    STATES,
    Move,
    Standing,
    State,
    check_move,
    state_after,
    state_without_decision,
)

TODAY = date(2026, 6, 1)
CRITERIA = ("I1", "E1")


def whole(to: State) -> Move:
    """A move to a state with all that it needs."""
    reason = {"not_eligible": "DECEASED", "declined": "PT-DECLINED"}.get(to)
    recheck = date(2026, 7, 1) if to == "recheck_due" else None
    return Move(to, reason, override_reason="the PI says so", recheck_on=recheck)


def found(now: State, verdict: str) -> Standing:
    """Where a patient stands for whom I1 fails where that is the verdict, and E1 is open."""
    failing = ("I1",) if verdict == "not_eligible" else ()
    return Standing(now, verdict, do_not_contact=False, failing=failing, open=("E1",))


@pytest.mark.parametrize(("now", "to"), list(product(STATES, STATES)))
def test_a_move_is_made_where_it_is_legal_and_refused_where_not(now: State, to: State) -> None:
    standing = Standing(now, "eligible", do_not_contact=False)
    if to in MOVES[now]:
        check_move(whole(to), standing, criteria=CRITERIA, today=TODAY)
    else:
        with pytest.raises(UsageError, match=f"From {now} nobody goes to {to}"):
            check_move(whole(to), standing, criteria=CRITERIA, today=TODAY)


def test_who_is_enrolled_stays_so_though_contact_is_barred_and_the_verdict_has_moved() -> None:
    barred = Standing("enrolled", "not_eligible", do_not_contact=True, barred_elsewhere=True)
    check_move(Move("enrolled"), barred, criteria=CRITERIA, today=TODAY)
    check_move(Move("declined", "PT-DECLINED"), barred, criteria=CRITERIA, today=TODAY)
    with pytest.raises(UsageError, match="a reason is needed"):
        check_move(Move("declined"), barred, criteria=CRITERIA, today=TODAY)


def test_every_state_but_the_first_can_be_reached() -> None:
    reached, more = {"new"}, {"new"}
    while more:
        more = {to for state in more for to in MOVES[state]} - reached  # type: ignore[index]
        reached |= more
    assert reached == set(STATES)


@pytest.mark.parametrize(
    ("move", "now", "verdict", "words"),
    [
        (Move("not_eligible"), "new", "not_eligible", "a reason is needed"),
        (Move("declined"), "to_approach", "eligible", "a reason is needed"),
        (Move("not_eligible", "BORED"), "new", "not_eligible", "no reason to go to not_eligible"),
        (Move("not_eligible", "PT-DECLINED"), "new", "not_eligible", "no reason to go to not_eligible"),
        (Move("to_approach", "DECEASED"), "new", "eligible", "no reason to go to to_approach"),
        (Move("not_eligible", "INEL-I9"), "new", "not_eligible", "names a criterion"),
        (Move("needs_data", "INEL-I1"), "new", "not_eligible", "names a criterion"),
        (Move("not_eligible", "MISSING-I1"), "new", "not_eligible", "names a criterion"),
        (Move("not_eligible", "OTHER"), "new", "not_eligible", "OTHER needs words"),
        (Move("to_approach"), "new", "needs_information", "disagrees with the screening"),
        (Move("to_approach"), "not_eligible", "not_eligible", "disagrees with the screening"),
        (Move("not_eligible", "INEL-I1"), "new", "eligible", "disagrees with the screening"),
        (Move("not_eligible", "INEL-E1"), "new", "not_eligible", "in which E1 is not a criterion that fails"),
        (Move("needs_data", "MISSING-I1"), "new", "not_eligible", "in which I1 is not a criterion that is open"),
        (Move("recheck_due"), "new", "eligible", "needs the day"),
        (Move("recheck_due", recheck_on=TODAY), "new", "eligible", "is not after today"),
        (Move("needs_review", recheck_on=date(2026, 7, 1)), "new", "eligible", "needs the day"),
    ],
)
def test_a_decision_that_lacks_something_is_one_sentence(move: Move, now: State, verdict: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        check_move(move, found(now, verdict), criteria=CRITERIA, today=TODAY)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("move", "now", "verdict"),
    [
        (Move("not_eligible", "INEL-I1"), "new", "not_eligible"),
        (Move("needs_data", "MISSING-E1"), "new", "not_eligible"),
        (Move("needs_data", "MISSING-I1", override_reason="the letter is of another patient"), "new", "not_eligible"),
        (Move("not_eligible", "OTHER", "moved abroad"), "new", "eligible"),
        (Move("not_eligible", "COMPETING-TRIAL"), "new", "eligible"),
        (Move("to_approach", override_reason="seen by the PI"), "not_eligible", "not_eligible"),
        (Move("not_eligible", "INEL-I1", override_reason="the letter says so"), "new", "eligible"),
    ],
)
def test_a_decision_that_says_why_is_made(move: Move, now: State, verdict: str) -> None:
    check_move(move, found(now, verdict), criteria=CRITERIA, today=TODAY)


@pytest.mark.parametrize(("failing", "hint"), [(("I8", "E2"), "Write one of: INEL-I8, INEL-E2"), ((), "none fails")])
def test_a_reason_that_does_not_fit_the_patient_is_refused_with_those_that_do(
    failing: tuple[str, ...], hint: str
) -> None:
    standing = Standing("new", "not_eligible", do_not_contact=False, failing=failing)
    with pytest.raises(UsageError) as caught:
        check_move(Move("not_eligible", "INEL-I1"), standing, criteria=("I1", "I8", "E2"), today=TODAY)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize("to", CONTACT)
def test_who_is_not_to_be_contacted_is_never_approached(to: State) -> None:
    now: State = "approached" if to == "enrolled" else "to_approach" if to == "approached" else "new"
    with pytest.raises(UsageError, match="not to be contacted"):
        check_move(whole(to), Standing(now, "eligible", do_not_contact=True), criteria=CRITERIA, today=TODAY)
    allowed = whole(to)._replace(do_not_contact=False)
    check_move(allowed, Standing(now, "eligible", do_not_contact=True), criteria=CRITERIA, today=TODAY)


def test_without_a_decision_the_verdict_says_where_a_patient_stands() -> None:
    assert state_without_decision("eligible", first_seen_now=True) == "new"
    assert state_without_decision("not_eligible", first_seen_now=True) == "not_eligible"
    assert state_without_decision("eligible", first_seen_now=False) == "needs_review"
    assert state_without_decision("needs_information", first_seen_now=False) == "needs_data"


def test_a_verdict_that_moved_after_a_decision_asks_for_another_look() -> None:
    assert state_after("not_eligible", then="not_eligible", now="eligible") == "needs_review"
    assert state_after("not_eligible", then="not_eligible", now="needs_information") == "needs_data"
    assert state_after("not_eligible", then="not_eligible", now="not_eligible") == "not_eligible"
    for settled in ("approached", "declined", "enrolled", "recheck_due"):
        assert state_after(settled, then="eligible", now="not_eligible") == settled
