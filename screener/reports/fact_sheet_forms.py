"""The fact sheet as text for a terminal, as JSON for programs, and as one HTML page to be read and printed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from screener.criteria.prose import NOT_APPROVED
from screener.reports.fact_sheet import (
    HOW_TO_TAKE_PART,
    JUDGED,
    MADE_NOTE,
    NO_OBLIGATION,
    NOT_RECORDED,
    SINCE,
    SITES_NOTE,
    WRITTEN_NOTE,
    FactSheet,
    Fit,
    Item,
)
from screener.reports.json_text import rules_data

_TEMPLATE: Final = "fact_sheet.html.j2"
_WIDTH: Final = 100
_LABEL: Final = 20


def as_text(sheet: FactSheet) -> str:
    """The sheet for a terminal, at most 100 columns wide."""
    head = [_wrapped(f"{sheet.loaded.rules.trial}  {sheet.title}"), sheet.review_state]
    if not sheet.recruiting:
        head.append(_not_recruiting(sheet))
    if sheet.since:
        head += [SINCE, *(_wrapped(one, "    ", "  - ") for one in sheet.since)]
    blocks = [
        "\n".join(head),
        _block("Quick facts", _facts(sheet)),
        _block("What it studies", _studied(sheet)),
        _block("Good fit", _fit(sheet.good_fit)),
        _block("Not a fit", _fit(sheet.not_a_fit)),
        _block("How to take part", _how()),
        _block("When last checked", _checked(sheet)),
        _wrapped(f"Intended use: {sheet.intended_use}"),
    ]
    return "\n\n".join(blocks) + "\n"


def as_data(sheet: FactSheet) -> dict[str, Any]:
    """The sheet as data; what the record does not hold is null."""
    return {
        "trial": sheet.loaded.rules.trial,
        "title": sheet.title,
        "quick_facts": {one.name: one.value if one.known else None for one in sheet.facts},
        "sites": {"listed": list(sheet.sites), "note": SITES_NOTE},
        "studies": {"summary": list(sheet.summary), "conditions": list(sheet.conditions)},
        "good_fit": _fit_data(sheet.good_fit),
        "not_a_fit": _fit_data(sheet.not_a_fit),
        "how_to_take_part": [*HOW_TO_TAKE_PART, NO_OBLIGATION],
        "last_checked": sheet.last_checked.isoformat() if sheet.last_checked else None,
        "since": list(sheet.since),
        "registry_version": sheet.registry_version,
        "provenance": sheet.provenance,
        "rules": rules_data(sheet.loaded, ()),
        "review_state": sheet.review_state,
        "intended_use": sheet.intended_use,
    }


def as_html(sheet: FactSheet, *, version: str, created: datetime) -> str:
    """The sheet as one self-contained HTML file.

    Args:
        sheet: what it says.
        version: the version of the program.
        created: when it was made, in UTC.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("screener.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(_TEMPLATE).render(
        sheet=sheet,
        trial=sheet.loaded.rules.trial,
        approved=not sheet.review_state.startswith(NOT_APPROVED),
        since=SINCE,
        not_recruiting="" if sheet.recruiting else _not_recruiting(sheet),
        how=HOW_TO_TAKE_PART,
        no_obligation=NO_OBLIGATION,
        sites_note=SITES_NOTE,
        judged=JUDGED,
        absent=NOT_RECORDED,
        written_note=WRITTEN_NOTE,
        made_note=MADE_NOTE,
        version=version,
        created=created,
    )  # fmt: skip


def _not_recruiting(sheet: FactSheet) -> str:
    if sheet.status == NOT_RECORDED:
        return "Whether this study recruits is not in the record."
    return f"The registry says that this study is {sheet.status}."


def _facts(sheet: FactSheet) -> Iterator[str]:
    for one in sheet.facts:
        yield _wrapped(one.value, " " * (_LABEL + 2), f"  {one.label:<{_LABEL}}")
    sites = "; ".join(sheet.sites) or NOT_RECORDED
    yield _wrapped(sites, " " * (_LABEL + 2), f"  {'Sites':<{_LABEL}}")
    yield _wrapped(SITES_NOTE, " " * (_LABEL + 2), " " * (_LABEL + 2))


def _studied(sheet: FactSheet) -> Iterator[str]:
    for paragraph in sheet.summary or (f"The brief summary is {NOT_RECORDED}.",):
        yield _wrapped(paragraph, "  ")
    yield _wrapped(f"Conditions: {', '.join(sheet.conditions) or NOT_RECORDED}", "  ")


def _fit(fit: Fit) -> Iterator[str]:
    if fit.lead:
        yield _wrapped(fit.lead, "  ")
    for item in fit.items:
        yield from _told(item, 2)
    if fit.judged:
        yield _wrapped(JUDGED, "  ")
        yield from (_wrapped(f"“{words}”", "    ", "  - ") for words in fit.judged)
    yield _wrapped(WRITTEN_NOTE if fit.written else MADE_NOTE, "  ")


def _told(item: Item, indent: int) -> Iterator[str]:
    yield _wrapped(item.words, " " * (indent + 2), " " * indent + "- ")
    for one in item.below:
        yield from _told(one, indent + 2)
    if item.remark:
        yield _wrapped(f"({item.remark})", " " * (indent + 2))


def _how() -> Iterator[str]:
    for number, step in enumerate(HOW_TO_TAKE_PART, start=1):
        yield _wrapped(step, "     ", f"  {number}. ")
    yield _wrapped(NO_OBLIGATION, "  ")


def _checked(sheet: FactSheet) -> Iterator[str]:
    yield _wrapped(f"Last checked: {sheet.checked_words}.", "  ")
    yield _wrapped(f"Registry record of: {sheet.registry_version}.", "  ")
    if sheet.provenance:
        yield _wrapped(f"About the stored record: {sheet.provenance}", "  ")


def _block(heading: str, lines: Iterable[str]) -> str:
    return "\n".join([heading.upper(), *lines])


def _wrapped(words: str, indent: str = "", first: str | None = None) -> str:
    return textwrap.fill(
        words, _WIDTH, initial_indent=indent if first is None else first, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _fit_data(fit: Fit) -> dict[str, Any]:
    items = [_item_data(one) for one in fit.items]
    return {
        "words": "written" if fit.written else "from the rules",
        "lead": fit.lead,
        "items": items,
        "judged": list(fit.judged),
    }


def _item_data(item: Item) -> dict[str, Any]:
    return {"says": item.words, "below": [_item_data(one) for one in item.below], "remark": item.remark or None}
