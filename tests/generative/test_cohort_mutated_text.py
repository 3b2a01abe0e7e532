"""Text that was damaged at random: `cohort` says of it what `screen` says, or both refuse it."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from read_twice import HEAD, ROW, agreed, small_trial

FILES = 12
"""Damaged files of one seed."""
_OF_CSV = (
    '"',
    '""',
    ",",
    ",,",
    "\n",
    "\r\n",
    "\r",
    " ",
    ";",
    "\t",
    "\0",
    "\ufeff",
    '"x"',
    "n\u00f6",
    "\n\n",
    "#",
    "?",
    "\x1f",
)
_OF_JSON = (
    '"', ",", "{", "}", "[", "]", ":", "\n", "\r", " ", "\\", "\\ud800", "\\u0000", "e1", ".0", "0", "-", "null", "NaN",
    '"casts": 1, ', '"Casts": 2, ', '"": 1, ', "{}", "\t", "\ufeff", "\u2028", "true", "99999999999999999",
)  # fmt: skip


def csv_text(draw: random.Random) -> str:
    quoted = f'"P-{{0}}",{ROW.replace("mild", chr(34) + "mild" + chr(34))}'
    rows = [draw.choice((f"P-{{0}},{ROW}", quoted)).format(number) for number in range(6)]
    return draw.choice(("\n", "\r\n")).join([HEAD, *rows, ""])


def json_text(draw: random.Random) -> str:
    del draw
    one = {"casts": 1, "platelets": 99.5, "healed": False, "bones": ["ulna"], "pain": "mild", "itp": None}
    return "".join(json.dumps({"patient_id": f"P-{number}", **one}) + "\n" for number in range(6))


def damaged(text: str, pieces: tuple[str, ...], draw: random.Random) -> str:
    """A text with up to three pieces put in, or characters taken out."""
    for _ in range(draw.randint(1, 3)):
        place = draw.randrange(len(text))
        if draw.random() < 0.75:
            text = text[:place] + draw.choice(pieces) + text[place:]
        else:
            text = text[:place] + text[place + draw.randint(1, 3) :]
    return text


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_damaged_text_is_read_alike_or_refused_alike(tmp_path: Path, ending: str, seed: int) -> None:
    draw, trial = random.Random(seed), small_trial()
    whole, pieces = (csv_text, _OF_CSV) if ending == "csv" else (json_text, _OF_JSON)
    for number in range(FILES):
        path = tmp_path / f"{number}.{ending}"
        path.write_bytes(damaged(whole(draw), pieces, draw).encode())
        agreed(path, trial)
