"""The eligibility text of a registry record: its spelling made comparable, and its lines told apart.

The registry writes markdown with escapes (`\\>=`, `\\[`). An escaped asterisk behind a word is a footnote mark
(`high-risk\\*`); it stays a part of the text, because a footnote can change the meaning of its line.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

from screener.registry.headings import Section, opening

Kind = Literal["heading", "bullet", "paragraph", "footnote"]

LONG_LINE: Final = 60
"""A line of at least so many characters was probably wrapped, so the next one goes on with it."""

_ESCAPE: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_UNSEEN: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_STEERING: Final = dict.fromkeys(
    [*(code for code in (*range(32), *range(127, 160)) if not chr(code).isspace()), *range(0xD800, 0xE000)], "\ufffd"
)
_SPELLINGS: Final = str.maketrans(
    {
        **dict.fromkeys("≥≧⩾", ">="),
        **dict.fromkeys("≤≦⩽", "<="),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-"),
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″", '"'),
        "×": "x",
        "µ": "μ",
    }
)
_AROUND_COMPARATOR: Final = re.compile(r" *(<=|>=|<|>|=) *")
_BULLET: Final = re.compile(
    r"(?:\\?[*+\-]|[•‣◦●▪■·–—]|\(?\d{1,3}(?:\.\d{1,3})*\\?[.)]|\(?[a-z]\)|\([A-Z]\)|[A-Z]\)|[a-z]\.|\(?[ivx]{1,4}[.)])"
    r"(?:\s+|$)"
)
_MARK: Final = re.compile(r"(?P<mark>(?:\\\*)+|\*{1,2}(?=[^\s*])(?!.*\*)|[†‡§¶]+|[¹²³⁴-⁹]+)\s*(?=\S)")
_MARK_BEHIND_WORD: Final = re.compile(r"(?<=[\w)\]%\"'.,;])((?:\\?\*)+|[†‡§¶]+|[¹²³⁴-⁹]+)(?![\w])")
_LIST_MARK: Final = re.compile(r"(?:[*+\-•]|\d{1,3}[.)])\s+")


def printable(text: str) -> str:
    """The text with U+FFFD for signs that steer a terminal, and for halves of characters."""
    return text.translate(_STEERING)


def unescape(text: str) -> str:
    """The text with markdown escapes undone: `\\>=` becomes `>=`, `high-risk\\*` becomes `high-risk*`."""
    return _ESCAPE.sub(r"\1", text)


def normalise(text: str) -> str:
    """The text as quotes are matched with it: unescaped, NFC, unseen characters dropped, white space folded."""
    return " ".join(unicodedata.normalize("NFC", unescape(text)).translate(_UNSEEN).split())


def comparable(text: str) -> str:
    """The normalised text with one spelling for what means the same; equal results differ in looks only.

    Folded are `≥` and `>=`, `≤` and `<=`, the dashes, the quotation marks, the two signs for micro and for times, and
    spaces around comparators. Letters keep their case and footnote marks stay.
    """
    return _AROUND_COMPARATOR.sub(r" \1", normalise(text).translate(_SPELLINGS)).strip()


def without_bullets(text: str) -> str:
    """The text with the bullet mark of each of its lines dropped, as `split` drops it."""
    lines = [line.strip() for line in text.splitlines()]
    marks = [_BULLET.match(line) for line in lines]
    return "\n".join(line[mark.end() :] if mark else line for line, mark in zip(lines, marks, strict=True))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an eligibility text.

    `text` is normalised and without bullet mark, `raw` is as it stood in the record. `level` is 0 for what is not a
    bullet, else the depth of the bullet. `number` is the place in the text, counted from 1.
    """

    section: Section
    text: str
    raw: str
    level: int
    kind: Kind
    number: int


@dataclass(slots=True)
class _Draft:
    """A line being put together."""

    raw: list[str]
    content: str
    level: int
    kind: Kind
    section: Section = "other"

    def joined(self, raw: str) -> None:
        self.raw.append(raw)
        self.content = f"{self.content} {raw.strip()}"


