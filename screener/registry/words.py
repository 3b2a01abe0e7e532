"""Two wordings of a line: which words changed, and whether the change can matter.

Only a change of words that carry no clinical meaning (an article, "patients" for "participants", a full stop) leaves
a line merely reworded. Everything else counts as material, and the kinds of words that changed say why.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import Final, Literal, NamedTuple

from screener.registry.deciding import reason_for
from screener.registry.text import comparable, normalise

Op = Literal["equal", "replace", "delete", "insert"]

_TOKEN: Final = re.compile(r"[<>]=?|=|\d+(?:[.,]\d+)*|\w+(?:'\w+)?|\S")
_PIECE: Final = re.compile(r"(?:[<>]=?|[=≤≥≦≧⩽⩾]|[^\s<>=≤≥≦≧⩽⩾]+)\s*")

_SAME: Final = {
    "patients": "patient",
    "subject": "patient",
    "subjects": "patient",
    "participant": "patient",
    "participants": "patient",
}
_ARTICLES: Final = frozenset({"the", "an"})
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


def profile(text: str) -> Counter[str]:
    """How often each word stands in a line, regardless of case; what `similarity` compares."""
    return Counter(word.lower() for word in tokens(text))


def similarity(a: Counter[str], b: Counter[str]) -> float:
    """From 0 to 1, how much two lines have in common; the same both ways round."""
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 0.0


def reasons(old: str, new: str) -> tuple[str, ...]:
    """Why the change from one wording to the other can matter; empty when it cannot. The same both ways round."""
    left, right = _weighty(tokens(old)), _weighty(tokens(new))
    if left == right:
        return ()
    went, came = Counter(left) - Counter(right), Counter(right) - Counter(left)
    if not went and not came:
        return ("order",)
    found = {reason_for(word) for word in went | came}
    if _turned(went, came):
        found.add("negation")
    return tuple(sorted(found))


def _weighty(words: tuple[str, ...]) -> list[str]:
    """The words that can carry meaning, with those that mean the same made one."""
    while words and words[-1] in _CLOSING:
        words = words[:-1]
    weighty = []
    for place, word in enumerate(words):
        plain = _plain(word, first=place == 0)
        # An "a" within a line can be a name, as in hepatitis A.
        if plain not in _ARTICLES and not (place == 0 and plain in ("a", "A")):
            weighty.append(_SAME.get(plain, plain))
    return weighty


def _plain(word: str, *, first: bool) -> str:
    """The word without the capital of a sentence's beginning.

    Other capitals stay, for they can be an acronym or a unit: AIDS is not aids, mM is not MM.
    """
    return word.lower() if word[1:] == word[1:].lower() and (len(word) > 2 or first) else word


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
