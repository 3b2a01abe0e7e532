"""What changed between two records of one study: line by line, and field by field.

A line is identical, cosmetic (another spelling of the same), moved (within its section), reworded (only words without
clinical meaning changed) or material. In doubt it is material. It is the registry's record that changed, which is not
the protocol: the approved protocol may lag or lead it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from screener.registry.align import Pair, Placed, align, in_order, placed
from screener.registry.text import Line, split
from screener.registry.words import reasons

if TYPE_CHECKING:
    from screener.registry.modules import Location
    from screener.registry.record import Record

Change = Literal["identical", "cosmetic", "moved", "reworded", "material"]


@dataclass(frozen=True, slots=True)
class LineChange:
    """What became of a line. `old` is none for an added line, `new` for a removed one.

    `why` names what makes the change material: number, comparator, unit, negation, allowed/required, connective,
    footnote, order (of words), wording, section, level, introduction (it stands under another line), kind, added,
    removed.
    """

    old: Line | None
    new: Line | None
    change: Change
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A structured field that changed; none means that the field is absent. A site's field is `site: its name`."""

    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Drift:
    """Everything that changed, in the order of the new text, removed lines behind the line they followed."""

    lines: tuple[LineChange, ...]
    fields: tuple[FieldChange, ...]

    @property
    def changed(self) -> tuple[LineChange, ...]:
        """The lines that are not identical."""
        return tuple(line for line in self.lines if line.change != "identical")

    @property
    def material(self) -> tuple[LineChange, ...]:
        """The lines with a material change."""
        return tuple(line for line in self.lines if line.change == "material")

    @property
    def unchanged(self) -> bool:
        """Whether nothing changed at all."""
        return not self.changed and not self.fields

    @property
    def to_review(self) -> bool:
        """Whether a person must look: a line changed its wording, or a field its value."""
        return bool(self.fields) or any(line.change in ("reworded", "material") for line in self.lines)


def compare(old: Record, new: Record) -> Drift:
    """Compare two records of one study."""
    lines = compare_texts(old.eligibility_text or "", new.eligibility_text or "")
    return Drift(lines, compare_fields(old, new))


def compare_texts(old: str, new: str) -> tuple[LineChange, ...]:
    """Compare two eligibility texts line by line."""
    pairs, removed, added = align(placed(split(old)), placed(split(new)))
    partner = {pair.old.line.number: pair.new.line.number for pair in pairs}
    displaced = {pair: _structure(pair, partner) for pair in pairs}
    steady = in_order([pair for pair in pairs if not displaced[pair]])
    changes = [_paired(pair, displaced[pair], moved=pair not in steady) for pair in pairs]
    changes += [LineChange(None, item.line, "material", ("added",)) for item in added]
    changes.sort(key=lambda change: change.new.number if change.new else 0)
    for item in removed:
        _insert(changes, LineChange(item.line, None, "material", ("removed",)), item.line.number)
    return tuple(changes)


def _insert(changes: list[LineChange], removed: LineChange, number: int) -> None:
    """Put a removed line behind the line that stood before it in the old text."""
    before = [place for place, change in enumerate(changes) if change.old and change.old.number < number]
    nearest = max(before, key=lambda place: getattr(changes[place].old, "number", 0), default=-1)
    changes.insert(nearest + 1, removed)


def _paired(pair: Pair, displaced: list[str], *, moved: bool) -> LineChange:
    """What became of a line that is in both texts."""
    old, new = pair.old.line, pair.new.line
    same = pair.old.text == pair.new.text
    why = list(displaced)
    if not same and old.kind != "heading":
        # The words of a heading only name its section, and that is compared by itself.
        why += reasons(old.text, new.text)
    if not same and "footnote" in (old.kind, new.kind):
        why.append("footnote")
    if why:
        return LineChange(old, new, "material", tuple(dict.fromkeys(why)))
    if not same:
        return LineChange(old, new, "reworded")
    if moved:
        return LineChange(old, new, "moved")
    return LineChange(old, new, "identical" if old.raw == new.raw else "cosmetic")


def _structure(pair: Pair, partner: dict[int, int]) -> list[str]:
    """How the place of a line within the text changed, as far as that can change its meaning."""
    old, new = pair.old.line, pair.new.line
    why = []
    if old.section != new.section:
        why.append("section")
    if old.level != new.level:
        why.append("level")
    if old.kind != new.kind:
        why.append("footnote" if "footnote" in (old.kind, new.kind) else "kind")
    if not _same_introduction(pair.old.under, pair.new.under, partner):
        why.append("introduction")
    return why


def _same_introduction(old: Placed | None, new: Placed | None, partner: dict[int, int]) -> bool:
    if old is None or new is None:
        return old is new
    return partner.get(old.line.number) == new.line.number


def compare_fields(old: Record, new: Record) -> tuple[FieldChange, ...]:
    """Compare age limits, sex, healthy volunteers, the overall status, and whether each site still recruits."""
    before, after = _fields(old), _fields(new)
    changes = [FieldChange(name, before[name], after[name]) for name in before if before[name] != after[name]]
    sites_before, sites_after = _sites(old), _sites(new)
    for site in dict.fromkeys([*sites_before, *sites_after]):
        was, is_now = sites_before.get(site), sites_after.get(site)
        if was != is_now:
            changes.append(FieldChange(f"site: {site}", was, is_now))
    return tuple(changes)


def _fields(record: Record) -> dict[str, str | None]:
    eligibility = record.eligibility
    volunteers = {True: "yes", False: "no", None: None}[eligibility.healthy_volunteers]
    return {
        "minimumAge": eligibility.minimum_age,
        "maximumAge": eligibility.maximum_age,
        "sex": eligibility.sex,
        "healthyVolunteers": volunteers,
        "overallStatus": record.status.overall_status,
    }


def _sites(record: Record) -> dict[str, str]:
    """The status of each site by its name; a site that comes twice is numbered."""
    sites: dict[str, str] = {}
    count: Counter[str] = Counter()
    for location in record.contacts_locations.locations or ():
        name = _site_name(location)
        count[name] += 1
        sites[name if count[name] == 1 else f"{name} ({count[name]})"] = location.status or "status not given"
    return sites


def _site_name(location: Location) -> str:
    parts = (location.facility, location.city, location.state, location.zip, location.country)
    return ", ".join(part for part in parts if part) or "unnamed"
