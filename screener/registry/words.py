"""Two wordings of a line: which words changed, and whether the change can matter.

Only a change of words that carry no clinical meaning (an article, "patients" for "participants", a full stop) leaves a line
merely reworded. Everything else counts as material, and the kinds of words that changed say why.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import Final, Literal, NamedTuple

from screener.registry.text import comparable, normalise

Op = Literal["equal", "replace", "delete", "insert"]

_TOKEN: Final = re.compile(r"[<>]=?|=|\d[\d.,]*\d|\w+(?:'\w+)?|\S")
_PIECE: Final = re.compile(r"(?:[<>]=?|[=≤≥≦≧⩽⩾]|[^\s<>=≤≥≦≧⩽⩾]+)\s*")

_KINDS: Final[dict[str, frozenset[str]]] = {
    "number": frozenset(
        "zero one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty hundred "
        "thousand million first second third fourth fifth once twice half double triple single couple several few "
        "i ii iii iv v vi".split()
    ),
    "comparator": frozenset(
        "< > <= >= = least most more less than greater fewer over under above below up maximum minimum maximal minimal max "
        "min exceed exceeds exceeding within before after prior until since between from to equal higher lower during "
        "beyond ± ~ approximately about".split()
    ),
    "unit": frozenset(
        "% ‰ mg g kg ng pg μg mcg l ml dl μl ul cl fl mol mmol μmol umol nmol pmol meq iu miu u m mm cm nm μm day days week "
        "weeks month months year years hour hours minute minutes second seconds gy cgy mgy mmhg kpa hz bpm uln lln kcal "
        "msec ms °c c f old".split()
    ),
    "negation": frozenset(
        "not no non without never neither nor none cannot unable except unless absence absent lack lacking free negative "
        "positive refuse refuses refusal other contraindicated contraindication against".split()
    ),
    "allowed/required": frozenset(
        "allow allows allowed permit permits permitted may can could must shall should will required require requires "
        "requirement mandatory optional excluded exclude excludes included include includes including eligible ineligible "
        "prohibited forbidden needed need needs acceptable accepted necessary".split()
    ),
    "connective": frozenset("and or either both any all each every only if".split()),
    "footnote": frozenset("* † ‡ § ¶".split()),
}
"""Words that decide, by the reason a change of them is given."""

_SAME: Final = {
    "patients": "patient",
    "subject": "patient",
    "subjects": "patient",
    "participant": "patient",
    "participants": "patient",
    "individuals": "patient",
    "individual": "patient",
}
_ARTICLES: Final = frozenset({"the", "a", "an", "The", "An"})
_CLOSING: Final = ".;:"
_ATTACHED: Final = ("non", "un", "in", "im", "ir", "dis", "a", "anti")


class MarkedWords(NamedTuple):
    """A run of words that stayed, changed, went or came; all `old` joined are the old line, all `new` the new one."""

    op: Op
    old: str
    new: str


def marked_words(old: str, new: str) -> list[MarkedWords]:
    """The words of two lines side by side, for marking what changed; a change of spelling alone is none.

    The texts are normalised first. White space behind a word stays with it, so that nothing is lost in joining.
    """
    left, right = _PIECE.findall(normalise(old)), _PIECE.findall(normalise(new))
    matcher = SequenceMatcher(None, [comparable(w) for w in left], [comparable(w) for w in right], autojunk=False)
    return [MarkedWords(op, "".join(left[a:b]), "".join(right[c:d])) for op, a, b, c, d in matcher.get_opcodes()]


def tokens(text: str) -> tuple[str, ...]:
    """The words, numbers and signs of a line, in one spelling."""
    return tuple(_TOKEN.findall(comparable(text)))


def similarity(a: tuple[str, ...], b: tuple[str, ...]) -> float:
    """From 0 to 1, how much two lines have in common; the same both ways round."""
    if not a or not b:
        return 0.0
    left, right = (Counter(word.lower() for word in words) for words in (a, b))
    return 2 * (left & right).total() / (len(a) + len(b))


def reasons(old: str, new: str) -> tuple[str, ...]:
    """Why the change from one wording to the other can matter; empty when it cannot. The same both ways round."""
    left, right = _weighty(tokens(old)), _weighty(tokens(new))
    if left == right:
        return ()
    went, came = Counter(left) - Counter(right), Counter(right) - Counter(left)
    if not went and not came:
        return ("order",)
    found = {_kind(word) for word in (went | came)}
    if _turned(went, came):
        found.add("negation")
    return tuple(sorted(found))


def _weighty(words: tuple[str, ...]) -> list[str]:
    """The words that can carry meaning, with those that mean the same made one."""
    while words and words[-1] in _CLOSING:
        words = words[:-1]
    weighty = []
    for place, word in enumerate(words):
        # "A" within a line can be a name, as in hepatitis A.
        if word in _ARTICLES or (place == 0 and word == "A"):
            continue
        # Capitals within a word can be an acronym or a unit: AIDS is not aids, mM is not MM.
        plain = word.lower() if len(word) > 3 and word[1:] == word[1:].lower() else word
        weighty.append(_SAME.get(plain, plain))
    return weighty


def _kind(word: str) -> str:
    if any(character.isnumeric() for character in word):
        return "footnote" if not any(character.isdecimal() for character in word) else "number"
    plain = word.lower()
    return next((kind for kind, words in _KINDS.items() if plain in words), "wording")


def _turned(went: Counter[str], came: Counter[str]) -> bool:
    """Whether a word came with a prefix that turns it round ("controlled", "uncontrolled"), or lost one."""
    words, others = {word.lower() for word in went}, {word.lower() for word in came}
    return any(
        longer == prefix + shorter
        for one, other in ((words, others), (others, words))
        for shorter in one
        for longer in other
        for prefix in _ATTACHED
    )
