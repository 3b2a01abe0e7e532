"""Laws of the comparison, tried on generated eligibility texts and on changes of them."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from screener.registry.drift import compare_texts
from screener.registry.text import comparable, normalise, split
from screener.registry.words import marked_words, reasons

VOCABULARY = """
    age patients with without a the history of WHO ≤2 >=18 \\>=5 <1.5 x 10^9/L mg/dl days high-risk\\* is allowed
    required not or and hepatitis B (NST) 5–8 Sjögren's “own” 3×ULN [2004] any: 12"""
WORDS = VOCABULARY.split()
bullets = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
lines = st.builds(lambda indent, text: f"{'  ' * indent}* {text}", st.integers(0, 2), bullets)
headings = st.sampled_from(["", "Inclusion Criteria:", "Exclusion Criteria:", "For adults:", "\\* high-risk means 3"])
blocks = st.builds(lambda heading, listed: "\n".join([heading, "", *listed, ""]), headings, st.lists(lines, max_size=5))
texts = st.lists(blocks, min_size=1, max_size=4).map("\n".join)

UNESCAPED = re.compile(r"(?<!\\)([<>(\[\]&~])")
COSMETIC = (
    lambda text: text.replace("≤", "<="),
    lambda text: re.sub(r"\\?>=", "≥", text),
    lambda text: UNESCAPED.sub(r"\\\1", text),
    lambda text: text.replace("\\<", "<").replace("\\>", ">").replace("\\(", "("),
    lambda text: text.replace("high-risk", "high\u2011risk").replace("–", "-"),
    lambda text: text.replace("“", '"').replace("”", '"').replace("'", "’"),
    lambda text: text.replace(" of ", " \u00a0of  "),
    lambda text: text.replace("×", "x"),
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.replace("\n\n", "\n\n\n"),
    lambda text: unicodedata.normalize("NFD", text),
)


def classes(old: str, new: str) -> set[str]:
    return {line.change for line in compare_texts(old, new)}


@given(texts)
def test_a_text_compared_with_itself_is_identical(text: str) -> None:
    assert classes(text, text) <= {"identical"}


@given(texts, st.lists(st.sampled_from(COSMETIC), min_size=1, max_size=6))
def test_another_spelling_is_never_more_than_cosmetic(text: str, spellings: list) -> None:  # type: ignore[type-arg]
    changed = text
    for spell in spellings:
        changed = spell(changed)
    assert classes(text, changed) <= {"identical", "cosmetic"}


@given(texts, st.data())
def test_any_changed_digit_is_material(text: str, data: st.DataObject) -> None:
    places = [place for place, character in enumerate(text) if character.isdigit()]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from([number for number in "0123456789" if number != text[place]]))
    changed = text[:place] + digit + text[place + 1 :]
    assert any(line.change == "material" for line in compare_texts(text, changed))


@given(texts, st.data())
def test_an_added_not_is_material(text: str, data: st.DataObject) -> None:
    written = text.split("\n")
    bulleted = [place for place, line in enumerate(written) if line.lstrip().startswith("* ")]
    if not bulleted:
        return
    place = data.draw(st.sampled_from(bulleted))
    changed = [*written[:place], f"{written[place]} not", *written[place + 1 :]]
    assert any(line.change == "material" for line in compare_texts(text, "\n".join(changed)))


@given(texts, texts)
def test_the_direction_of_a_comparison_does_not_matter(old: str, new: str) -> None:
    there, back = classes(old, new), classes(new, old)
    assert ("material" in there) == ("material" in back)
    assert ("reworded" in there) == ("reworded" in back) or "material" in there


@given(bullets, bullets)
def test_reasons_are_the_same_both_ways_round(old: str, new: str) -> None:
    assert reasons(old, new) == reasons(new, old)
    if comparable(old) == comparable(new):
        assert reasons(old, new) == ()


@given(texts, texts)
def test_every_line_of_both_texts_is_accounted_for_once(old: str, new: str) -> None:
    found = compare_texts(old, new)
    assert sorted(line.old.number for line in found if line.old) == [line.number for line in split(old)]
    assert [line.new.number for line in found if line.new] == [line.number for line in split(new)]


@given(st.lists(bullets, min_size=1, max_size=8, unique=True), st.randoms())
def test_bullets_in_another_order_are_never_more_than_moved(listed: list[str], chance: object) -> None:
    shuffled = list(listed)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    old, new = ("Exclusion Criteria:\n\n" + "\n".join(f"* {text}" for text in part) for part in (listed, shuffled))
    assert classes(old, new) <= {"identical", "moved"}


@given(bullets, bullets)
def test_marked_words_lose_nothing(old: str, new: str) -> None:
    marked = marked_words(old, new)
    assert "".join(run.old for run in marked) == normalise(old)
    assert "".join(run.new for run in marked) == normalise(new)


@given(st.text(max_size=300))
def test_any_text_at_all_can_be_split_and_compared(text: str) -> None:
    numbers = [line.number for line in split(text)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(line.text for line in split(text))
    assert classes(text, text) <= {"identical"}


@given(st.text(max_size=200))
def test_comparable_texts_stay_as_they_are_when_made_comparable_again(text: str) -> None:
    if "\\" not in text:
        assert comparable(comparable(text)) == comparable(text)
