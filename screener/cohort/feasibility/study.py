"""A feasibility study of a cohort: three passes over the table, and only counts come out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlglot import exp

from screener.cohort.duckdb_engine import DuckDbEngine, parquet_copy
from screener.cohort.feasibility.counting import Pattern, steps, verdicts
from screener.cohort.feasibility.model import Asked, Feasibility, Point, Sweep, Verdicts
from screener.cohort.feasibility.sweeps import Limit, limits
from screener.cohort.query import VERDICTS, TrialRules
from screener.cohort.sql import Sql, both, case, column, equals, named, number, opposite, table
from screener.criteria.model import Number
from screener.errors import UnusablePatients
from screener.facts.definitions import PATIENT_ID
from screener.facts.table import open_fact_table
from screener.matching.evaluate import Evaluator

MOST_PATTERNS: Final = 20_000
"""Patterns of what is missing that are asked about, the most frequent first."""
_EXAMPLES: Final = "examples of patients with open criteria"


class Study:
    """One trial over one opened cohort.

    Args:
        engine: the cohort.
        trial: the rules, which must be among those that the cohort was opened with.
        as_of: the screening date.
        notices: sentences that every output must say of the rules.
        approval: who answers for the rules, which every output must say too.
    """

    def __init__(
        self, engine: DuckDbEngine, trial: TrialRules, as_of: date, *, notices: Sequence[str] = (), approval: str = ""
    ) -> None:
        self._notices = tuple(notices)
        self._approval = approval
        self._engine = engine
        self._trial = trial
        self._as_of = as_of
        self._deciding = [one for one in trial.rules.criteria if one.decides]

    def measure(self, swept: Mapping[str, tuple[Number, ...]], *, questions: bool) -> Feasibility:
        """Count everything.

        Args:
            swept: for a fact the limits to try; a few around each limit of the others.
            questions: also count what would be asked, which costs most.

        Raises:
            UnusablePatients: a patient stands in the table twice, so that counts would not be of patients.
        """
        if self._engine.ids().repeated:
            raise UnusablePatients(
                "A patient stands in the table more than once.", hint="Keep one row for each patient_id."
            )
        patterns = self._patterns()
        total = verdicts(self._deciding, patterns)
        asked, looked_at = self._questions() if questions and total.needs_information else ((), 0)
        return Feasibility(
            self._trial.rules.trial, self._trial.rules.title, self._as_of, total,
            steps(self._deciding, patterns), self._sweeps(swept, total), asked, looked_at, self._notices,
            self._approval,
        )  # fmt: skip

    def _patterns(self) -> dict[Pattern, int]:
        query = self._engine.query()
        columns = [_as_sql(query.outcome(self._trial, one)) for one in self._deciding]
        found = query.statement(self._engine.source, [*columns, exp.Count(this=exp.Star())], query.has_id())
        found.set("group", exp.Group(expressions=[number(place) for place in range(1, len(columns) + 1)]))
        rows = self._engine.execute(found).fetchall()
        return {tuple(int(one) for one in row[:-1]): int(row[-1]) for row in rows}

    def _sweeps(self, swept: Mapping[str, tuple[Number, ...]], total: Verdicts) -> tuple[Sweep, ...]:
        found = [one for one in limits(self._trial.rules, dict(swept)) if one.criterion.decides]
        found = [one for one in found if one.criterion.id not in self._trial.stale]
        points = [(limit, value) for limit in found for value in limit.values if value != limit.now]
        counted = iter(self._at(points) if points else ())
        return tuple(
            self._sweep(limit, [total if value == limit.now else next(counted) for value in limit.values])
            for limit in found
        )

    def _sweep(self, limit: Limit, found: Sequence[Verdicts]) -> Sweep:
        vocabulary = self._trial.rules.vocabulary
        points = tuple(
            Point(str(value), limit.words_at(value, vocabulary), one)
            for value, one in zip(limit.values, found, strict=True)
        )
        return Sweep(limit.criterion.id, limit.test.fact, limit.words(vocabulary), str(limit.now), points)

    def _at(self, points: Sequence[tuple[Limit, Number]]) -> list[Verdicts]:
        """The verdicts with one limit at another value, for each."""
        query = self._engine.query(variants=[limit.at(value) for limit, value in points])
        sums: list[Sql] = [named(exp.Count(this=exp.Star()), "patients")]
        for place, (limit, value) in enumerate(points):
            fails, is_open = query.with_variant(self._trial, limit.criterion, limit.at(value))
            eligible = both(opposite(column(fails)), opposite(column(is_open)))
            sums += [
                named(_count(eligible), f"eligible {place}"),
                named(_count(both(opposite(column(fails)), column(is_open))), f"open {place}"),
            ]
        found = query.statement(self._engine.source, sums, query.has_id())
        patients, *counts = (int(one or 0) for one in self._engine.execute(found).fetchall()[0])
        pairs = zip(counts[::2], counts[1::2], strict=True)
        return [Verdicts(eligible, still, patients - eligible - still) for eligible, still in pairs]

    def _questions(self) -> tuple[tuple[Asked, ...], int]:
        """What would be asked: of one patient for each pattern of what is missing, counted for all who have it."""
        query = self._engine.query()
        tests = query.tests(self._trial)
        undecided = equals(query.judged(self._trial)["verdict"], query.context.dialect.word(VERDICTS[1], VERDICTS))
        counted = [named(exp.Min(this=column(query.patient_id)), "one"), named(exp.Count(this=exp.Star()), "count")]
        found = query.statement(self._engine.source, [*counted, *map(column, tests)], both(query.has_id(), undecided))
        found.set("group", exp.Group(expressions=[number(place) for place in range(3, len(tests) + 3)]))
        found.set("order", exp.Order(expressions=[exp.Ordered(this=number(2), desc=True), exp.Ordered(this=number(1))]))
        found.set("limit", exp.Limit(expression=number(MOST_PATTERNS)))
        kept = exp.Create(
            this=table(_EXAMPLES), kind="TABLE", replace=True, expression=found,
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        )  # fmt: skip
        self._engine.execute(kept)
        with TemporaryDirectory(prefix="screener-feasibility-") as folder:
            return self._asked(Path(folder) / "examples.parquet")

    def _copy_examples(self, to: Path) -> dict[str, int]:
        """Write what is recorded of the examples; how many patients each of them stands for."""
        query = self._engine.query()
        query.tests(self._trial)
        ids = exp.Select(expressions=[column("one")], from_=exp.From(this=table(_EXAMPLES)))
        chosen = exp.In(this=column(query.patient_id), query=exp.Subquery(this=ids))
        headings = [one for one in query.headings if one != PATIENT_ID]
        cells = [named(column(query.patient_id), PATIENT_ID), *map(column, headings)]
        self._engine.execute(parquet_copy(query.statement(self._engine.source, cells, chosen), to))
        counts = exp.Select(expressions=[column("one"), column("count")], from_=exp.From(this=table(_EXAMPLES)))
        return {str(one): int(count) for one, count in self._engine.execute(counts).fetchall()}

    def _asked(self, examples: Path) -> tuple[tuple[Asked, ...], int]:
        counts = self._copy_examples(examples)
        rules = self._trial.rules
        evaluator = Evaluator(rules, self._as_of, stale=self._trial.stale)
        patients: dict[str, int] = {}
        alone: dict[str, int] = {}
        with open_fact_table(examples, rules.vocabulary, as_of=self._as_of) as patients_of:
            for patient in patients_of:
                asked = [one.fact for one in evaluator.evaluate(patient).questions]
                for fact in asked:
                    patients[fact] = patients.get(fact, 0) + counts[patient.patient_id]
                    if len(asked) == 1:
                        alone[fact] = alone.get(fact, 0) + counts[patient.patient_id]
        facts = [(rules.vocabulary[name], count) for name, count in patients.items()]
        found = [
            Asked(fact.name, fact.question, fact.answered_by, count, alone.get(fact.name, 0)) for fact, count in facts
        ]
        return tuple(sorted(found, key=lambda one: (-one.alone, -one.patients, one.fact))), sum(counts.values())


def _count(condition: Sql) -> Sql:
    return exp.Sum(this=case([(condition, number(1))], number(0)))


def _as_sql(outcome: str | int) -> Sql:
    return number(outcome) if isinstance(outcome, int) else column(outcome)
