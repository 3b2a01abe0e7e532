"""Thousands of bad answers: every run ends in time, keeps the pace, and the last good records stay in force."""

from __future__ import annotations

import gzip
import json
import random
import socket
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from registry_server import (
    Asked,
    RegistryServer,
    Reply,
    chunked,
    cut,
    flood,
    json_reply,
    redirect,
    reply,
    reset,
    study,
)
from synced import Night, a_night, sqlite_url, version

ANSWERS = 5_000
TRIALS = tuple(f"NCT{number:08}" for number in range(1, 16))
DEADLINE = 60.0

Make = Callable[[random.Random, str], Reply]


def _without(*path: str) -> Make:
    def make(_: random.Random, nct_id: str) -> Reply:
        data = study(nct_id)
        part: object = data
        for step in path[:-1]:
            part = part[step]  # type: ignore[index]
        del part[path[-1]]  # type: ignore[attr-defined]
        return json_reply(data)

    return make


def _text(value: object) -> Make:
    return lambda _, nct_id: json_reply(study(nct_id, eligibilityModule={"eligibilityCriteria": value}))


def _refusal(chance: random.Random, _: str) -> Reply:
    status = chance.choice([400, 401, 403, 404, 410, 418, 429, 500, 502, 503, 504, 599])
    wait = chance.choice(WAITS)
    headers = {} if wait is None else {"Retry-After": wait}
    return reply(status, chance.choice(["", "no", "<html>no</html>", "\0\xff"]), headers=headers)


WAITS = (
    None,
    "0",
    "2",
    "45",
    "3600",
    "21600",
    "9" * 40,
    "-5",
    "1.5",
    "",
    "soon",
    "Mon, 01 Jun 2026 02:00:00 GMT",
    "Mon, 01 Jun 2099 02:00:00 GMT",
    "Mon, 01 Jun 1999 02:00:00 GMT",
    "Monday, 01-Jun-26 02:00:00 GMT",
    "Mon, 99 Foo 2026",
)


def _noise(chance: random.Random, _: str) -> Reply:
    return reply(200, chance.randbytes(chance.randint(0, 3000)))


def _cut(chance: random.Random, nct_id: str) -> Reply:
    body = json.dumps(study(nct_id)).encode()
    return cut(body, after=chance.randrange(len(body)))


def _short(chance: random.Random, nct_id: str) -> Reply:
    body = json.dumps(study(nct_id)).encode()
    return reply(200, body[: chance.randrange(len(body))])


def _broken_packing(chance: random.Random, nct_id: str) -> Reply:
    body = bytearray(gzip.compress(json.dumps(study(nct_id)).encode()))
    body[chance.randrange(2, 10)] ^= 0xFF
    return reply(200, bytes(body[:-4]), headers={"Content-Encoding": "gzip"})


KINDS: tuple[Make, ...] = (
    _refusal,
    _refusal,
    _noise,
    _cut,
    _short,
    _broken_packing,
    _without("protocolSection"),
    _without("protocolSection", "identificationModule"),
    _without("protocolSection", "eligibilityModule"),
    _text(None),
    _text(7),
    _text(["Inclusion"]),
    _text("  \n"),
    lambda chance, _: json_reply(study(chance.choice(["NCT09999999", "", "<script>"]))),
    lambda chance, _: json_reply(chance.choice([None, 7, "text", [], [1], {}, {"FullStudiesResponse": {}}])),
    lambda _, nct_id: json_reply({"protocolSection": [study(nct_id)]}),
    lambda _, nct_id: redirect(f"/api/v2/studies/{nct_id}"),
    lambda *_: redirect(f"/api/v2/studies/{TRIALS[0]}"),
    lambda *_: redirect("http://elsewhere.invalid/api/v2/studies/NCT00000001"),
    lambda *_: redirect(""),
    lambda *_: reset,
    lambda *_: chunked(b"{", finished=False),
    lambda *_: reply(200, b"[" * 100_000),
    lambda *_: reply(200, b"[" * 700 + b"]" * 700),
    lambda *_: reply(200, b"<!DOCTYPE html><title>Log in</title>", headers={"Content-Type": "application/json"}),
    lambda *_: reply(200, b"{}", headers={"Content-Encoding": "br"}),
    lambda *_: reply(200, b"", headers={"Content-Length": "99999999"}),
    lambda *_: flood(20 << 20),
    lambda *_: reply(200, BOMB, headers={"Content-Encoding": "gzip"}),
)
BOMB = gzip.compress(b" " * (20 << 20))


class Worst:
    """Answers every question badly, and notes by the run's own clock when it was asked."""

    def __init__(self, night: Night) -> None:
        self.chance = random.Random(20260601)
        self.night = night
        self.asked: list[float] = []
        self.answers = 0
        self.ends = 0.0

    def __call__(self, asked: Asked) -> Reply:
        self.asked.append(self.night.time.seconds)
        self.answers += 1
        if self.answers % 40 == 0:
            return self._drip
        kind = KINDS[self.answers % len(KINDS)]
        return kind(self.chance, asked.path.removeprefix("/studies/"))

    def _drip(self, connection: socket.socket, _: threading.Event) -> None:
        """A body during which seconds pass on the run's own clock, and which never ends."""
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n{")
        self.night.time.seconds = min(self.night.time.seconds + self.chance.choice([1, 7, 30]), self.ends)
        connection.sendall(b"{")


def test_5000_bad_answers_leave_the_last_good_records_in_force(tmp_path: Path) -> None:
    with a_night(sqlite_url(tmp_path)) as night:
        for nct_id in TRIALS:
            night.serve(nct_id)
        assert night.sync(*TRIALS).exit_code == 0
        good = {nct_id: night.store.snapshots(nct_id) for nct_id in TRIALS}
        worst = Worst(night)
        _spoil(night.server, worst)
        while worst.answers < ANSWERS:
            _one_night(night, worst)
        assert {nct_id: night.store.snapshots(nct_id) for nct_id in TRIALS} == good
        assert night.store.waiting() == {}
        for nct_id in TRIALS:
            night.server._answerers.clear()
            night.serve(nct_id)
        version(night.server)
        assert night.sync().exit_code == 0


def _spoil(server: RegistryServer, worst: Worst) -> None:
    for path in ("/version", *(f"/studies/{nct_id}" for nct_id in TRIALS)):
        server.script_by(path, worst)


def _one_night(night: Night, worst: Worst) -> None:
    began = night.time.seconds
    worst.asked.clear()
    worst.ends = began + DEADLINE
    report = night.sync(deadline=DEADLINE)
    assert report.exit_code == 4
    assert {trial.outcome for trial in report.trials} <= {"failed", "missing"}
    assert all(trial.problem and "Traceback" not in trial.problem for trial in report.trials)
    assert night.time.seconds - began <= DEADLINE
    gaps = [later - earlier for earlier, later in pairwise(worst.asked)]
    assert all(gap >= 1.0 - 1e-9 for gap in gaps)
