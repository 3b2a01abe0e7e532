"""A rule set to begin with: one criterion for each line of a registry record, quoted, most of them still to be written.

Encoded already is only what the text says in plain words and the record's structured fields say as well: age limits,
and that both sexes can take part. Nothing clinical is guessed.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple

from screener.criteria.age_lines import YOUNGEST_ALLOWED, age_line, agrees, both_sexes_line
from screener.criteria.library import RECORD, RULES
from screener.criteria.model import (
    Case,
    Criterion,
    CriterionKind,
    FactTest,
    GivenValue,
    NumberTest,
    RuleSet,
)
from screener.criteria.skeleton_remarks import TO_BE_WRITTEN, comments, shown
from screener.criteria.source import sections_of, words_of
from screener.criteria.writing import rules_text
from screener.dates import exactly, parse_date
from screener.errors import UsageError
from screener.facts.definitions import AGE, BIRTH_DATE, OLDEST_AGE, Vocabulary
from screener.findings import Mark
from screener.registry.record import Record
from screener.registry.text import Line, normalise, split, without_bullets

_CASE_DAY: Final = date(2026, 6, 1)
_NOWHERE: Final = Mark("", 1, 1)
_YEARS: Final = re.compile(r"([0-9]{1,3}) Years?")
_START: Final = re.compile(r"^|\s+|:\s*")
_STARTS_TRIED: Final = 20
_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
_WORD: Final = re.compile(r"\w")
_MOST_LINES: Final = 999
_BOTH_SEXES: Final = "people of either sex can take part, so this never decides anything"
_RESULTS: Final[dict[CriterionKind, tuple[str, str]]] = {
    "inclusion": ("met", "not met"),
    "exclusion": ("does not apply", "applies"),
}


class Skeleton(NamedTuple):
    """A rule file to begin with, the ids of what is encoded in it, and of what is still to be written."""

    trial: str
    text: str
    encoded: tuple[str, ...]
    left: tuple[str, ...]


class _Ages(NamedTuple):
    """The record's age limits in completed years, both included; none where it gives none that can be encoded."""

    youngest: int | None
    oldest: int | None


def skeleton(record: Record, author: str) -> Skeleton:
    """A rule file for a record.

    Args:
        record: a record with an id and an eligibility text; see `given_record.read_given`.
        author: who will write the rules; nobody can approve rules of their own.

    Raises:
        UsageError: the text has no line to write a rule for, or too many.
    """
    assert record.nct_id is not None
    lines = _lines(record.eligibility_text or "")
    criteria = tuple(_criteria(record, lines))
    if not criteria:
        raise UsageError(f"The eligibility text of {record.nct_id} holds no line to write a rule for.")
    if not any(one.decides for one in criteria):
        # Rules that decide nothing would call everybody eligible, and are refused.
        criteria = tuple(replace(one, allows=None, not_encoded=TO_BE_WRITTEN) for one in criteria)
    rules = RuleSet(record.nct_id, _title(record), author, criteria, (), (), Vocabulary.of())
    left = tuple(one.id for one in criteria if one.not_encoded is not None)
    encoded = tuple(one.id for one in criteria if one.not_encoded is None)
    text = comments(record, criteria, apart=any(line.section == "other" for line in lines)) + rules_text(rules)
    return Skeleton(record.nct_id, text, encoded, left)


def see_free(folder: Path) -> None:
    """See that nothing stands where a skeleton is to be written.

    Raises:
        UsageError: something does.
    """
    if folder.exists():
        raise UsageError(f"{folder} is there already.", hint="Choose another one with --out; nothing is overwritten.")


def write_skeleton(folder: Path, text: str, record: bytes) -> None:
    """Write a rule file and the record it was made from into a folder of their own, whole or not at all.

    Raises:
        UsageError: the folder is there already, or cannot be written.
    """
    see_free(folder)
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    try:
        aside.mkdir(parents=True)
        (aside / RULES).write_text(text, encoding="utf-8")
        (aside / RECORD).write_bytes(record)
        aside.rename(folder)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise UsageError(f"{folder} cannot be written: {error.strerror}.") from error


def _criteria(record: Record, lines: list[Line]) -> Iterator[Criterion]:
    """A criterion for each line, in the order of the text, what stands outside both sections first."""
    apart = [line for line in lines if line.section == "other"]
    by_kind: dict[CriterionKind, list[Line]] = {"inclusion": [], "exclusion": []}
    by_kind[_kind_of_apart(apart, record.eligibility_text or "")] += apart
    for line in lines:
        if line.section != "other":
            by_kind[line.section].append(line)
    governed = _governed(lines)
    for kind, some in by_kind.items():
        if len(some) > _MOST_LINES:
            raise UsageError(f"The {kind} text has more than {_MOST_LINES} lines; rules for it cannot be numbered.")
        for number, line in zip(count(1), some, strict=False):
            name = f"{kind[0].upper()}{number}"
            yield _criterion(name, kind, line, record, alone=line.number not in governed)


