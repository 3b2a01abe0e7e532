"""What was understood of patient records and what was not, for a person and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from screener.facts.events import EVENT_KINDS, EventKind
from screener.facts.inspection import SECTIONS, Inspection, RecordProblem, Section, never_answered
from screener.reports.json_text import compact

_SHOWN_AT_MOST: Final = 20
_LISTS: Final[Mapping[Section, str]] = {
    "uncertain": "Uncertain, so never a yes: planned, provisional, not yet carried out, or of no known status",
    "refuted": "A recorded no",
    "not_counted": "Not counted: it did not happen, or is an error",
    "by_reference": "Read only where another record names them",
    "repeated": "There more than once, counted once",
    "missing": "Not in the source, and would be read",
    "ignored": "Recorded, and not read",
    "unreadable": "Read, and of no form that can be used",
    "lost_reference": "Names of records that are not in the source",
    "shared_identifier": "Records with an identifier that one before them has too: look whether they are of one person",
    "unread_side": "Codes whose words name a side, and that are not in the table of sides",
    "other_file": "Files not looked into",
}


class Inspected(NamedTuple):
    """An inspected source.

    `source` is the path as it was given, `zone` the one in which times became dates. `derivable` gives for each fact of
    a trial the kinds of events it is derived from; none where no trial was named.
    """

    source: Path
    zone: str
    inspection: Inspection
    rejected: Sequence[RecordProblem]
    derivable: Mapping[str, Iterable[EventKind]] | None = None


def as_json(inspected: Inspected) -> str:
    """The inspection as one JSON object.

    Each section is a list of what was counted (`what`, and `detail` where it has one) and how often, the most frequent
    first.
    """
    inspection = inspected.inspection
    data: dict[str, Any] = {
        "source": str(inspected.source),
        "zone": inspected.zone,
        "patients": inspection.patients,
        "patients_without_patient_record": inspection.without_patient_record,
        "declared_complete": sorted(inspection.relied_on),
        "not_relied_on": {kind: inspection.not_complete[kind] for kind in sorted(inspection.not_complete)},
    }
    for section in SECTIONS:
        data[section] = [
            {"what": key[0], "detail": ": ".join(key[1:]) or None, "count": count}
            for key, count in inspection.of(section).items()
        ]
    if inspected.derivable is not None:
        data["never_answered"] = never_answered(inspection, inspected.derivable)
    data["rejected"] = [
        {"file": one.file, "position": one.position, "problem": one.problem, "hint": one.hint, "count": one.count}
        for one in inspected.rejected
    ]
    return compact(data)


def as_text(inspected: Inspected) -> RenderableType:
    """The inspection for a person at a terminal."""
    inspection = inspected.inspection
    parts: list[RenderableType] = [_heading(inspected), _records(inspection), _events(inspection)]
    for section, title in _LISTS.items():
        lines = [(": ".join(key), count) for key, count in inspection.of(section).items()]
        if lines:
            parts.append(_listed(title, lines))
    parts += _completeness(inspection)
    if inspected.derivable is not None:
        parts.append(_never(never_answered(inspection, inspected.derivable)))
    parts += _rejections(inspected.rejected)
    return Group(*parts)


def _heading(inspected: Inspected) -> Text:
    inspection = inspected.inspection
    patients = "1 patient" if inspection.patients == 1 else f"{inspection.patients:,} patients"
    text = Text(f"{inspected.source}: {patients}\n", style="bold")
    files = ", ".join(f"{count:,} {key[0]}" for key, count in inspection.of("file").items())
    text.append(f"Files: {files or 'none that could be read'}. ", style="not bold")
    text.append(f"Times became dates in {inspected.zone}.", style="not bold")
    if inspection.without_patient_record:
        count = f"{inspection.without_patient_record:,}"
        text.append(f"\n{count} without a Patient record: birth date and sex are not known.", style="not bold yellow")
    return text


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", no_wrap=not number)
    return table


def _records(inspection: Inspection) -> RenderableType:
    table = _table("record", "all", "no event by status", "not understood")
    aside: dict[str, dict[str, int]] = {"not_counted": {}, "not_understood": {}}
    for section, counts in aside.items():
        for key, count in _of(inspection, section):
            kind = key[0].partition(",")[0]
            counts[kind] = counts.get(kind, 0) + count
    for (kind, *_), count in inspection.of("record").items():
        numbers = (counts.get(kind, 0) for counts in aside.values())
        table.add_row(kind, f"{count:,}", *(f"{number:,}" if number else "" for number in numbers))
    return Padding(table, (1, 0, 0, 0), expand=False)


def _of(inspection: Inspection, section: str) -> Iterator[tuple[tuple[str, ...], int]]:
    return ((key, count) for (name, key), count in inspection.tally.items() if name == section)


def _events(inspection: Inspection) -> RenderableType:
    table = _table("event", "all", "without a date", "without a side")
    counts = {section: dict(inspection.of(section)) for section in ("event", "without_date", "without_side")}
    for kind in EVENT_KINDS:
        numbers = [counts[section].get((kind,), 0) for section in counts]
        table.add_row(kind, *(f"{number:,}" if number or not place else "" for place, number in enumerate(numbers)))
    return Padding(table, (1, 0, 0, 0), expand=False)


def _listed(title: str, lines: Sequence[tuple[str, int]]) -> RenderableType:
    table = _table("", "")
    table.show_header = False
    for words, count in lines[:_SHOWN_AT_MOST]:
        table.add_row(Text(words, overflow="fold"), f"{count:,}")
    if len(lines) > _SHOWN_AT_MOST:
        table.add_row(Text(f"and {len(lines) - _SHOWN_AT_MOST:,} more; --format json lists every one", style="dim"), "")
    return Group(Text(f"\n{title}", style="bold"), Padding(table, (0, 0, 0, 2), expand=False))


def _completeness(inspection: Inspection) -> Iterator[RenderableType]:
    for kind in sorted(inspection.not_complete):
        count = inspection.not_complete[kind]
        who = "1 patient" if count == 1 else f"{count:,} patients"
        words = f"{kind} was declared complete; for {who} that is not relied on, because something could not be read."
        yield Text(f"\n{words}", style="yellow")


def _never(missing: Mapping[str, str]) -> RenderableType:
    if not missing:
        return Text("\nEvery fact of the trial can be told by records of some kind that is here.")
    table = _table("fact", "why")
    table.columns[1].justify = "left"
    for fact, why in missing.items():
        table.add_row(fact, why)
    return Group(
        Text("\nFacts of the trial that this source can never answer", style="bold"),
        Padding(table, (0, 0, 0, 2), expand=False),
    )


def _rejections(rejected: Sequence[RecordProblem]) -> Iterator[RenderableType]:
    if rejected:
        many = sum(one.count for one in rejected)
        yield Text(f"\n{'1 thing' if many == 1 else f'{many:,} things'} could not be used", style="bold yellow")
        for one in rejected[:_SHOWN_AT_MOST]:
            yield Text(f"  {one}", overflow="fold")
        if len(rejected) > _SHOWN_AT_MOST:
            yield Text(f"  and {len(rejected) - _SHOWN_AT_MOST:,} more; --format json lists every one", style="dim")
