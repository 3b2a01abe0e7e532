"""A sync in a bad night: one study that never answers costs the others nothing, and longer waits are told."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from registry_server import Asked, Reply, drip, json_reply, redirect, reply, silence, study
from synced import ONE, THREE, TWO, Night, a_night, sqlite_url, version

from screener.registry.client import Client
from screener.registry.retry import Waiting
from screener.registry.sync import MANY, Sync

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ALL = (ONE, TWO, THREE)


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    with a_night(sqlite_url(tmp_path)) as made:
        for nct_id in ALL:
            made.serve(nct_id)
        yield made


NEVER: dict[str, Reply] = {
    "503": reply(503),
    "503 that asks for a minute": reply(503, headers={"Retry-After": "60"}),
    "429 that asks for an hour": reply(429, headers={"Retry-After": "3600"}),
    "429 that asks for ten minutes": reply(429, headers={"Retry-After": "600"}),
    "a body that breaks off": reply(200, '{"protocolSection": {'),
}


@pytest.mark.parametrize("never", NEVER.values(), ids=NEVER)
def test_a_study_that_never_answers_costs_the_others_nothing(night: Night, never: Reply) -> None:
    night.server.script(f"/studies/{ONE}", never)
    begun = night.time.seconds
    report = night.sync(*ALL, deadline=900)
    assert [(trial.nct_id, trial.outcome) for trial in report.trials] == [
        (ONE, "failed"),
        (TWO, "first"),
        (THREE, "first"),
    ]
    assert (report.exit_code, report.mixed) == (4, False)
    assert night.server.paths()[:4] == ["/version", *(f"/studies/{nct_id}" for nct_id in ALL)]
    assert night.time.seconds - begun <= 900


def test_it_is_asked_again_until_the_deadline(night: Night) -> None:
    night.server.script(f"/studies/{ONE}", *[reply(503)] * 12, json_reply(study(ONE)))
    report = night.sync(*ALL, deadline=900)
    assert (report.exit_code, report.totals["first"], report.trials[0].attempts) == (0, 3, 13)


def test_when_all_answer_late_each_is_asked_as_often_as_the_others(night: Night) -> None:
    for nct_id in ALL:
        night.server.script(f"/studies/{nct_id}", *[reply(503)] * 3, json_reply(study(nct_id)))
    report = night.sync(*ALL, deadline=900)
    assert [trial.attempts for trial in report.trials] == [4, 4, 4]
    assert night.server.paths()[1:7] == [f"/studies/{nct_id}" for nct_id in ALL] * 2


SLOW: dict[str, Reply] = {
    "no answer at all": silence,
    "a slow body": drip(HEAD + b"Content-Length: 100000\r\n\r\n" + b" " * 100_000),
    "slow headers": drip(HEAD + b"X-Slow: " + b"x" * 100_000),
    "a slow refusal": drip(b"HTTP/1.1 503 No\r\n\r\n" + b"x" * 100_000),
}


@pytest.mark.parametrize("slow", SLOW.values(), ids=SLOW)
def test_an_answer_that_never_ends_gets_its_share_of_the_time_and_no_more(night: Night, slow: Reply) -> None:
    night.server.script(f"/studies/{ONE}", slow)
    with Client(night.server.base_url, deadline=2, interval=0, random=lambda: 0.0) as client:
        report = Sync(client, night.store, judges={}).run(ALL, by="A. Jansen")
    assert [trial.outcome for trial in report.trials] == ["failed", "first", "first"]
    # One attempt with a third of the time, and another with what the others have left of it.
    assert night.server.paths().count(f"/studies/{ONE}") > 1
    assert night.server.paths()[-1] == "/version"


def test_a_version_that_is_never_read_leaves_time_for_the_studies(night: Night) -> None:
    night.server.script("/version", reply(503))
    report = night.sync(*ALL, deadline=900)
    assert [trial.outcome for trial in report.trials] == ["first"] * 3
    assert (report.exit_code, report.mixed) == (4, True)
    assert len(report.problems) == 1
    assert "version cannot be read: The registry has a fault of its own (503). Gave up after" in report.problems[0]


def test_even_in_a_short_run_the_studies_are_asked_for(night: Night) -> None:
    night.server.script("/version", reply(503))
    report = night.sync(*ALL, deadline=9)
    assert [trial.outcome for trial in report.trials] == ["first"] * 3


def test_a_merged_study_has_its_share_for_each_step_of_the_way(night: Night) -> None:
    merged = study(TWO, identificationModule={"nctId": TWO, "nctIdAliases": [ONE]})
    night.server.script(f"/studies/{ONE}", redirect(f"/api/v2/studies/{TWO}"))
    night.server.script(f"/studies/{TWO}", json_reply(merged))
    assert night.sync(*ALL, deadline=20).exit_code == 0


def test_one_record_that_the_registry_stumbles_over_spoils_no_batch(night: Night) -> None:
    ids = [f"NCT{number:08}" for number in range(1, MANY + 2)]
    for nct_id in ids:
        night.serve(nct_id)
    night.server.script("/studies", reply(500))
    night.server.script(f"/studies/{ids[3]}", reply(500))
    report = night.sync(*ids, deadline=900)
    assert report.totals == {**report.totals, "first": MANY, "failed": 1}
    assert night.server.paths().count("/studies") == 2


def test_a_batch_that_answers_late_is_asked_again_while_another_is_read(night: Night) -> None:
    ids = [f"NCT{number:08}" for number in range(1, 151)]
    refusals = iter([reply(503), reply(502)])

    def pages(asked: Asked) -> Reply:
        wanted = asked.query["filter.ids"].split(",")
        late = next(refusals, None) if ids[0] in wanted else None
        return late or json_reply({"studies": [study(nct_id) for nct_id in wanted]})

    night.server.script_by("/studies", pages)
    report = night.sync(*ids, deadline=900)
    assert (report.exit_code, report.totals["first"]) == (0, 150)
    asked = [len(one.query["filter.ids"].split(",")) for one in night.server.asked if one.path == "/studies"]
    assert asked == [100, 50, 100, 100]


def test_what_was_never_asked_for_is_said(night: Night) -> None:
    night.server.script(f"/studies/{ONE}", reply(503))
    report = night.sync(*ALL, deadline=2)
    assert [(trial.outcome, trial.attempts) for trial in report.trials] == [("failed", 1), ("failed", 0), ("failed", 0)]
    assert report.trials[2].problem == "The time allowed, 1.8 seconds, was over before it could be asked for."


def test_new_data_that_cannot_be_fetched_again_leave_what_was_fetched_and_mark_the_run(night: Night) -> None:
    version(night.server, "old", "new", "new")
    night.server.script(f"/studies/{ONE}", json_reply(study(ONE)), reply(403))
    report = night.sync(*ALL)
    assert [trial.outcome for trial in report.trials] == ["first"] * 3
    assert (report.exit_code, report.mixed) == (4, True)
    assert report.problems == ("The registry loaded new data meanwhile, and 1 trial could not be fetched again.",)


def test_longer_waits_are_told_about_once_a_minute(night: Night) -> None:
    night.server.script(f"/studies/{ONE}", reply(503))
    told: list[tuple[float, Waiting]] = []
    time = night.time
    with Client(
        night.server.base_url,
        deadline=900,
        clock=time.clock,
        sleep=time.sleep,
        random=lambda: 0.5,
        tell=lambda waiting: told.append((time.seconds, waiting)),
    ) as client:
        Sync(client, night.store, judges={}, now=time.now, clock=time.clock).run(ALL, by="A. Jansen")
    assert 5 < len(told) <= 15
    assert all(waiting.seconds >= 5 and waiting.question.name == ONE for _, waiting in told)
    assert all(later - earlier >= 60 for (earlier, _), (later, _) in pairwise(told))


def test_a_failed_fetch_is_no_check_and_says_which_record_stays(night: Night) -> None:
    night.sync(*ALL)
    seen = night.store.last_seen(ONE)
    night.server.script(f"/studies/{ONE}", reply(403))
    report = night.sync()
    assert seen is not None
    assert (report.trials[0].last_seen, night.store.last_seen(ONE)) == (seen, seen)
    assert night.store.last_seen(TWO) != seen