def _lines(text: str) -> list[Line]:
    """The lines that have words to quote: no headings, and no bullet marks with nothing behind them."""
    return [line for line in split(text) if line.kind != "heading" and _WORD.search(line.text)]


def _kind_of_apart(apart: list[Line], text: str) -> CriterionKind:
    """Where lines outside both sections go: where none of them is taken for a line of the section itself."""
    sections = sections_of(text)
    inside = sections["inclusion"].text if "inclusion" in sections else ""
    return "exclusion" if any(words_of(line) in inside for line in apart) else "inclusion"


def _governed(lines: list[Line]) -> set[int]:
    """The lines that cannot be read alone: outside the sections, below another bullet, or under an introduction."""
    found: set[int] = set()
    introduction: int | None = None
    section = ""
    for line in lines:
        if line.section != section or (introduction is not None and line.level <= introduction):
            section, introduction = line.section, None
        if line.section == "other" or line.level > 1 or introduction is not None:
            found.add(line.number)
        if introduction is None and line.text.endswith(":"):
            introduction = line.level
    return found


def _criterion(name: str, kind: CriterionKind, line: Line, record: Record, *, alone: bool) -> Criterion:
    quote = _quote(line)
    if alone and record.eligibility.sex == "ALL" and both_sexes_line(line.text):
        return Criterion(name, kind, quote, allows=_BOTH_SEXES)
    tests = _age_tests(kind, line, record) if alone else ()
    if not tests:
        return Criterion(name, kind, quote, not_encoded=TO_BE_WRITTEN)
    lower_only = all(test.op in YOUNGEST_ALLOWED[kind] for test in tests)
    return Criterion(
        name, kind, quote, FactTest(AGE, tests), recoverable=lower_only, cases=tuple(_cases(kind, record, tests))
    )


def _age_tests(kind: CriterionKind, line: Line, record: Record) -> tuple[NumberTest, ...]:
    """The tests of an age line that says the same as the structured fields, else none."""
    found = age_line(line.text)
    if found is None or (found.both_sexes and record.eligibility.sex != "ALL"):
        return ()
    if kind == "exclusion" and (len(found.tests) > 1 or found.both_sexes):
        return ()
    ages = _ages(record)
    same = all(agrees(test, kind, youngest=ages.youngest, oldest=ages.oldest) for test in found.tests)
    return found.tests if same else ()


def _ages(record: Record) -> _Ages:
    ages = _Ages(_years(record.eligibility.minimum_age), _years(record.eligibility.maximum_age))
    turned = ages.youngest is not None and ages.oldest is not None and ages.youngest > ages.oldest
    return _Ages(None, None) if turned else ages


def _years(text: str | None) -> int | None:
    """An age limit in years; none where it is absent, in another unit, or beyond the ages that can be recorded."""
    match = _YEARS.fullmatch(text or "")
    years = int(match[1]) if match else 0
    return years if 0 < years < OLDEST_AGE else None


def _cases(kind: CriterionKind, record: Record, tests: tuple[NumberTest, ...]) -> Iterator[Case]:
    """Small patients on both sides of each limit that the tests set, and one of whom nothing is recorded."""
    within, outside = _RESULTS[kind]
    ages = _ages(record)
    for test in tests:
        if test.op in YOUNGEST_ALLOWED[kind]:
            assert ages.youngest is not None  # the test agrees with it
            yield from _birthday_cases(ages.youngest, before=outside, since=within)
        else:
            assert ages.oldest is not None
            yield from _birthday_cases(ages.oldest + 1, before=within, since=outside)
    yield Case("nothing recorded", (), _CASE_DAY, "unknown", _NOWHERE)


def _birthday_cases(years: int, *, before: str, since: str) -> Iterator[Case]:
    year = _CASE_DAY.year - years
    on_the_day, a_day_later = _CASE_DAY.replace(year=year), _CASE_DAY.replace(year=year, day=_CASE_DAY.day + 1)
    yield _case(f"birthday {years} today", exactly(on_the_day).text, since)
    yield _case(f"birthday {years} tomorrow", exactly(a_day_later).text, before)
    yield _case(f"only the year of birthday {years} known", str(year), "unknown")


def _case(name: str, birth_date: str, expect: str) -> Case:
    return Case(name, (GivenValue(BIRTH_DATE, parse_date(birth_date)),), _CASE_DAY, expect, _NOWHERE)


def _quote(line: Line) -> str:
    """The line as it stands in the record, without its bullet mark, so that it is found again as the line it is."""
    flat = " ".join(line.raw.split())
    starts = [match.end() for match in _START.finditer(flat)][:_STARTS_TRIED]
    escaped = _PUNCTUATION.sub(r"\\\1", line.text)
    tried = (*(flat[start:] for start in reversed(starts)), line.text, f"* {line.text}", escaped, f"* {escaped}")
    found = (words for words in tried if normalise(without_bullets(words)) == line.text)
    return next(found, line.text)


def _title(record: Record) -> str:
    identification = record.identification
    title = shown(identification.brief_title or "") or str(record.nct_id)
    acronym = shown(identification.acronym or "")
    return f"{acronym}: {title}" if acronym and acronym not in title else title
