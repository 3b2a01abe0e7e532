"""Answers: facts that a person settled, by name and date. They stand above what is recorded and what is derived.

An answer stands until what the record says of the fact, or a rule that reads it, is no longer what it was when the
person answered; then it ends, and the fact is asked for again. It is always shown as an answer, with what the record
says otherwise beside it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, cast

from screener.criteria.model import SCREENING, DateTest, RuleSet, all_rules, fact_tests, facts_of
from screener.dates import PartialDate, completed_years, parse_date
from screener.errors import UsageError
from screener.facts.definitions import AGE, BIRTH_DATE, OLDEST_AGE, FactDefinition, Value
from screener.facts.values import Evidence, FactValue, State, Unreadable, plain, read_value
from screener.store.answers import Lapse, WhyEnded
from screener.store.memory_tables import AnswerRow
from screener.store.rows import key_of
from screener.worklist.snapshot import HERE, known_of, value_of
from screener.worklist.wording import rules_reading

if TYPE_CHECKING:
    from datetime import date

ANSWERED: Final = cast("State", "answered")
"""The state of a fact that a person settled."""

Facts = Mapping[str, FactValue]


@dataclass(frozen=True, slots=True)
class Known:
    """What a screening knows of a patient: what is recorded, and the answers that count."""

    recorded: Facts
    answers: tuple[AnswerRow, ...] = ()

    @property
    def facts(self) -> Facts:
        """The facts with the answers above them; what the record says otherwise is kept beside each."""
        if not self.answers:
            return self.recorded
        return {**self.recorded, **{one.fact: _fact(one, self.recorded.get(one.fact)) for one in self.answers}}

    @property
    def key(self) -> str:
        """The answers as a result keeps them: their numbers."""
        return ",".join(str(one.id) for one in self.answers)


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a patient's answers: what is known with those that stand, and those that ended."""

    known: Known
    ended: tuple[Lapse, ...]


class AnswerBook:
    """The answers of a trial, judged against the record and the rules as they are on a day.

    Without `lapsing` none ends: where the record is older than the last one, an answer that it knows nothing of does
    not count for it, and stands again with the next.
    """

    def __init__(self, answers: Sequence[AnswerRow], rules: RuleSet, as_of: date, *, lapsing: bool = True) -> None:
        self._lapsing = lapsing
        self._standing: dict[int, list[AnswerRow]] = defaultdict(list)
        self._by_number = {key_of(one.id): one for one in answers}
        for one in answers:
            if one.ended is None:
                self._standing[one.patient_id].append(one)
        self._rules = rules
        self._day = as_of.isoformat()
        self._digests: dict[str, str] = {}

    def __contains__(self, patient: int) -> bool:
        return patient in self._standing

    def judge(self, patient: int, pseudonym: str, facts: Facts) -> Judged:
        """The facts of a patient with the answers that still stand."""
        kept, ended = [], []
        for one in self._standing[patient]:
            why = self._ended(one, facts)
            if why is not None and self._lapsing:
                ended.append(Lapse(key_of(one.id), pseudonym, why))
            elif why is None and one.true_on <= self._day:  # nobody knew it on an earlier day
                kept.append(one)
        return Judged(Known(facts, tuple(kept)), tuple(ended))

    def known(self, facts: Facts, key: str) -> Known:
        """What was known with the answers that stood once, by the key that was kept then."""
        return Known(facts, tuple(self._by_number[int(number)] for number in key.split(",")) if key else ())

    def _ended(self, one: AnswerRow, facts: Facts) -> WhyEnded | None:
        if evidence_of(facts, one.fact) != one.evidence_sha256:
            return "evidence"
        if one.fact not in self._digests:
            self._digests[one.fact] = rules_reading(self._rules, one.fact)
        return None if self._digests[one.fact] == one.rule_sha256 else "rule"


def evidence_of(facts: Facts, name: str) -> str:
    """The hash of what the record says of a fact."""
    return hashlib.sha256(known_of(facts, name)).hexdigest()


def _fact(one: AnswerRow, recorded: FactValue | None) -> FactValue:
    value = value_of(one.value)
    beside = () if recorded is None or recorded.value == value else (_beside(recorded),)
    return FactValue(one.fact, value, parse_date(one.true_on), f"{one.source}, answered by {one.who}", ANSWERED, beside)


def _beside(recorded: FactValue) -> Evidence:
    written = recorded.state if recorded.value is None else str(plain(recorded.value))
    return Evidence("recorded otherwise", recorded.source or HERE, recorded.on, value=written)


def definition_of(rules: RuleSet, name: str) -> FactDefinition:
    """The fact that a person can settle under a name.

    An age is never one: a birth date, which may come with any later table, stands above it, so that the answer would
    be kept and not count. A year or a month of birth says as much.

    Raises:
        UsageError: no criterion reads it, or it is an age.
    """
    read = {fact.name: fact for fact in facts_of(rules)}
    if read.pop(AGE, None) is not None:
        read[BIRTH_DATE] = rules.vocabulary[BIRTH_DATE]
        if name == AGE:
            hint = f"Answer {BIRTH_DATE} instead; a year or a month will do, as in 2014 or 2014-03."
            raise UsageError("An age cannot be answered: a birth date would stand above it.", hint=hint)
    if name in read:
        return read[name]
    close = get_close_matches(name, read, n=1)
    hint = f'Did you mean "{close[0]}"?' if close else f"Facts of this trial: {', '.join(sorted(read))}."
    raise UsageError(f"No criterion of {rules.trial} reads a fact of that name.", hint=hint)


def answer_value(rules: RuleSet, fact: FactDefinition, text: str, *, today: date) -> Value:
    """The value that a person gave.

    Raises:
        UsageError: it is not of the fact's type, or a day to come of something that only has happened.
    """
    try:
        value = read_value(fact, text)
        if isinstance(value, PartialDate):
            if value.first > today and not _can_come(rules, fact.name):
                raise Unreadable("after today")
            if fact.name == BIRTH_DATE and completed_years(value.last, today) > OLDEST_AGE:
                raise Unreadable("outside the range")
    except Unreadable as problem:
        raise UsageError(f"The answer to {fact.name} is {problem}.", hint=_how(fact)) from None
    return value


def _can_come(rules: RuleSet, name: str) -> bool:
    """Whether a rule asks on which side of the screening the date of a fact lies, so that it may be planned."""
    tests = [one for rule in all_rules(rules) for test in fact_tests(rule) if test.fact == name for one in test.tests]
    return any(isinstance(one, DateTest) and one.other == SCREENING for one in tests)


def _how(fact: FactDefinition) -> str:
    match fact.type:
        case "yes_no":
            return "Write yes or no."
        case "choice":
            return f"Write one of: {', '.join(fact.options)}."
        case "set":
            return f"Write none, or some of these with ; between: {', '.join(fact.options)}."
        case "date":
            return "Write a date as 2026-01-20, 2026-01 or 2026."
    limits = [f"from {fact.low}" if fact.low is not None else "", f"to {fact.high}" if fact.high is not None else ""]
    return (
        " ".join(("Write a whole number" if fact.type == "integer" else "Write a number", *filter(None, limits))) + "."
    )
