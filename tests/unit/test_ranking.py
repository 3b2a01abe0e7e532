"""Rank order in bounded memory."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.matching.results import PatientResult, Verdict, rank_key
from screener.reports.ranking import Ranking, sort_key

VERDICTS = (("eligible", None), ("needs_information", None), ("not_eligible", True), ("not_eligible", False))


def patient(name: str, place: int, score: int, questions: int = 0) -> PatientResult:
    verdict, recoverable = VERDICTS[place]
    said: Verdict = verdict  # type: ignore[assignment]
    return PatientResult(name, said, recoverable, score, (), tuple([None] * questions), (), ())  # type: ignore[arg-type]


def ranked(patients: list[PatientResult], run_bytes: int) -> list[tuple[int, bytes]]:
    with Ranking(run_bytes=run_bytes) as ranking:
        for one in patients:
            ranking.add(sort_key(one), f"{one.patient_id} {one.score}".encode())
        return list(ranking)


def test_eligible_comes_first_and_what_cannot_be_recovered_last() -> None:
    patients = [patient(f"P{place}", place, 50) for place in (3, 1, 2, 0)]
    assert [text for _, text in ranked(patients, 10**6)] == [b"P0 50", b"P1 50", b"P2 50", b"P3 50"]


def test_the_higher_score_then_fewer_questions_then_the_id_decide() -> None:
    patients = [patient("B", 1, 80, 2), patient("C", 1, 90, 5), patient("A", 1, 80, 2), patient("D", 1, 80, 1)]
    assert [text[:1] for _, text in ranked(patients, 10**6)] == [b"C", b"D", b"A", b"B"]


@pytest.mark.parametrize("run_bytes", [1, 5_000, 60_000, 10**9])
def test_the_order_is_the_same_whether_runs_go_to_the_file_or_not(run_bytes: int) -> None:
    rng = random.Random(7)
    patients = [patient(f"P-{n}" * rng.randint(1, 40), rng.randrange(4), rng.randint(0, 100)) for n in range(500)]
    expected = [f"{one.patient_id} {one.score}".encode() for one in sorted(patients, key=rank_key)]
    found = ranked(patients, run_bytes)
    assert [rank for rank, _ in found] == list(range(1, 501))
    assert [text for _, text in found] == expected


def test_a_text_longer_than_a_block_comes_back_whole() -> None:
    texts = [bytes([65 + n]) * 200_000 for n in range(5)]
    with Ranking(run_bytes=1) as ranking:
        for number, text in enumerate(texts):
            ranking.add(sort_key(patient(f"P{number}", 0, 100)), text)
        assert [text for _, text in ranking] == texts


@given(st.text(max_size=8), st.text(max_size=8))
def test_keys_as_bytes_sort_as_the_rank_does(first: str, second: str) -> None:
    a, b = patient(first, 1, 10), patient(second, 1, 10)
    assert (sort_key(a) < sort_key(b)) == (rank_key(a) < rank_key(b))
