"""Words that can decide who is eligible, sorted by what a change of them is called."""

from __future__ import annotations

from typing import Final

_TABLE: Final = {
    "number": """
        zero one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty hundred
        thousand million first second third fourth fifth once twice half double triple single couple several few
        i ii iii iv v vi""",
    "comparator": """
        < > <= >= = ± ~ least most more less than greater fewer over under above below up maximum minimum maximal
        minimal max min exceed exceeds exceeding within before after prior until since between from to equal higher
        lower during beyond approximately about""",
    "unit": """
        % ‰ mg g kg ng pg μg mcg l ml dl μl ul cl fl mol mmol μmol umol nmol pmol meq iu miu u m mm cm nm μm day days
        week weeks month months year years hour hours minute minutes seconds gy cgy mgy mmhg kpa hz bpm uln lln kcal
        msec ms °c c f""",
    "negation": """
        not no non without never neither nor none cannot unable except unless absence absent lack lacking free negative
        positive refuse refuses refusal other contraindicated contraindication against""",
    "allowed/required": """
        allow allows allowed permit permits permitted may can could must shall should will required require requires
        requirement mandatory optional excluded exclude excludes included include includes including eligible ineligible
        prohibited forbidden needed need needs acceptable accepted necessary""",
    "connective": "and or either both any all each every only if",
    "footnote": "* † ‡ § ¶",
}

DECIDING: Final = {word: reason for reason, words in reversed(_TABLE.items()) for word in words.split()}
"""The reason for each deciding word."""


def reason_for(word: str) -> str:
    """What a change of this word is called: the reason of a deciding word, `number` for digits, else `wording`."""
    if any(character.isnumeric() for character in word):
        return "number"
    return DECIDING.get(word.lower(), "wording")