def split(text: str) -> tuple[Line, ...]:
    """An eligibility text as lines: headings, bullets, paragraphs and footnotes, each with its section.

    Wrapped lines are joined to what they go on with. Lines without a letter or digit are left out. A footnote belongs
    to the section it stands in. Text before the first heading is in the section `other`.
    """
    drafts = _with_sections(_drafts(text))
    lines = []
    for number, draft in enumerate(drafts, start=1):
        raw = "\n".join(draft.raw)
        lines.append(Line(draft.section, normalise(draft.content), raw, draft.level, draft.kind, number))
    return tuple(lines)


def _drafts(text: str) -> list[_Draft]:
    footnotes = _footnote_marks(text)
    drafts: list[_Draft] = []
    indents: list[int] = []
    after_blank = True
    for raw in text.splitlines():
        line = raw.expandtabs(4)
        content = line.strip()
        if not any(character.isalnum() for character in content):
            after_blank = after_blank or not content
            continue
        indent = len(line) - len(line.lstrip())
        draft = _draft(raw.rstrip(), content, footnotes)
        if draft.kind == "paragraph" and not after_blank and drafts and _goes_on(drafts[-1], draft):
            drafts[-1].joined(draft.raw[0])
            continue
        after_blank = False
        if draft.kind in ("bullet", "footnote") and draft.level:
            while indents and indents[-1] >= indent:
                indents.pop()
            indents.append(indent)
            draft.level = len(indents)
        elif indent == 0 or draft.kind == "heading":
            indents.clear()
        drafts.append(draft)
    return drafts


def _draft(raw: str, content: str, footnotes: frozenset[str]) -> _Draft:
    """One source line; the level of a bullet is set later, by indentation."""
    mark = _MARK.match(content)
    if mark and unescape(mark["mark"]) in footnotes:
        return _Draft([raw], content, 0, "footnote")
    bullet = _BULLET.match(content)
    inner = content[bullet.end() :] if bullet else content
    opened = opening(normalise(inner), bullet=bullet is not None)
    if opened and opened.plain:
        return _Draft([raw], inner, 0, "heading")
    if bullet is None:
        return _Draft([raw], content, 0, "paragraph")
    mark = _MARK.match(inner)
    return _Draft([raw], inner, 1, "footnote" if mark and unescape(mark["mark"]) in footnotes else "bullet")


def _footnote_marks(text: str) -> frozenset[str]:
    """The marks that begin a footnote: used behind a word, or beginning one line only.

    A mark that begins several lines and stands behind no word is a bullet that the registry escaped.
    """
    begins: Counter[str] = Counter()
    behind: set[str] = set()
    for raw in text.splitlines():
        content = raw.strip()
        inner = _LIST_MARK.sub("", content, count=1) if _LIST_MARK.match(content) else content
        mark = _MARK.match(inner)
        if mark:
            begins[unescape(mark["mark"])] += 1
        behind.update(unescape(match[1]) for match in _MARK_BEHIND_WORD.finditer(inner, mark.end() if mark else 0))
    return frozenset(mark for mark, count in begins.items() if count == 1 or mark in behind)


def _goes_on(last: _Draft, draft: _Draft) -> bool:
    """Whether a line right below another, without a mark of its own, is the rest of it."""
    opened = opening(normalise(draft.content), bullet=False)
    if opened or last.kind == "heading":
        return False
    if last.kind != "paragraph":
        return True
    return len(last.raw[-1].strip()) >= LONG_LINE or draft.content[:1].islower()


def _with_sections(drafts: list[_Draft]) -> list[_Draft]:
    """The drafts with their sections, and headings parted from the words behind their colon."""
    general: Section = _general_section(drafts)
    section: Section = "other"
    result: list[_Draft] = []
    for draft in drafts:
        opened = None
        if draft.kind in ("heading", "paragraph"):
            opened = opening(normalise(draft.content), bullet=False)
        if opened:
            section = general if opened.general else opened.section
        draft.section = section
        result.append(draft)
        if opened and opened.plain and opened.rest:
            draft.content = draft.content.partition(":")[0] + ":"
            result.append(_Draft(draft.raw, opened.rest, 0, "paragraph", section))
    return result


def _general_section(drafts: list[_Draft]) -> Section:
    """The section under "Eligibility criteria": inclusion where only exclusion has a heading of its own."""
    opened = [opening(normalise(draft.content), bullet=False) for draft in drafts if draft.kind == "heading"]
    own = {found.section for found in opened if found and not found.general}
    return "inclusion" if own == {"exclusion"} else "other"
