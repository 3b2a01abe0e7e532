"""The report of one screening as a single HTML file: no scripts, nothing loaded from elsewhere, made to be printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from screener.criteria.library import LoadedRules
from screener.criteria.prose import INTENDED_USE, NOT_APPROVED, SHORT_HASH, registry_version
from screener.facts.inspection import RecordProblem
from screener.facts.table import Rejection
from screener.matching.results import PatientResult
from screener.reports.html_view import Views, funnel_view, patient_views
from screener.reports.html_words import EFFECT_SIGNS, VERDICTS

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_TEMPLATE: Final = "report.html.j2"
_PICTURES: Final = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r"} | {127: 0x2421}
"""Characters HTML does not allow, and the pictures that stand for them, so that nothing of a value is lost."""
_DATE: Final = re.compile(r"\b[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?\b")
_WIDE: Final = 14
_MOST_COLUMNS: Final = 18


@dataclass(frozen=True, slots=True)
class ScreeningReport:
    """Everything the report says.

    `results` stand in rank order. `rejected` is what could not be used. `unknown_columns` are headings that mean
    nothing here, each with a hint. `notices` are sentences about the registry's record that every output says.
    `created` is in UTC.
    """

    loaded: LoadedRules
    as_of: date
    results: Sequence[PatientResult]
    rejected: Sequence[Rejection | RecordProblem]
    unknown_columns: Sequence[tuple[str, str]]
    source_name: str
    version: str
    created: datetime
    notices: Sequence[str] = ()


def report(run: ScreeningReport) -> str:
    """The report as one self-contained HTML file.

    Args:
        run: what was screened, with which rules, and what came out.

    Returns:
        The file's text, to be written as UTF-8.
    """
    views = patient_views(run.loaded.rules, run.results)
    page = _environment().get_template(_TEMPLATE).render(
        run=run,
        rules=run.loaded.rules,
        approval=run.loaded.approval,
        approved=run.loaded.approval.state == "approved",
        not_approved=NOT_APPROVED,
        registry_version=registry_version(run.loaded),
        short_hash=run.loaded.sha256[:SHORT_HASH],
        intended_use=INTENDED_USE,
        views=views,
        funnel=funnel_view(run.loaded.rules, run.results),
        tables=_tables(views),
        wide=len(views.criteria) > _WIDE,
        verdicts=VERDICTS,
        signs=EFFECT_SIGNS,
    )  # fmt: skip
    return page.translate(_PICTURES)


def _tables(views: Views) -> list[tuple[int, int]]:
    """The overview's criteria cut into tables that fit on paper: from which criterion to which."""
    count = len(views.criteria)
    return [(start, min(start + _MOST_COLUMNS, count)) for start in range(0, count, _MOST_COLUMNS)] or [(0, 0)]


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("screener.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["dated"] = _dated
    return environment


def _dated(words: str) -> Markup:
    """The words, escaped, with every date kept on one line."""
    from markupsafe import Markup, escape

    return Markup(_DATE.sub(r'<span class="date">\g<0></span>', str(escape(words))))  # noqa: S704  # escaped before
