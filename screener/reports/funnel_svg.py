"""The funnel as a picture: an SVG that needs nothing else, readable in grey and by those who do not see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

_WIDTH: Final = 900
_LEFT: Final = 220
_BAR: Final = 350
_COLUMNS: Final = (612, 690, 800)
_LINE: Final = 30
_STEPS: Final = (
    ("assessed", "Assessed"), ("excluded", "Excluded"), ("needs_information", "Need information"),
    ("eligible", "Eligible on recorded data"), ("approached", "Approached"), ("enrolled", "Enrolled"),
)  # fmt: skip
_PARTS: Final = (("alone", "alone"), ("with_others", "with others"), ("unknown", "unknown"))
_STYLE: Final = """
text { font: 14px system-ui, sans-serif; fill: #17242f; font-variant-numeric: tabular-nums; }
.title { font-size: 18px; font-weight: 650; } .head { font-weight: 650; } .small { font-size: 11px; fill: #50606d; }
.step { fill: #0b5670; } .alone { fill: #8c2130; } .with_others { fill: url(#stripes); stroke: #8c2130; }
.unknown { fill: #fff; stroke: #744800; stroke-dasharray: 4 2; }
"""


_STRIPES: Final = """<defs><pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse"
 patternTransform="rotate(45)"><rect width="6" height="6" fill="#fbedef"/>
<rect width="2.5" height="6" fill="#8c2130"/></pattern></defs>"""


def funnel_svg(data: Mapping[str, Any], *, title: str, notes: Sequence[str]) -> str:
    """The picture.

    Args:
        data: the funnel's data, whose small counts may be words; those have no bar.
        title: the trial, the run and its day.
        notes: sentences for the foot.
    """
    lines = [*_drawn(data, title)]
    height = 70 + _LINE * (len(_STEPS) + len(data["by_criterion"]) + 2) + 18 * len(notes)
    foot = [_text(20, height - 18 * (len(notes) - place) + 6, note, "small") for place, note in enumerate(notes)]
    described = "; ".join(f"{words.lower()} {data[name]}" for name, words in _STEPS)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" lang="en">',
            f"<title>{escape(title)}</title><desc>{escape(described)}</desc>",
            f"<style>{_STYLE}</style>",
            _STRIPES,
            f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
            *lines,
            *foot,
            "</svg>\n",
        ]
    )


def _drawn(data: Mapping[str, Any], title: str) -> Iterator[str]:
    yield _text(20, 32, title, "title")
    most = _number(data["assessed"])
    place = 50
    for name, words in _STEPS:
        yield _text(20, place + 17, words)
        yield from _bar(place, [(name, data[name], "step")], most)
        place += _LINE
    place += _LINE // 2
    yield _text(20, place + 14, "Excluded or open by criterion", "head")
    yield from _key(place)
    place += _LINE
    for one in data["by_criterion"]:
        yield _text(20, place + 17, one["id"])
        yield from _bar(place, [(words, one[name], name) for name, words in _PARTS], most)
        place += _LINE


def _key(place: int) -> Iterator[str]:
    for x, (name, words) in zip(_COLUMNS, _PARTS, strict=True):
        yield f'<rect class="{name}" x="{x - 22}" y="{place + 3}" width="16" height="13"/>'
        yield _text(x, place + 14, words)


def _bar(place: int, parts: Sequence[tuple[str, Any, str]], most: int) -> Iterator[str]:
    """The bars of one line, one behind the other, and the counts: behind a single bar, else in columns."""
    x = float(_LEFT)
    for _, count, kind in parts:
        width = _BAR * _number(count) / most if most else 0.0
        if width:
            yield f'<rect class="{kind}" x="{x:.1f}" y="{place + 3}" width="{width:.1f}" height="18"/>'
        x += width
    columns = _COLUMNS if len(parts) > 1 else (x + 8,)
    for column, (_, count, _) in zip(columns, parts, strict=True):
        yield _text(column, place + 17, str(count))


def _number(count: int | str) -> int:
    return count if isinstance(count, int) else 0


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    shown = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.0f}" y="{y:.0f}"{shown}>{escape(str(words))}</text>'
