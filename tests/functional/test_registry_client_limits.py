"""The client's bounds: the deadline, even within a read, the wait a server asks for, the size of an answer."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from registry_server import (
    RegistryServer,
    Reply,
    chunked,
    drip,
    flood,
    json_reply,
    redirect,
    reply,
    reset,
    silence,
    study,
)

from screener.registry import problems
from screener.registry.client import Client

ID = "NCT00000000"
PATH = f"/studies/{ID}"
GOOD = study(ID)
BODY = json.dumps(GOOD).encode()


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@pytest.fixture
def server() -> Iterator[RegistryServer]:
    with RegistryServer() as running:
        yield running


def client_with(server: RegistryServer, clock: Clock, *, deadline: float = 900.0, limit: int = 5 << 20) -> Client:
    return Client(
        server.base_url,
        deadline=deadline,
        interval=0,
        limit=limit,
        clock=clock,
        sleep=clock.sleep,
        random=lambda: 0.5,
        now=lambda: datetime(2026, 6, 1, 12, 0, tzinfo=UTC),
    )


def impatient(server: RegistryServer) -> Client:
    """A client on the real clock whose run lasts a fifth of a second."""
    return Client(server.base_url, deadline=0.2, interval=0, sleep=lambda seconds: None, random=lambda: 1.0)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SLOW: list[tuple[str, Reply]] = [
    ("no answer at all", silence),
    ("a slow body", drip(HEAD + b"Content-Length: 100000\r\n\r\n" + b" " * 100_000)),
    ("a slow body without length", drip(HEAD + b"\r\n" + b" " * 100_000)),
    ("slow chunks", drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n{\r\n" * 10_000)),
    ("slow headers", drip(HEAD + b"X-Slow: " + b"x" * 100_000)),
    ("endless small headers", drip(HEAD + b"X-Slow: x\r\n" * 90)),
    ("a slow refusal", drip(b"HTTP/1.1 500 No\r\n\r\n" + b"x" * 100_000)),
]


@pytest.mark.parametrize("slow", [slow for _, slow in SLOW], ids=[name for name, _ in SLOW])
def test_the_deadline_also_ends_a_read_in_progress(server: RegistryServer, slow: Reply) -> None:
    server.script(PATH, slow)
    begun = time.monotonic()
    with impatient(server) as client, pytest.raises(problems.RegistryProblem) as caught:
        client.fetch_study(ID)
    assert time.monotonic() - begun < 2
    assert isinstance(caught.value, (problems.DeadlineReached, problems.ServerFault))
    assert len(server.asked) == 1


def test_a_fault_that_stays_is_tried_with_growing_waits_until_the_deadline(server: RegistryServer) -> None:
    server.script(PATH, reply(503))
    clock = Clock()
    with client_with(server, clock) as client, pytest.raises(problems.ServerFault) as caught:
        client.fetch_study(ID)
    assert clock.slept[:8] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert clock.time < 900
    assert caught.value.attempts == len(server.asked) == len(clock.slept) + 1
    assert "run again later" in caught.value.hint


def test_nobody_listening_is_not_reachable() -> None:
    clock = Clock()
    # Port 9 of loopback: nothing listens there.
    address = "http://127.0.0.1:9/api/v2"
    with (
        Client(address, deadline=10, clock=clock, sleep=clock.sleep) as client,
        pytest.raises(problems.Unreachable, match="cannot be reached"),
    ):
        client.fetch_study(ID)
    assert clock.time <= 10


def test_the_wait_that_the_server_asks_for_is_kept(server: RegistryServer) -> None:
    server.script(
        PATH,
        reply(429, headers={"Retry-After": "120"}),
        reply(503, headers={"Retry-After": "Mon, 01 Jun 2026 12:01:30 GMT"}),
        json_reply(GOOD),
    )
    clock = Clock()
    with client_with(server, clock) as client:
        client.fetch_study(ID)
    assert clock.slept == [120, 90]


@pytest.mark.parametrize("garbage", ["soon", "-5", "1.5", "", "1e3", "٣", "Mon, 99 Foo 2026", "9" * 400])
def test_a_wait_that_cannot_be_read_is_passed_over(server: RegistryServer, garbage: str) -> None:
    server.script(PATH, reply(429, headers={"Retry-After": garbage.encode().decode("latin-1")}), json_reply(GOOD))
    clock = Clock()
    with client_with(server, clock) as client:
        client.fetch_study(ID)
    assert clock.slept == [0.5]


def test_a_wait_beyond_the_deadline_is_not_begun_and_is_said(server: RegistryServer) -> None:
    server.script(PATH, reply(429, headers={"Retry-After": "21600"}))
    clock = Clock()
    with client_with(server, clock) as client, pytest.raises(problems.Throttled, match="too many requests") as caught:
        client.fetch_study(ID)
    assert clock.slept == []
    assert "21600 seconds" in caught.value.hint
    assert len(server.asked) == 1


def test_after_the_deadline_nothing_is_asked(server: RegistryServer) -> None:
    clock = Clock()
    with client_with(server, clock, deadline=5) as client:
        clock.time = 5
        with pytest.raises(problems.DeadlineReached, match="The time allowed, 5 seconds, was over"):
            client.fetch_study(ID)
    assert server.asked == []


BOMB = gzip.compress(b" " * (20 << 20))
LARGE: list[tuple[str, Reply]] = [
    ("declared", reply(200, headers={"Content-Length": str(20 << 20)})),
    ("undeclared", flood(20 << 20)),
    ("chunked", chunked(*[b"x" * 65536] * 100)),
    ("packed", reply(200, BOMB, headers={"Content-Encoding": "gzip"})),
    ("packed and large as sent", flood(20 << 20, headers={"Content-Encoding": "gzip"})),
]


@pytest.mark.parametrize("large", [large for _, large in LARGE], ids=[name for name, _ in LARGE])
def test_an_answer_beyond_the_limit_is_given_up_and_not_asked_for_again(server: RegistryServer, large: Reply) -> None:
    server.script(PATH, large)
    with client_with(server, Clock()) as client, pytest.raises(problems.TooLarge, match="5,242,880 bytes") as caught:
        client.fetch_study(ID)
    assert caught.value.rejected is not None
    assert caught.value.rejected.status == 200
    assert len(caught.value.rejected.body) <= 4096
    assert len(server.asked) == 1


def test_an_answer_just_at_the_limit_is_read(server: RegistryServer) -> None:
    server.script(PATH, reply(200, BODY))
    with client_with(server, Clock(), limit=len(BODY)) as client:
        assert client.fetch_study(ID).body == BODY
    with client_with(server, Clock(), limit=len(BODY) - 1) as client, pytest.raises(problems.TooLarge):
        client.fetch_study(ID)


def test_the_body_of_a_redirect_or_a_refusal_is_bounded_too(server: RegistryServer) -> None:
    def refused(connection, closing):  # type: ignore[no-untyped-def]
        connection.sendall(b"HTTP/1.1 403 No\r\n\r\n")
        flood(20 << 20)(connection, closing)

    def moved(connection, closing):  # type: ignore[no-untyped-def]
        connection.sendall(f"HTTP/1.1 301 Moved\r\nLocation: /api/v2{PATH}/new\r\n\r\n".encode())
        flood(20 << 20)(connection, closing)

    server.script(PATH, moved)
    server.script(f"{PATH}/new", refused)
    with client_with(server, Clock()) as client, pytest.raises(problems.Refused) as caught:
        client.fetch_study(ID)
    assert caught.value.rejected is not None
    assert len(caught.value.rejected.body) <= 4096


@pytest.mark.parametrize(
    "broken",
    [
        chunked(BODY[:50], finished=False),
        reply(200, gzip.compress(BODY)[:-12], headers={"Content-Encoding": "gzip"}),
        reply(200, BODY[: BODY.index(b"}") + 1]),
    ],
    ids=["chunks without an end", "packed body without its end", "JSON cut off behind a brace"],
)
def test_a_truncated_body_is_tried_again(server: RegistryServer, broken: Reply) -> None:
    server.script(PATH, broken, json_reply(GOOD))
    with client_with(server, Clock()) as client:
        assert client.fetch_study(ID).answer.attempts == 2


def test_the_same_connection_can_go_on_after_a_refusal(server: RegistryServer) -> None:
    server.script(PATH, reply(403), redirect(f"/api/v2{PATH}/x"), reset, json_reply(GOOD))
    server.script(f"{PATH}/x", json_reply(GOOD))
    with client_with(server, Clock()) as client:
        with pytest.raises(problems.Refused):
            client.fetch_study(ID)
        assert client.fetch_study(ID).data == GOOD
        assert client.fetch_study(ID).answer.attempts == 2


def nested(depth: int) -> str:
    """The good record with a field that is so many lists in one another."""
    more = '{"x": ' + "[" * depth + "]" * depth + ", "
    return json.dumps(GOOD).replace("{", more, 1)


@pytest.mark.parametrize("depth", [101, 500, 700, 985, 5_000])
def test_an_answer_that_is_nested_too_deeply_is_not_read(server: RegistryServer, depth: int) -> None:
    server.script(PATH, reply(200, nested(depth)))
    with client_with(server, Clock()) as client, pytest.raises(problems.NotJson):
        client.fetch_study(ID)
    assert len(server.asked) == 1


def test_brackets_within_text_are_no_nesting(server: RegistryServer) -> None:
    text = "Inclusion Criteria:\n\n* " + '[{"\\' * 300 + "Adult"
    server.script(PATH, json_reply(study(ID, text=text)))
    with client_with(server, Clock()) as client:
        assert client.fetch_study(ID).record.eligibility_text == text
