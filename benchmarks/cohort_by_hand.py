"""The criteria of NCT06452485 by hand, for typed columns and this trial alone: SQL for DuckDB and Spark, Polars."""

from __future__ import annotations

from pathlib import Path

import duckdb

IDS = ("I1", "I2", "I3", "I4", "I5", "I7", "I8", "I9", "E1", "E2")
NODE_SITES = ("mediastinal_nodes", "neck_nodes", "contralateral_axillary_nodes", "contralateral_supraclavicular_nodes")
LRR_TYPES = ("local", "regional", "local_and_regional", "second_primary_ipsilateral")
NODES = ", ".join(repr(one) for one in NODE_SITES)
LRR = str(LRR_TYPES)


def by_hand(source: str, words: str) -> str:
    """The eleven criteria as somebody would write them for this trial alone.

    `words` are `text`, `enumerated` (both for DuckDB) or `spark` (text, in Spark's words).
    """
    nodes = f"list_has_all([{NODES}], metastasis_sites)"
    if words == "spark":
        nodes = f"size(array_except(metastasis_sites, array({NODES}))) = 0"
    criteria = f"""select patient_id, prior_breast_irradiation as prior,
        who_performance_status <= 2 as I1,
        birth_date <= date '2008-06-01' as I2,
        recurrence_type in {LRR} and primary_irradiated_postoperatively as I3,
        (recurrence_surgery = 'salvage_mastectomy' and high_risk_tumour_characteristics)
            or (recurrence_surgery = 'local_excision' and reirradiation_indicated) as I4,
        case when prior_breast_irradiation <> 'chest_wall'
            then prior_breast_irradiation in ('whole_breast', 'partial_breast') end as I5,
        staging_pet_ct <> 'none' as I7,
        metastasis_count = 0 or (metastasis_count <= 5 and {nodes}) as I8,
        dutch_communication as I9, primary_breast_sarcoma as E1,
        low_risk_recurrence and previous_breast_conserving_therapy as E2 from {source}"""
    fails = {one: f"not {one}" if one[0] == "I" else one for one in IDS}
    failed = " + ".join(f"cast(coalesce({one}, false) as tinyint)" for one in fails.values())
    still_open = " + ".join(f"cast({one} is null as tinyint)" for one in IDS)
    for_good = " or ".join(f"coalesce({fails[one]}, false)" for one in ("I3", "I5", "I8", "E1", "E2"))
    judged = f"select *, {failed} as f, {still_open} as o, {for_good} as g from ({criteria})"
    said = {"met": "met", "not met": "not met"}
    kinds = {"v": ("eligible", "needs_information", "not_eligible"), "i": ("met", "not met", "unknown"),
             "e": ("applies", "does not apply", "unknown"), "c": ("", "not_recorded"), "a": ("allowed",),
             "p": ("", "interpretation_open", "not_recorded;interpretation_open")}  # fmt: skip

    def word(kind: str, text: str) -> str:
        among = ", ".join(f"'{one}'" for one in kinds[kind])
        return f"'{said.get(text, text)}'::enum({among})" if words == "enumerated" else f"'{text}'"

    no, still, yes = (word("v", one) for one in ("not_eligible", "needs_information", "eligible"))
    verdict = f"case when f > 0 then {no} when o > 0 then {still} else {yes} end as verdict"
    columns = [
        "patient_id",
        verdict,
        "case when f > 0 then not g end as recoverable",
        "cast((10 - f - o) * 10 as smallint) as score",
    ]
    for one in ("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "E1", "E2"):
        if one == "I6":
            columns += [f"{word('a', 'allowed')} as I6", f"{word('c', '')} as I6__causes"]
            continue
        kind, yes, no = ("i", "met", "not met") if one[0] == "I" else ("e", "applies", "does not apply")
        columns.append(f"case {one} when true then {word(kind, yes)} when false then {word(kind, no)} "
                       f"else {word(kind, 'unknown')} end as {one}")  # fmt: skip
        why = f"case when {one} is null then {word('c', 'not_recorded')} else {word('c', '')} end"
        if one == "I5":
            both = word("p", "not_recorded;interpretation_open")
            why = (f"case when I5 is not null then {word('p', '')} when prior is null then {both} "
                   f"else {word('p', 'interpretation_open')} end")  # fmt: skip
        columns.append(f"{why} as {one}__causes")
    return f"select {', '.join(columns)} from ({judged})"


def duckdb_by_hand(facts: Path, out: Path, threads: int, words: str) -> None:
    with duckdb.connect(config={"threads": threads, "memory_limit": "400MB"}) as connection:
        connection.execute("set preserve_insertion_order = false")  # else it writes with one thread
        query = by_hand(f"'{facts}'", words)
        connection.execute(f"copy ({query}) to '{out}' (format parquet)")


POLARS = """
import sys, datetime, polars as pl
from polars import col, when, lit
facts, out = sys.argv[1:3]
nodes = ['mediastinal_nodes', 'neck_nodes', 'contralateral_axillary_nodes', 'contralateral_supraclavicular_nodes']
lrr = ['local', 'regional', 'local_and_regional', 'second_primary_ipsilateral']
rules = {
    'I1': col('who_performance_status') <= 2,
    'I2': col('birth_date') <= datetime.date(2008, 6, 1),
    'I3': col('recurrence_type').is_in(lrr) & col('primary_irradiated_postoperatively'),
    'I4': ((col('recurrence_surgery') == 'salvage_mastectomy') & col('high_risk_tumour_characteristics'))
          | ((col('recurrence_surgery') == 'local_excision') & col('reirradiation_indicated')),
    'I5': when(col('prior_breast_irradiation') != 'chest_wall').then(
              col('prior_breast_irradiation').is_in(['whole_breast', 'partial_breast'])),
    'I7': col('staging_pet_ct') != 'none',
    'I8': (col('metastasis_count') == 0)
          | ((col('metastasis_count') <= 5) & (col('metastasis_sites').list.set_difference(nodes).list.len() == 0)),
    'I9': col('dutch_communication'), 'E1': col('primary_breast_sarcoma'),
    'E2': col('low_risk_recurrence') & col('previous_breast_conserving_therapy'),
}
failing = {one: ~col(one) if one[0] == 'I' else col(one) for one in rules}
f = sum(one.fill_null(False).cast(pl.Int8) for one in failing.values())
o = sum(col(one).is_null().cast(pl.Int8) for one in rules)
g = pl.any_horizontal(*(failing[one].fill_null(False) for one in ('I3', 'I5', 'I8', 'E1', 'E2')))
def said(one):
    yes, no = ('met', 'not met') if one[0] == 'I' else ('applies', 'does not apply')
    return when(col(one)).then(lit(yes)).when(~col(one)).then(lit(no)).otherwise(lit('unknown')).alias(one + ' said')
def why(one):
    if one == 'I5':
        return when(col('I5').is_not_null()).then(lit('')).when(col('prior_breast_irradiation').is_null()).then(
            lit('not_recorded;interpretation_open')).otherwise(lit('interpretation_open')).alias('I5__causes')
    return when(col(one).is_null()).then(lit('not_recorded')).otherwise(lit('')).alias(one + '__causes')
names = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'E1', 'E2']
q = pl.scan_parquet(facts).with_columns(**rules).with_columns(f.alias('f'), o.alias('o'), g.alias('g'))
q = q.with_columns(*(said(one) for one in rules), *(why(one) for one in rules))
q = q.select('patient_id',
    when(col('f') > 0).then(lit('not_eligible')).when(col('o') > 0).then(lit('needs_information'))
        .otherwise(lit('eligible')).alias('verdict'),
    when(col('f') > 0).then(~col('g')).alias('recoverable'),
    ((10 - col('f') - col('o')) * 10).cast(pl.Int16).alias('score'),
    *(piece for one in names for piece in ((lit('allowed').alias('I6'), lit('').alias('I6__causes')) if one == 'I6'
        else (col(one + ' said').alias(one), col(one + '__causes')))))
q.sink_parquet(out)
"""
