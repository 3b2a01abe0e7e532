"""A kept drift in words and side by side: in plain sentences, on a terminal, and as a page of HTML.

Changed words are marked with signs as well as with colour, so that a log and a print in grey show them.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

from screener.registry.words import marked_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.table import Table
    from rich.text import Text

REVIEWED: Final = ("reworded", "material")
_FIELDS: Final = {
    "minimumAge": "minimum age",
    "maximumAge": "maximum age",
    "sex": "sex",
    "healthyVolunteers": "healthy volunteers",
    "overallStatus": "status of the study",
}


def field_name(name: str) -> str:
    """A structured field as people call it."""
    return _FIELDS.get(name, name)


def sentences(details: Mapping[str, Any]) -> list[str]:
    """Every change of a drift as a plain sentence, the registry's words in quotes."""
    said = [_line_sentence(line) for line in details["lines"]]
    return said + [_field_sentence(one) for one in details["fields"]]


def _line_sentence(line: Mapping[str, Any]) -> str:
    old, new, section = line["old"], line["new"], line["section"]
    if old is None:
        return f'added under {section}: "{new}"'
    if new is None:
        return f'removed from {section}: "{old}"'
    why = f" ({', '.join(line['why'])})" if line["why"] else ""
    if line.get("from_section"):
        section = f"{section} and no longer under {line['from_section']}"
    if old == new:
        return f'{line["change"]}{why}, now under {section}: "{new}"'
    return f'{line["change"]}{why}, under {section}: "{old}" became "{new}"'


def _field_sentence(one: Mapping[str, Any]) -> str:
    old, new = one["old"] or "not given", one["new"] or "not given"
    return f"{field_name(one['field'])}: {old} became {new}"


def _rows(details: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    """What changed, the old words and the new ones; an absent side is empty."""
    for line in details["lines"]:
        kind = "added" if line["old"] is None else "removed" if line["new"] is None else line["change"]
        why = ", ".join(reason for reason in line["why"] if reason != kind)
        where = f"{line['from_section']} to {line['section']}" if line.get("from_section") else line["section"]
        yield f"{where}: {kind}" + (f" ({why})" if why else ""), line["old"] or "", line["new"] or ""
    for one in details["fields"]:
        yield field_name(one["field"]), one["old"] or "not given", one["new"] or "not given"


def table(details: Mapping[str, Any]) -> Table:
    """The changes side by side for a terminal; words that went stand in [- -], words that came in {+ +}."""
    from rich.table import Table

    made = Table("changed", "before", "now", show_lines=True, expand=True)
    for what, old, new in _rows(details):
        before, after = _marked(old, new)
        made.add_row(what, before, after)
    return made


def _marked(old: str, new: str) -> tuple[Text, Text]:
    from rich.text import Text

    before, after = Text(), Text()
    for op, went, came in marked_words(old, new):
        _add(before, went, ("[-", "-]"), style="red" if op != "equal" else "")
        _add(after, came, ("{+", "+}"), style="green" if op != "equal" else "")
    return before, after


def _add(text: Text, words: str, signs: tuple[str, str], *, style: str) -> None:
    if not style or not words:
        text.append(words)
        return
    bare = words.rstrip()
    text.append(f"{signs[0]}{bare}{signs[1]}", style=f"bold {style}")
    text.append(words[len(bare) :])


_PAGE: Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; table-layout: fixed; }}
th, td {{ border: 1px solid #999; padding: .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }}
th:first-child {{ width: 16%; }}
del {{ background: #fbdcdc; }} ins {{ background: #d9f2d9; font-weight: bold; text-decoration: none; }}
</style></head><body><h1>{title}</h1><p>{intro}</p>
<table><thead><tr><th>changed</th><th>before</th><th>now</th></tr></thead><tbody>
{rows}
</tbody></table></body></html>
"""


def page(details: Mapping[str, Any], *, title: str, intro: str) -> str:
    """The changes side by side as one self-contained page."""
    rows = []
    for what, old, new in _rows(details):
        words = marked_words(old, new)
        before = "".join(_tag("del", went, op) for op, went, _ in words)
        after = "".join(_tag("ins", came, op) for op, _, came in words)
        rows.append(f"<tr><td>{escape(what)}</td><td>{before}</td><td>{after}</td></tr>")
    return _PAGE.format(title=escape(title), intro=escape(intro), rows="\n".join(rows))


def _tag(name: str, words: str, op: str) -> str:
    return escape(words) if op == "equal" or not words else f"<{name}>{escape(words.rstrip())}</{name}> "
