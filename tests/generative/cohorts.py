"""Generated tables of patients as text, for agreement between engines: every spelling of cells, and what is none."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from generated import AS_OF, rule_sets
from hypothesis import strategies as st

from screener.cohort.columns import SourceColumn, cohort_table
from screener.cohort.dialect import Dialect
from screener.cohort.inspection import Inspection
from screener.cohort.layout import statement
from screener.cohort.query import CohortQuery, TrialRules
from screener.cohort.sql import case, truth
from screener.cohort.sql import table as relation
from screener.cohort.writing import written
from screener.facts.definitions import AGE, BIRTH_DATE, FactDefinition, Vocabulary
from screener.facts.table import FactTable
from screener.facts.tables.cells import Reject, Rejection, Row
from screener.facts.tables.headings import ON
from screener.facts.values import UNSETTLED, PatientRecord
from screener.matching.evaluate import Evaluator

Rows = list[list[str]]
Results = dict[str, tuple[Any, ...]]

TOGETHER: Final = 5
"""Rule sets that are compiled into one statement, which costs less than as many statements."""

_SPACES: Final = (" ", "  ", "\t", "\u00a0", "\u2003", "\n", " \x1f")
_ODD: Final = (
    "?",
    "maybe",
    "unknown",
    "-",
    "1 2",
    "yes no",
    "<",
    ">",
    ">=",
    "<=",
    ";",
    "0000",
    "none",
    "None",
    "!",
    "NaN",
    "?Conflicting",
    "? conflicting",
    "?",
)
_MARKS: Final = tuple(UNSETTLED)
_OF_TYPE: Final[dict[str, tuple[str, ...]]] = {
    "yes_no": ("yes", "no", "y", "n", "true", "false", "YES", "No", "T", "1", "0", "yes.", "ye s"),
    "choice": ("a", "b", "c", "d", "A", "D", "e", "a b", "a_", "ab"),
    "integer": (
        "0", "1", "2", "3", "4", "5", "-1", "2.0", "2.", "02", "+3", "2.5", "1e0", "\u0663", "<3", "<=3", ">1", ">=1",
        ">= 2 <4", ">=2<=2", ">2 <3", ">4", "<0", "> 1<= 3", "<3 >1", ">=a", "<1e0", "1234567890123456789", "-0", "3 ",
        "999999999999999999", "1_0", "0x1", ">=1.0 <=3.00", ">=1 <=7", ">\u00a01",
    ),
    "number": (
        "0", "1", "1.5", "2.25", "2.250", ".5", "5.", "+1.5", "-1", "1e0", "15E-1", "1e-30", "2e30", "1e99", "1.5e+0",
        "1e100", "1,5", "<1.5", "<=1.5", ">1.5", ">=1.5 <2.25", ">1 <1", ">=1<=1", ">=2 <1", ">=1e-30", "<2e0", "NaN",
        "1.4999999999999999", "1.50000000000000000001", "0.000000000000000001", "inf", "1.5000000000000000e0", ">.5",
        "225e-2", "1e-19", "0e5", "000000000000000001.5", ".", "-.5", "1.5e", "0.5e+00", "-1e-30",
    ),
    "set": (
        "a", "a;b", "b; a", "none", "None", "a;;b", ";a", "a;", "A;B", "a;e", ">=a", ">= a;b", ">=none", ">=", "none;a",
        "a;a", "c ;d", "a b", "a;b;c;d", ">=a;e", " ; ", "a,b", ">>=a", ">= ", "c;d;", "D",
    ),
}  # fmt: skip
_AGES: Final = (
    ">89", ">=90", ">=17", ">17", "<18", "<=18", ">=12 <30", ">19 <=21", ">=0", ">129", ">130", ">=130", "<131",
    "<=130",
)  # fmt: skip
_BAD_DATES: Final = (
    "2023-02-29", "2024-02-30", "2024-13", "2024-00", "2024-2-1", "24-02-01", "01/02/2024", "2024-02-29T00:00:00",
    "0000", "0001",
    "0000-01-01", "9999", "9999-12-31", "2024-02-29 ", "20240229", "2024-04-31", "1899", "12024", "2024-02-",
    "2024-", "-2024", "2024-06-31", "infinity", "epoch", "today", "2024-02-29 (BC)", "\u0662\u0660\u0662\u0664",
)  # fmt: skip


class Cells:
    """Draws cells from a seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)

    def day(self, low: int, high: int) -> str:
        day = AS_OF + timedelta(days=self.draw.randint(low, high))
        return day.isoformat()[: self.draw.choice((4, 7, 10, 10, 10))]

    def usual(self, fact: FactDefinition) -> str:
        """A cell as people write it."""
        if fact.name == BIRTH_DATE:
            return self.day(-9000, 3) if self.draw.random() < 0.9 else self.day(-60000, 400)
        if fact.name == AGE:
            return str(self.draw.choice((*range(26), 90, 129, 130, 131, 200)))
        if fact.type == "date":
            return self.day(-800, 60)
        if fact.numeric:
            return self.draw.choice(("0", "1", "2", "3", "4", "1.5" if fact.type == "number" else "2"))
        return self.draw.choice(_OF_TYPE[fact.type][:2])

    def unusual(self, fact: FactDefinition) -> str:
        """A cell in any spelling that comes to mind."""
        if fact.name == AGE:
            return self.draw.choice((*_OF_TYPE["integer"], *_AGES))
        return self.draw.choice(_OF_TYPE.get(fact.type, _BAD_DATES))

    def value(self, fact: FactDefinition) -> str:
        sort = self.draw.random()
        if sort < 0.5:
            return self.usual(fact)
        if sort < 0.9:
            return self.unusual(fact)
        if sort < 0.93:
            return self.draw.choice(_MARKS)
        if sort < 0.97:
            inner = self.draw.choice((self.usual(fact).swapcase(), self.draw.choice(_MARKS)))
            return self.draw.choice(_SPACES) + inner + self.draw.choice(("", *_SPACES))
        return self.draw.choice(_ODD)

    def on(self) -> str:
        sort = self.draw.random()
        if sort < 0.3:
            return ""
        if sort < 0.9:
            return self.day(-800, 0)
        return self.draw.choice((*_BAD_DATES, " ", self.day(0, 400), f" {self.day(-40, 0)}"))


