"""The eligibility text: its spelling, and its lines with their sections."""

from __future__ import annotations

import pytest

from screener.registry.text import Line, comparable, normalise, split, unescape


def shape(text: str) -> list[tuple[str, str, int, str]]:
    return [(line.section[:3], line.kind, line.level, line.text) for line in split(text)]


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        ("\\>=18 years", ">=18 years"),
        ("\\<126 mg/dl", "<126 mg/dl"),
        ("\\[Eichenfeld 2004\\]", "[Eichenfeld 2004]"),
        ("R\\&D", "R&D"),
        ("high-risk\\*", "high-risk*"),
        ("a\\_b\\~c\\#d\\`e\\|f", "a_b~c#d`e|f"),
        ("C:\\\\path", "C:\\path"),
        ("not \\an escape", "not \\an escape"),
    ],
)
def test_escapes_are_undone(escaped: str, plain: str) -> None:
    assert unescape(escaped) == plain


def test_normalising_folds_white_space_composes_letters_and_drops_what_is_not_seen() -> None:
    text = "  Sjo\u0308gren\u00a0\u2009disease \n\t\ufeffat\u200b baseline\r\n"
    assert normalise(text) == "Sjögren disease at baseline"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("age \\>= 18", "age ≥18"),
        ("WHO ≤2", "WHO <= 2"),
        ("5-8 years", "5–8 years"),
        ('patient\'s "own"', "patient’s “own”"),
        ("5 µg", "5 μg"),
        ("3 × ULN", "3 x ULN"),
        ("at least 2", "at\u00a0least 2"),
    ],
)
def test_spellings_of_the_same_are_comparable(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("high-risk\\*", "high-risk"),
        ("WHO ≤2", "WHO <2"),
        ("WHO ≤2", "WHO ≥2"),
        ("10⁹", "109"),
        ("m²", "m2"),
        ("AIDS", "aids"),
        ("5 8", "58"),
    ],
)
def test_what_differs_in_meaning_is_not_comparable(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("Inclusion Criteria:", "inclusion"),
        ("INCLUSION CRITERIA", "inclusion"),
        ("Key inclusion criteria", "inclusion"),
        ("Main Inclusion Criteria -", "inclusion"),
        ("Inclusion:", "inclusion"),
        ("**Inclusion Criteria:**", "inclusion"),
        ("## Inclusion Criteria", "inclusion"),
        ("* Inclusion Criteria:", "inclusion"),
        ("1. Inclusion criteria", "inclusion"),
        ("Criteria for inclusion:", "inclusion"),
        ("Patient Inclusion Criteria:", "inclusion"),
        ("Exclusion Criteria:", "exclusion"),
        ("Key Exclusion Criteria", "exclusion"),
        ("Exclusion criterion:", "exclusion"),
        ("Exclusions:", "exclusion"),
        ("Non-inclusion criteria:", "exclusion"),
        ("Inclusion/Exclusion Criteria:", "other"),
        ("Eligibility Criteria:", "other"),
    ],
)
def test_a_heading_opens_its_section(heading: str, section: str) -> None:
    lines = split(f"{heading}\n\n* Age")
    assert [(line.kind, line.section) for line in lines] == [("heading", section), ("bullet", section)]
    assert lines[1].level == 1


@pytest.mark.parametrize(
    "line",
    [
        "* Meets the inclusion criteria of the parent study",
        "* Inclusion of both eyes",
        "* Exclusion",
        "* Patients who met the exclusion criteria of the main study:",
        "No exclusion criteria apply to controls",
    ],
)
def test_a_criterion_that_speaks_of_inclusion_opens_nothing(line: str) -> None:
    lines = split(f"Inclusion Criteria:\n\n{line}\n\n* Age")
    assert [found.section for found in lines] == ["inclusion"] * 3
    assert lines[1].kind != "heading"


def test_a_heading_that_says_more_opens_its_section_and_stays_text_to_read() -> None:
    text = "Inclusion Criteria for cohort A:\n\n* Age\n\nMeeting one of these exclusion criteria:\n\n* Gold"
    assert shape(text) == [
        ("inc", "paragraph", 0, "Inclusion Criteria for cohort A:"),
        ("inc", "bullet", 1, "Age"),
        ("exc", "paragraph", 0, "Meeting one of these exclusion criteria:"),
        ("exc", "bullet", 1, "Gold"),
    ]


def test_words_behind_a_headings_colon_are_a_line_of_their_own() -> None:
    assert shape("Inclusion: adults of any sex\nExclusion Criteria: none") == [
        ("inc", "heading", 0, "Inclusion:"),
        ("inc", "paragraph", 0, "adults of any sex"),
        ("exc", "heading", 0, "Exclusion Criteria:"),
        ("exc", "paragraph", 0, "none"),
    ]


