"""The rules of trials as one SQL statement: a row for each patient, with what `screen` would say of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from sqlglot import exp

from screener.cohort.columns import CohortTable, SourceColumn, heading_of
from screener.cohort.dialect import Dialect
from screener.cohort.leaves import Leaves
from screener.cohort.outcomes import IS_NO, IS_YES, joined_causes
from screener.cohort.reading.cells import Context
from screener.cohort.reading.reader import Reader
from screener.cohort.reading.text import stripped
from screener.cohort.rules import Compiler, tests_of
from screener.cohort.sql import (
    Sql,
    below,
    bits,
    both,
    case,
    column,
    differs,
    either,
    has_bits,
    joined_bits,
    named,
    number,
    operation,
    opposite,
    plus,
    present,
    text,
    truth,
)
from screener.cohort.steps import Steps
from screener.criteria.model import Criterion, RuleSet
from screener.errors import UsageError
from screener.facts.definitions import PATIENT_ID, FactDefinition, Vocabulary
from screener.matching.results import ALLOWED, RESULTS

VERDICTS: Final = ("eligible", "needs_information", "not_eligible")
_UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class TrialRules:
    """The rules of one trial, and the ids of those criteria that the registry has overtaken."""

    rules: RuleSet
    stale: frozenset[str] = field(default_factory=frozenset)


class CohortQuery:
    """The rules of trials over one table, compiled for one engine and one screening date.

    Args:
        trials: the rules.
        table: where the facts stand.
        dialect: the engine's way of saying things.
        as_of: the screening date.
        also: columns of the source that are no facts and are wanted all the same.
        variants: criteria that will be asked for in place of those of the trials.
        plain_ids: the ids were looked at, and those that are recorded may be taken as they are written.
        listed: no row is used that has words in another spelling than the vocabulary's; they may pass for unreadable.

    Raises:
        UsageError: two of the trials mean different things by the same fact.
    """

    def __init__(
        self,
        trials: Sequence[TrialRules],
        table: CohortTable,
        dialect: Dialect,
        *,
        as_of: date,
        also: Sequence[str] = (),
        variants: Sequence[Criterion] = (),
        plain_ids: bool = False,
        listed: bool = False,
    ) -> None:
        self.trials = tuple(trials)
        self.table = table
        self._also = tuple(also)
        headings = [PATIENT_ID, *also]
        for one in table.facts.values():
            headings += [one.fact.name, *([heading_of(one.fact.name, on=True)] if one.on else [])]
        self.context = Context(Steps(headings, dialect.apart), dialect, as_of, listed)
        tests = [test for trial in trials for test in tests_of(trial.rules.criteria)] + tests_of(variants)
        self.reader = Reader(self.context, table, tests)
        self._compiler = Compiler(self.context, Leaves(self.context, self.reader, merged(trials)))
        self._plain_ids = plain_ids
        self.patient_id = PATIENT_ID if plain_ids else stripped(self.context, PATIENT_ID, table.patient_id)
        self._outcomes: dict[tuple[str, str], str | int] = {}

    def outcome(self, trial: TrialRules, criterion: Criterion) -> str | int:
        """The column with the outcome of a criterion; a number where it is the same for every patient."""
        key = (trial.rules.trial, criterion.id)
        if key not in self._outcomes:
            stale = criterion.id in trial.stale
            self._outcomes[key] = self._compiler.criterion(criterion, stale=stale)
        return self._outcomes[key]

    def results(self, trial: TrialRules, prefix: str = "") -> list[Sql]:
        """The columns of one trial: verdict, recoverable, score, then each criterion's result and causes."""
        found = [named(value, f"{prefix}{name}") for name, value in self.judged(trial).items()]
        for criterion in trial.rules.criteria:
            result, causes = self._result(trial, criterion), self._causes(trial, criterion)
            found += [named(result, f"{prefix}{criterion.id}"), named(causes, f"{prefix}{criterion.id}__causes")]
        return found

    def judged(self, trial: TrialRules) -> dict[str, Sql]:
        """The verdict, whether it can be recovered from, and the score."""
        steps, dialect, key = self.context.steps, self.context.dialect, trial.rules.trial
        deciding = [one for one in trial.rules.criteria if one.decides]
        passes = steps.name(f"{key} passes", plus(*(self._passing(trial, one) for one in deciding)))
        fails = steps.name(f"{key} fails", self._some_fail(trial, deciding))
        for_good = self._some_fail(trial, [one for one in deciding if not one.recoverable])
        some_open = below(column(passes), number(len(deciding)))
        words = [dialect.word(one, VERDICTS) for one in reversed(VERDICTS)]
        return {
            "verdict": case([(column(fails), words[0]), (some_open, words[1])], words[2]),
            "recoverable": case([(column(fails), opposite(for_good))]),
            "score": dialect.share(column(passes), len(deciding)),
        }

    def with_variant(self, trial: TrialRules, criterion: Criterion, variant: Criterion) -> tuple[str, str]:
        """Whether a patient fails, and whether one that does not has an open criterion, with a criterion changed.

        Returns:
            The names of both columns.
        """
        others = [one for one in trial.rules.criteria if one.decides and one.id != criterion.id]
        steps, key = self.context.steps, (trial.rules.trial, criterion.id)
        hint = f"{criterion.id} others"
        failed = steps.once((*key, "fails"), f"{hint} fail", lambda: self._some_fail(trial, others))
        passed = steps.once(
            (*key, "passes"), f"{hint} pass", lambda: plus(*(self._passing(trial, one) for one in others))
        )
        outcome = self._compiler.criterion(variant, stale=False)
        assert isinstance(outcome, str)  # a criterion with a limit has a rule
        good, bad = (IS_YES, IS_NO) if variant.kind == "inclusion" else (IS_NO, IS_YES)
        fails = steps.name(f"{variant.id} fails", operation(exp.Or, column(failed), has_bits(column(outcome), bad)))
        some_open = below(column(passed), number(len(others)))
        is_open = operation(exp.Or, some_open, opposite(has_bits(column(outcome), good)))
        return fails, steps.name(f"{variant.id} open", is_open)

    def tests(self, trial: TrialRules) -> list[str]:
        """The columns with the outcome of each test that the criteria of a trial make."""
        some = [one for one in trial.rules.criteria if one.id not in trial.stale]
        return list(dict.fromkeys(self._compiler.rule(test) for test in tests_of(some)))

    def statement(
        self, source: Sql, result: Sequence[Sql], where: Sql | None = None, *, apart: Sql | None = None
    ) -> exp.Select:
        """The statement that selects these expressions.

        Args:
            source: what the patients are read from.
            result: the columns of the result.
            where: which rows to keep.
            apart: a column of the result that is of no step, but of what the statement will be joined with.
        """
        aliens = set() if apart is None else {apart.name}
        materialized = self.context.dialect.materialized
        return self.context.steps.query(self._source(source), result, where, aliens=aliens, materialized=materialized)

    def has_id(self) -> Sql:
        """Whether a row names its patient."""
        if self._plain_ids:
            return present(column(self.patient_id))
        broken = self.broken_id()
        whole = None if broken is None else opposite(broken)
        return both(present(column(self.patient_id)), differs(column(self.patient_id), text("")), whole)

    def broken_id(self) -> Sql | None:
        """Whether an id holds what no text can; none where the engine takes no such text."""
        return self.context.dialect.broken(column(self.patient_id))

    @property
    def headings(self) -> list[str]:
        """The columns that are read so far, by the names that a fact table has for them."""
        return [heading for _, heading in self._read()]

    def _read(self) -> list[tuple[SourceColumn, str]]:
        read = [(self.table.patient_id, PATIENT_ID)]
        for name in self.reader.cells:
            columns = self.table.facts[name]
            read.append((columns.value, name))
            if columns.on is not None:
                read.append((columns.on, heading_of(name, on=True)))
        return read

    def _source(self, source: Sql) -> exp.Select:
        expressions = [*map(column, self._also), *(_renamed(one, heading) for one, heading in self._read())]
        return exp.Select(expressions=expressions, from_=exp.From(this=source))

    def _passing(self, trial: TrialRules, criterion: Criterion) -> Sql:
        """1 where a criterion passes, else 0."""
        outcome = self.outcome(trial, criterion)
        if isinstance(outcome, int):
            return number(0)
        if criterion.kind == "inclusion":
            return bits(column(outcome), number(IS_YES))
        return operation(exp.BitwiseRightShift, bits(column(outcome), number(IS_NO)), number(1))

    def _some_fail(self, trial: TrialRules, criteria: Sequence[Criterion]) -> Sql:
        """Whether one of these criteria fails: an inclusion with a no among them, or an exclusion with a yes."""
        found: dict[str, list[Sql]] = {"inclusion": [], "exclusion": []}
        for criterion in criteria:
            outcome = self.outcome(trial, criterion)
            if isinstance(outcome, str):
                found[criterion.kind].append(column(outcome))
        failing = {"inclusion": IS_NO, "exclusion": IS_YES}
        return either(*(has_bits(joined_bits(some), failing[kind]) for kind, some in found.items() if some)) or truth(
            False
        )

    def _result(self, trial: TrialRules, criterion: Criterion) -> Sql:
        outcome, dialect = self.outcome(trial, criterion), self.context.dialect
        words = [_UNKNOWN, *(RESULTS[criterion.kind][truth][0] for truth in (True, False))]
        if isinstance(outcome, int):
            word = words[0] if criterion.decides else ALLOWED[0]
            return dialect.word(word, [*words, ALLOWED[0]])
        return dialect.result(outcome, [*words[1:], words[0]], self._compiler.why(criterion))

    def _causes(self, trial: TrialRules, criterion: Criterion) -> Sql:
        outcome, dialect = self.outcome(trial, criterion), self.context.dialect
        if isinstance(outcome, int):
            told = joined_causes(outcome)
            return dialect.word(told, [told])
        return dialect.causes(outcome, self._compiler.why(criterion))


def merged(trials: Sequence[TrialRules]) -> Vocabulary:
    """The facts of all trials.

    Raises:
        UsageError: two of them mean different things by the same fact.
    """
    facts: dict[str, FactDefinition] = {}
    for trial in trials:
        for name, fact in trial.rules.vocabulary.facts.items():
            if facts.setdefault(name, fact) != fact:
                raise UsageError(
                    f'{trial.rules.trial} means something else by "{name}" than another of these trials.',
                    hint="Run the trials one by one.",
                )
    return replace(trials[0].rules.vocabulary, facts=facts)


def _renamed(source: SourceColumn, heading: str) -> Sql:
    return column(source.name) if source.name == heading else named(column(source.name), heading)
