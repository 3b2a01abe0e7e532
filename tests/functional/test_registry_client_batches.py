"""Several studies at once: batches of a hundred, pages, and asking alone where a batch cannot tell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from registry_server import Asked, RegistryServer, Reply, json_reply, redirect, reply, study

from screener.registry import problems
from screener.registry.answers import Study
from screener.registry.client import Client


@pytest.fixture
def server() -> Iterator[RegistryServer]:
    with RegistryServer() as running:
        yield running


@pytest.fixture
def client(server: RegistryServer) -> Iterator[Client]:
    time = [0.0]

    def sleep(seconds: float) -> None:
        time[0] += seconds

    with Client(server.base_url, interval=0, clock=lambda: time[0], sleep=sleep, random=lambda: 0.5) as made:
        yield made


def ids(count: int) -> list[str]:
    return [f"NCT{number:08d}" for number in range(count)]


def pages_of_forty(asked: Asked) -> Reply:
    """Answer forty studies a page, with an empty page behind the first."""
    wanted = asked.query["filter.ids"].split(",")
    pages = [wanted[:40], [], wanted[40:80], wanted[80:]]
    number = int(asked.query.get("pageToken", "0"))
    following = {"nextPageToken": str(number + 1)} if number < 3 else {}
    return json_reply({"studies": [study(nct_id) for nct_id in pages[number]], **following})


def test_a_hundred_ids_go_into_one_request_and_pages_are_followed(server: RegistryServer, client: Client) -> None:
    server.script_by("/studies", pages_of_forty)
    wanted = ids(130)
    found = dict(client.fetch_studies(wanted, together=True))
    assert list(found) == wanted
    assert all(isinstance(outcome, Study) and outcome.record.nct_id == nct_id for nct_id, outcome in found.items())
    assert set(server.paths()) == {"/studies"}
    sizes = [len(asked.query["filter.ids"].split(",")) for asked in server.asked if "pageToken" not in asked.query]
    assert sizes == [100, 30]
    assert all(asked.query["markupFormat"] == "markdown" for asked in server.asked)


def test_an_id_the_batch_leaves_out_is_asked_for_alone(server: RegistryServer, client: Client) -> None:
    known, merged, unknown = ids(3)
    target = study("NCT99999999", identificationModule={"nctId": "NCT99999999", "nctIdAliases": [merged]})
    server.script("/studies", json_reply({"studies": [study(known), study("NCT77777777"), "nothing", {}]}))
    server.script(f"/studies/{merged}", redirect("/api/v2/studies/NCT99999999"))
    server.script("/studies/NCT99999999", json_reply(target))
    found = dict(client.fetch_studies([known, merged, unknown], together=True))
    assert isinstance(found[known], Study)
    assert isinstance(found[merged], Study)
    assert isinstance(found[unknown], problems.Missing)


@pytest.mark.parametrize(
    "refusal",
    [
        reply(400, "Item 1 in parameter `filter.ids` has incorrect format"),
        json_reply({"studies": "none"}),
        json_reply({"studies": [], "nextPageToken": "again"}),
        json_reply({"studies": [], "nextPageToken": 5}),
        reply(200, headers={"Content-Length": str(20 << 20)}),
        reply(200, "<html>"),
    ],
    ids=["refused", "of another shape", "pages in a circle", "token of another type", "too large", "a web page"],
)
def test_where_a_batch_is_refused_each_study_is_asked_for_alone(
    server: RegistryServer, client: Client, refusal: Reply
) -> None:
    server.script("/studies", refusal)
    wanted = ids(3)
    for nct_id in wanted[:2]:
        server.script(f"/studies/{nct_id}", json_reply(study(nct_id)))
    found = dict(client.fetch_studies(wanted, together=True))
    assert [type(found[nct_id]) for nct_id in wanted] == [Study, Study, problems.Missing]


def test_pages_without_end_are_given_up(server: RegistryServer, client: Client) -> None:
    def endless(asked: Asked) -> Reply:
        return json_reply({"studies": [], "nextPageToken": asked.query.get("pageToken", "") + "x"})

    server.script_by("/studies", endless)
    found = dict(client.fetch_studies(ids(2), together=True))
    assert all(isinstance(outcome, problems.Missing) for outcome in found.values())
    assert server.paths().count("/studies") == 20


def test_a_refusal_of_everything_is_not_repeated_for_each_study(server: RegistryServer, client: Client) -> None:
    server.script("/studies", reply(403))
    found = dict(client.fetch_studies(ids(50), together=True))
    assert all(isinstance(outcome, problems.Refused) for outcome in found.values())
    assert len(server.asked) == 1


def test_a_malformed_id_spoils_nothing(server: RegistryServer, client: Client) -> None:
    server.script("/studies/NCT00000000", json_reply(study("NCT00000000")))
    found = dict(client.fetch_studies(["ABC123", "NCT00000000", "NCT00000000"], together=True))
    assert isinstance(found["ABC123"], problems.MalformedId)
    assert isinstance(found["NCT00000000"], Study)
    assert server.paths() == ["/studies/NCT00000000"]


def test_no_ids_ask_nothing(server: RegistryServer, client: Client) -> None:
    assert dict(client.fetch_studies([], together=True)) == {}
    assert server.asked == []