def test_nested_and_numbered_bullets_have_their_depth() -> None:
    text = "1. One of\n\n   1. this\n      * or that\n   2. or these\n2) Two\n(3) Three\na. Four\n• Five"
    assert [(line.level, line.text) for line in split(text)] == [
        (1, "One of"),
        (2, "this"),
        (3, "or that"),
        (2, "or these"),
        (1, "Two"),
        (1, "Three"),
        (1, "Four"),
        (1, "Five"),
    ]


def test_only_one_bullet_mark_is_taken_off() -> None:
    assert [line.text for line in split("* E. coli infection\n* - 5 degrees or less\n* 2. grade")] == [
        "E. coli infection",
        "- 5 degrees or less",
        "2. grade",
    ]


def test_what_begins_like_a_bullet_and_is_none_stays_whole() -> None:
    assert [line.text for line in split("E. coli infection\n\n2004. A year\n\n-5 degrees\n\n2.5 mg")] == [
        "E. coli infection",
        "2004. A year",
        "-5 degrees",
        "2.5 mg",
    ]


def test_wrapped_lines_are_joined_to_their_bullet() -> None:
    lines = split("* Platelets at least\n  100 x 10^9/L\nwithin 28 days\n\n* Two")
    assert [line.text for line in lines] == ["Platelets at least 100 x 10^9/L within 28 days", "Two"]
    assert lines[0].raw == "* Platelets at least\n  100 x 10^9/L\nwithin 28 days"


def test_a_heading_right_below_a_bullet_is_not_joined_to_it() -> None:
    assert shape("Inclusion Criteria:\n* Age\nExclusion Criteria:\n* Gold")[2:] == [
        ("exc", "heading", 0, "Exclusion Criteria:"),
        ("exc", "bullet", 1, "Gold"),
    ]


def test_lists_without_bullets_keep_their_lines_apart_and_wrapped_prose_does_not() -> None:
    text = "Age over 18\nNo gold\n\nThis is a long line of running text that was wrapped at this place\nAnd goes on"
    assert [line.text for line in split(text)] == [
        "Age over 18",
        "No gold",
        "This is a long line of running text that was wrapped at this place And goes on",
    ]


def test_a_footnote_is_told_from_a_bullet() -> None:
    text = "* Tumor with high-risk\\* features\n* High-risk: any\n\n\\* high-risk is defined as T3\n† not used"
    lines = split(text)
    assert [line.kind for line in lines] == ["bullet", "bullet", "footnote", "footnote"]
    assert lines[2].text == "* high-risk is defined as T3"


def test_a_footnote_written_as_a_bullet_is_a_footnote() -> None:
    lines = split("* Tumor with high-risk\\* features\n* \\*high-risk: T3")
    assert [(line.kind, line.level) for line in lines] == [("bullet", 1), ("footnote", 1)]


def test_escaped_asterisks_before_every_line_are_bullets() -> None:
    assert shape("\\* Age\n\\* Weight\n\\- Gold") == [
        ("oth", "bullet", 1, "Age"),
        ("oth", "bullet", 1, "Weight"),
        ("oth", "bullet", 1, "Gold"),
    ]


def test_lines_that_say_nothing_are_left_out_and_the_rest_is_numbered() -> None:
    lines = split("* One\n\n       -\n-----\n***\n* Two")
    assert [(line.number, line.text) for line in lines] == [(1, "One"), (2, "Two")]


def test_text_before_any_heading_belongs_to_no_section() -> None:
    assert split("All comers\n\nExclusion Criteria:\n\n* Gold")[0].section == "other"


def test_eligibility_criteria_is_inclusion_where_only_exclusion_has_its_own_heading() -> None:
    assert [line.section for line in split("Eligibility criteria:\n\n* Age\n\nExclusion criteria:\n\n* Gold")] == [
        "inclusion",
        "inclusion",
        "exclusion",
        "exclusion",
    ]


@pytest.mark.parametrize("text", ["", " \n\n", "-", "***"])
def test_an_empty_text_has_no_lines(text: str) -> None:
    assert split(text) == ()


def test_line_ends_of_every_kind_part_lines() -> None:
    assert len(split("* One\r\n* Two\r* Three\n* Four")) == 4


def test_a_line_keeps_its_words_as_they_stood() -> None:
    assert split("* Age \\>=18\u00a0years") == (
        Line("other", "Age >=18 years", "* Age \\>=18\u00a0years", 1, "bullet", 1),
    )