def rows_of(seed: int, facts: Sequence[FactDefinition], count: int) -> tuple[list[str], Rows]:
    """The headings and rows of a table; some facts, and the dates of some, have no column."""
    cells = Cells(seed)
    kept = [fact for fact in facts if cells.draw.random() < 0.93] or list(facts)
    dated = [fact.name for fact in kept if cells.draw.random() < 0.7]
    rows = []
    for number in range(count):
        values = ["" if cells.draw.random() < 0.2 else cells.value(fact) for fact in kept]
        rows.append([f"P-{number}", *values, *(cells.on() for _ in dated)])
    return ["patient_id", *(fact.name for fact in kept), *(name + ON for name in dated)], rows


class _InMemory:
    """Rows as the reader of fact tables takes them."""

    def __init__(self, headings: list[str], rows: Rows) -> None:
        self.headings = headings
        self._rows = rows

    def rows(self, reject: Reject) -> Iterator[Row]:
        del reject
        for place, row in enumerate(self._rows, start=2):
            yield place, list(row)


def records(headings: list[str], rows: Rows, vocabulary: Vocabulary) -> tuple[list[PatientRecord], list[Rejection]]:
    """What the reader of fact tables makes of the rows, and the cells it rejects."""
    facts = FactTable(_InMemory(list(headings), rows), vocabulary, as_of=AS_OF, name="rows", unknown=[])
    found = list(facts)
    return found, facts.rejected


