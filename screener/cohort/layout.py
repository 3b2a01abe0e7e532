"""How a result is laid out: a row for each patient, or for several trials a row for each patient and trial."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from sqlglot import exp

from screener.cohort.query import CohortQuery
from screener.cohort.sql import Sql, both, case, column, equals, named, opposite, text
from screener.facts.definitions import PATIENT_ID

Layout = Literal["wide", "long"]
Guard = Callable[[Sql], Sql]
LAYOUTS: Final[tuple[Layout, ...]] = ("wide", "long")

# What a spreadsheet would take for a formula; the same as `screen --format csv`.
_FORMULA: Final = "'*[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-](.|\n)*"
_A_NUMBER: Final = "[+-]?[0-9]+([.][0-9]+)?"
_TRIALS: Final = "trials"
NO_CELL: Final = "NULL"
"""What CSV would say where there is no value. There always is one, so that an empty text needs no quotation marks."""


def statement(
    query: CohortQuery, source: Sql, layout: Layout, where: Sql | None, *, csv: bool = False, guard: Guard | None = None
) -> exp.Select:
    """The statement with the whole result.

    Of one trial: patient_id, verdict, recoverable, score, then for each criterion its result and causes. Of several,
    wide: the same columns of each, with the trial's id and two underscores before their names; long: a row for each
    patient and trial, `trial` before the columns of one, and nothing where the trial has no criterion of that id.

    Args:
        query: the compiled rules.
        source: what the patients are read from.
        layout: wide or long.
        where: which patients to keep.
        csv: say it as `screen --format csv` does: yes and no, and no id that a spreadsheet would calculate.
        guard: what to make of the id of each row. A condition on rows would be worked out twice by Spark, once for
            whether a row is kept, and again for what is said of it.
    """
    patient = named(_id(query, csv=csv), PATIENT_ID) if guard is None else named(guard(_id(query, csv=csv)), PATIENT_ID)
    if layout == "long":
        return _long(query, source, where, patient, csv=csv)
    several = len(query.trials) > 1
    results = [query.results(one, f"{one.rules.trial}__" if several else "") for one in query.trials]
    columns = [patient, *(value for some in results for value in some)]
    return query.statement(source, [_said(one) if csv else one for one in columns], where)


def _long(query: CohortQuery, source: Sql, where: Sql | None, patient: Sql, *, csv: bool) -> exp.Select:
    ids = [trial.rules.trial for trial in query.trials]
    results = [{value.alias: value.this for value in query.results(trial)} for trial in query.trials]
    columns = [named(_trial(), "trial"), patient]
    for name in dict.fromkeys(name for found in results for name in found):
        # Of a trial without such a criterion there is nothing to say.
        chosen = [
            (equals(_trial(), text(one)), found[name]) for one, found in zip(ids, results, strict=True) if name in found
        ]
        otherwise = text("") if csv and len(chosen) < len(ids) else None
        columns.append(named(case(chosen, otherwise), name))
    made = query.statement(source, [_said(one) if csv else one for one in columns], where, apart=_trial())
    rows = [exp.Tuple(expressions=[text(one)]) for one in ids]
    alias = exp.TableAlias(
        this=exp.Identifier(this=_TRIALS, quoted=True), columns=[exp.Identifier(this="trial", quoted=True)]
    )
    made.append("joins", exp.Join(this=exp.Values(expressions=rows, alias=alias), kind="CROSS"))
    return made


def _trial() -> Sql:
    return exp.Column(this=exp.Identifier(this="trial", quoted=True), table=exp.Identifier(this=_TRIALS, quoted=True))


def _id(query: CohortQuery, *, csv: bool) -> Sql:
    name, dialect = query.patient_id, query.context.dialect
    if not csv:
        return column(name)
    calculated = both(dialect.matches(column(name), _FORMULA), opposite(dialect.matches(column(name), _A_NUMBER)))
    return case([(calculated, dialect.lined_up(text("'"), column(name)))], column(name))


def _said(value: Sql) -> Sql:
    """Whether a patient can be recovered, in words."""
    if not isinstance(value, exp.Alias) or not value.alias.endswith("recoverable"):
        return value
    inner = value.this
    return named(case([(inner, text("yes")), (opposite(inner.copy()), text("no"))], text("")), value.alias)
