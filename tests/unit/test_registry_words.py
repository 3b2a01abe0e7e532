"""The words of two lines side by side."""

from __future__ import annotations

from screener.registry.words import marked_words, profile, reasons, similarity


def test_changed_words_are_marked_and_the_others_are_not() -> None:
    assert marked_words("WHO scale ≤2 at baseline", "WHO scale ≤1 at screening visit") == [
        ("equal", "WHO scale ≤", "WHO scale ≤"),
        ("replace", "2 ", "1 "),
        ("equal", "at ", "at "),
        ("replace", "baseline", "screening visit"),
    ]


def test_words_that_come_and_go_are_marked() -> None:
    assert marked_words("is allowed", "is not allowed") == [
        ("equal", "is ", "is "),
        ("insert", "", "not "),
        ("equal", "allowed", "allowed"),
    ]
    assert marked_words("one two", "one") == [("equal", "one ", "one"), ("delete", "two", "")]


def test_another_spelling_is_not_marked() -> None:
    assert marked_words("age \\>= 18", "age ≥18") == [("equal", "age >= 18", "age ≥18")]


def test_a_footnote_mark_that_goes_is_marked() -> None:
    assert [run.op for run in marked_words("with high-risk\\* features", "with high-risk features")] == [
        "equal",
        "replace",
        "equal",
    ]


def test_texts_without_words_are_no_trouble() -> None:
    assert marked_words("", "") == []
    assert marked_words("", "one") == [("insert", "", "one")]
    assert reasons("", "") == ()
    assert similarity(profile(""), profile("")) == 0


def test_likeness_goes_from_nothing_to_all_regardless_of_case() -> None:
    assert similarity(profile("Allergy to gold"), profile("allergy to Gold")) == 1
    assert similarity(profile("Allergy to gold"), profile("Pacemaker")) == 0
    assert 0.6 < similarity(profile("Allergy to gold"), profile("Allergy to silver")) < 0.7