@st.composite
def trials_together(draw: st.DrawFn) -> list[TrialRules]:
    """Several rule sets that speak of the same facts; sometimes the registry has overtaken a criterion."""
    first = draw(rule_sets(most=3))
    others = [draw(rule_sets(most=3)) for _ in range(TOGETHER - 1)]
    found = []
    for place, rules in enumerate((first, *others)):
        renamed = replace(rules, trial=f"NCT0000000{place}", vocabulary=first.vocabulary)
        found.append(TrialRules(renamed, frozenset(draw(st.sampled_from([(), (), (), ("I1",), ("E1", "I2")])))))
    return found


def columns_of(trials: Sequence[TrialRules]) -> list[str]:
    """The names of the columns of a wide result, but for the patient."""
    names = []
    for trial in trials:
        prefix = f"{trial.rules.trial}__" if len(trials) > 1 else ""
        own = (name for one in trial.rules.criteria for name in (one.id, f"{one.id}__causes"))
        names += [prefix + name for name in ("verdict", "recoverable", "score", *own)]
    return names


def evaluated(patients: Sequence[PatientRecord], trials: Sequence[TrialRules]) -> Results:
    """What the evaluator says of each patient, in the columns of a cohort's result."""
    found: Results = {patient.patient_id: () for patient in patients}
    for trial in trials:
        evaluator = Evaluator(trial.rules, AS_OF, stale=trial.stale)
        for patient in patients:
            result = evaluator.evaluate(patient)
            words = (word for one in result.criteria for word in (one.result, ";".join(one.causes)))
            found[patient.patient_id] += (result.verdict, result.recoverable, result.score, *words)
    return found


def compiled(headings: Sequence[str], trials: Sequence[TrialRules], dialect: Dialect, *, name: str = "cohort") -> str:
    """The statement for a table of text with these headings."""
    query = _query(headings, trials, dialect, name)
    return written(statement(query, relation(name), "wide", query.has_id()), dialect.name)


def of_the_listed(headings: Sequence[str], trials: Sequence[TrialRules], dialect: Dialect) -> str:
    """The statement that reads no spelling of words but the listed, for the rows of which that holds."""
    query = _query(headings, trials, dialect, "cohort", listed=True)
    kept = case([(Inspection(query).wrong(), truth(False))], truth(True))
    return written(statement(query, relation("cohort"), "wide", kept), dialect.name)


def counting(headings: Sequence[str], trials: Sequence[TrialRules], dialect: Dialect, *, name: str = "cohort") -> str:
    """The statement that counts what cannot be used of a table of text."""
    query = _query(headings, trials, dialect, name)
    return written(query.statement(relation(name), Inspection(query).counts(rows=False)), dialect.name)


def _query(
    headings: Sequence[str], trials: Sequence[TrialRules], dialect: Dialect, name: str, *, listed: bool = False
) -> CohortQuery:
    vocabulary = trials[0].rules.vocabulary
    columns = cohort_table([SourceColumn(one, "text") for one in headings], vocabulary, name=name)
    return CohortQuery(trials, columns, dialect, as_of=AS_OF, listed=listed)


def differences(
    expected: Results, found: Results, trials: Sequence[TrialRules], headings: Sequence[str], rows: Rows
) -> list[str]:
    """Where two results differ: patient, column, both values, and the patient's row."""
    said = [f"patients: {sorted(expected.keys() ^ found.keys())}"] if expected.keys() != found.keys() else []
    of_patient = {row[0]: dict(zip(headings, row, strict=True)) for row in rows}
    for patient in expected.keys() & found.keys():
        if expected[patient] == found[patient]:
            continue
        for name, one, other in zip(columns_of(trials), expected[patient], found[patient], strict=True):
            if one != other:
                said.append(f"{patient} {name}: {one!r} by the evaluator, {other!r} in SQL; {of_patient[patient]}")
    return said
