"""The registry's client against a real server that follows a script: what is asked, and what becomes of each answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from registry_server import RegistryServer, Reply, cut, json_reply, redirect, reply, reset, study

from screener import __version__
from screener.errors import UsageError
from screener.registry import problems
from screener.registry.client import Client

ID = "NCT00000000"
PATH = f"/studies/{ID}"
GOOD = study(ID)


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        self.time += seconds


@pytest.fixture
def server() -> Iterator[RegistryServer]:
    with RegistryServer() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(server: RegistryServer, clock: Clock) -> Iterator[Client]:
    with make_client(server, clock) as made:
        yield made


def make_client(server: RegistryServer, clock: Clock, *, contact: str = "", interval: float = 1.0) -> Client:
    return Client(
        server.base_url,
        contact=contact,
        interval=interval,
        clock=clock,
        sleep=clock.sleep,
        random=lambda: 0.5,
        now=lambda: datetime(2026, 6, 1, 12, 0, tzinfo=UTC),
    )


def test_a_study_is_asked_for_as_markdown_and_comes_with_its_bytes(server: RegistryServer, client: Client) -> None:
    server.script(PATH, json_reply(GOOD))
    fetched = client.fetch_study(ID)
    assert server.asked[0].path == PATH
    assert server.asked[0].query == {"markupFormat": "markdown"}
    assert json.loads(fetched.body) == fetched.data == GOOD
    assert fetched.record.nct_id == ID
    assert (fetched.answer.status, fetched.answer.attempts) == (200, 1)
    assert fetched.answer.header("content-type") == "application/json"


def test_the_user_agent_keeps_the_token_of_the_library_and_takes_a_contact(
    server: RegistryServer, clock: Clock
) -> None:
    server.script(PATH, json_reply(GOOD))
    for contact in ("", "trials@example.org"):
        with make_client(server, clock, contact=contact) as client:
            client.fetch_study(ID)
    plain = f"eligibility-screener/{__version__} python-requests/{requests.__version__}"
    assert [asked.headers["user-agent"] for asked in server.asked] == [plain, f"{plain} (trials@example.org)"]


def test_a_contact_that_would_break_the_header_is_refused(server: RegistryServer, clock: Clock) -> None:
    with pytest.raises(UsageError, match="plain text on one line"):
        make_client(server, clock, contact="a\r\nX-Injected: yes")


def test_no_password_is_taken_from_a_netrc_file(
    server: RegistryServer, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.script(PATH, json_reply(GOOD))
    client.fetch_study(ID)
    assert "authorization" not in server.asked[0].headers


def test_the_proxy_of_the_environment_is_used(
    server: RegistryServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.origin)
    monkeypatch.setenv("no_proxy", "")
    server.script(PATH, json_reply(GOOD))
    with Client("http://registry.invalid/api/v2", clock=clock, sleep=clock.sleep) as client:
        assert client.fetch_study(ID).record.nct_id == ID
    assert server.asked[0].headers["host"] == "registry.invalid"


def test_requests_keep_one_second_apart(server: RegistryServer, client: Client, clock: Clock) -> None:
    server.script(PATH, json_reply(GOOD))
    for _ in range(3):
        client.fetch_study(ID)
    assert clock.slept == [1.0, 1.0]


def test_a_packed_answer_is_unpacked(server: RegistryServer, client: Client) -> None:
    server.script(PATH, json_reply(GOOD, packed=True))
    assert client.fetch_study(ID).data == GOOD
    assert server.asked[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_fault_is_tried_again(server: RegistryServer, client: Client, status: int) -> None:
    server.script(PATH, reply(status), reply(status), json_reply(GOOD))
    assert client.fetch_study(ID).answer.attempts == 3


@pytest.mark.parametrize(
    "broken",
    [reset, cut(json.dumps(GOOD).encode(), after=100), reply(200, json.dumps(GOOD)[:-5]), reply(200, "")],
    ids=["reset", "shorter than promised", "cut-off JSON", "empty"],
)
def test_a_broken_connection_or_a_cut_off_body_is_tried_again(
    server: RegistryServer, client: Client, broken: Reply
) -> None:
    server.script(PATH, broken, json_reply(GOOD))
    assert client.fetch_study(ID).answer.attempts == 2


REFUSALS: list[tuple[Reply, type[problems.RegistryProblem], str]] = [
    (reply(400, "Parameter `nctId` has incorrect format"), problems.MalformedId, "does not accept the id"),
    (reply(400, "Too complicated query"), problems.BadRequest, "does not accept the request"),
    (reply(403, "<html>403</html>", headers={"Content-Type": "text/html"}), problems.Refused, "refuses this computer"),
    (reply(404, f"NCT number {ID} not found"), problems.Missing, f"does not know {ID}"),
    (reply(404, "Not Found"), problems.WrongPath, "Nothing is found at this address"),
    (reply(404, f"<html>The page {PATH} was not found</html>"), problems.WrongPath, "Nothing is found"),
    (reply(404, f'{{"path": "{PATH}"}}'), problems.WrongPath, "Nothing is found at this address"),
    (reply(404, f"NCT number {ID}9 not found"), problems.WrongPath, "Nothing is found at this address"),
    (reply(407), problems.Refused, "refuses the request"),
    (reply(501), problems.ServerFault, "a fault of its own"),
    (reply(204), problems.BadAnswer, "not expected"),
    (reply(200, "<html>Please log in</html>"), problems.NotJson, "web page"),
    (reply(200, "\ufeff <!DOCTYPE html><p>Blocked"), problems.NotJson, "web page"),
    (reply(200, "maintenance"), problems.NotJson, "not JSON"),
    (reply(200, "[" * 200_000), problems.NotJson, "not JSON"),
    (json_reply([]), problems.BadAnswer, "not a study record"),
    (json_reply({"studies": []}), problems.UnusableRecord, "no protocol section"),
    (json_reply({"FullStudiesResponse": {}}), problems.OldShape, "former API"),
    (json_reply(study("NCT11111111")), problems.WrongStudy, "answered with NCT11111111"),
    (json_reply(study(ID, text=" \n")), problems.UnusableRecord, "no eligibility text"),
    (reply(200, b"PK", headers={"Content-Encoding": "br"}), problems.BadAnswer, "packed in a way"),
    (reply(200, b"PK", headers={"Content-Encoding": "gzip"}), problems.BadAnswer, "packing is broken"),
]


@pytest.mark.parametrize(("answer", "kind", "words"), REFUSALS)
def test_an_answer_that_cannot_be_used_is_named_kept_and_not_asked_for_again(
    server: RegistryServer, client: Client, *, answer: Reply, kind: type[problems.RegistryProblem], words: str
) -> None:
    server.script(PATH, answer)
    with pytest.raises(problems.RegistryProblem, match=words) as caught:
        client.fetch_study(ID)
    assert type(caught.value) is kind
    assert caught.value.rejected is not None
    assert len(caught.value.rejected.body) <= 4096
    assert dict(caught.value.rejected.headers)["Connection"] == "close"
    assert server.paths() == [PATH]


@pytest.mark.parametrize("nct_id", ["", "NCT1", "nct00000000", "NCT00000000 ", "NCT0000000٣", "../version"])
def test_a_malformed_id_is_never_sent(server: RegistryServer, client: Client, nct_id: str) -> None:
    with pytest.raises(problems.MalformedId, match="is not a registry id"):
        client.fetch_study(nct_id)
    assert server.asked == []


def test_a_withheld_record_needs_no_eligibility_text(server: RegistryServer, client: Client) -> None:
    record = {"identificationModule": {"nctId": ID}, "statusModule": {"overallStatus": "WITHHELD"}}
    server.script(PATH, json_reply({"protocolSection": record}))
    assert client.fetch_study(ID).record.withheld


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_merged_study_is_followed_with_the_query_put_back(
    server: RegistryServer, client: Client, status: int
) -> None:
    merged = study("NCT11111111", identificationModule={"nctId": "NCT11111111", "nctIdAliases": [ID]})
    server.script(PATH, redirect("/api/v2/studies/NCT11111111", status))
    server.script("/studies/NCT11111111", json_reply(merged))
    fetched = client.fetch_study(ID)
    assert (fetched.asked, fetched.record.nct_id) == (ID, "NCT11111111")
    assert [asked.query for asked in server.asked] == [{"markupFormat": "markdown"}] * 2


def test_another_study_behind_a_redirect_is_refused_when_it_does_not_name_the_asked_one(
    server: RegistryServer, client: Client
) -> None:
    server.script(PATH, redirect("/api/v2/studies/NCT11111111"))
    server.script("/studies/NCT11111111", json_reply(study("NCT11111111")))
    with pytest.raises(problems.WrongStudy):
        client.fetch_study(ID)


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://other.invalid/api/v2/studies/NCT00000000", "another host"),
        ("//other.invalid/", "another host"),
        ("https://127.0.0.1/", "another host"),
        ("http://127.0.0.1:1/", "another host"),
        ("http://[broken/", "another host"),
        ("", "without saying where"),
        (f"/api/v2{PATH}?again=1", "in a circle"),
    ],
)
def test_a_redirect_that_leads_astray_is_not_followed(
    server: RegistryServer, client: Client, location: str, words: str
) -> None:
    server.script(PATH, redirect(location))
    with pytest.raises(problems.WrongRedirect, match=words):
        client.fetch_study(ID)
    assert server.paths() == [PATH]


def test_three_redirects_are_followed_and_a_fourth_is_not(server: RegistryServer, client: Client) -> None:
    for step, following in (("", "/1"), ("/1", "/2"), ("/2", "/3")):
        server.script(PATH + step, redirect(f"/api/v2{PATH}{following}"))
    server.script(f"{PATH}/3", json_reply(GOOD), redirect(f"/api/v2{PATH}/4"))
    assert client.fetch_study(ID).data == GOOD
    with pytest.raises(problems.WrongRedirect, match="more than 3 times"):
        client.fetch_study(ID)


def test_the_version_is_read(server: RegistryServer, client: Client) -> None:
    server.script("/version", json_reply({"apiVersion": "2.0.5", "dataTimestamp": "2026-09-21T09:00:05"}))
    version = client.fetch_version()
    assert (version.api_version, version.data_timestamp) == ("2.0.5", "2026-09-21T09:00:05")


@pytest.mark.parametrize("data", [[], {}, {"apiVersion": 2, "dataTimestamp": "x"}, {"apiVersion": "2"}])
def test_a_version_that_is_not_as_described_is_a_bad_answer(
    server: RegistryServer, client: Client, data: object
) -> None:
    server.script("/version", json_reply(data))
    with pytest.raises(problems.BadAnswer, match="does not say its version"):
        client.fetch_version()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ftp://127.0.0.1/api/v2",
        "http:///api/v2",
        "http://127.0.0.1/api/v1",
        "http://127.0.0.1:x/api/v2",
        "http://[",
        "http://127.0.0.1/?to=/api/v2",
        "http://somebody:secret@127.0.0.1/api/v2",
    ],
)
def test_an_address_that_is_not_the_root_of_the_api_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="address cannot be used"):
        Client(address)


def test_nothing_is_logged_above_debug(
    server: RegistryServer, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    server.script(PATH, reset, json_reply(GOOD))
    client.fetch_study(ID)
    assert [record for record in caplog.records if record.levelno > logging.DEBUG] == []
