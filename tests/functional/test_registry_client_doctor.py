"""The registry's doctor: one production request, and a kind and a sentence for whatever comes back."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest
import requests
from registry_server import RegistryServer, Reply, json_reply, reply, reset, study

from screener.registry.client import Client
from screener.registry.doctor import Diagnosis, examine
from screener.registry.pace import Deadline, Share
from screener.registry.problems import TlsProblem
from screener.registry.transport import _problem

ID = "NCT00000000"
PATH = f"/studies/{ID}"


@pytest.fixture
def server() -> Iterator[RegistryServer]:
    with RegistryServer() as running:
        yield running


def diagnosis(server: RegistryServer, nct_id: str = ID) -> Diagnosis:
    time = [0.0]

    def sleep(seconds: float) -> None:
        time[0] += seconds

    with Client(server.base_url, deadline=3, clock=lambda: time[0], sleep=sleep, random=lambda: 1.0) as client:
        return examine(client, nct_id)


def without(module: str) -> dict[str, object]:
    return study(ID, **{module: {}})


ANSWERS: list[tuple[Reply, str, str]] = [
    (json_reply(study(ID)), "fine", "is as described"),
    (json_reply(without("conditionsModule")), "schema changed", "one field of the record is"),
    (json_reply(without("eligibilityModule")), "schema changed", "no eligibility text"),
    (json_reply({"protocol": {}}), "schema changed", "no protocol section"),
    (json_reply({"FullStudiesResponse": {}}), "old shape", "former API"),
    (json_reply(study("NCT11111111")), "wrong study", "answered with NCT11111111"),
    (reply(200, "<!doctype html><title>Log in</title>"), "not the registry", "web page"),
    (reply(403, "<html></html>"), "blocked", "refuses this computer"),
    (reply(404, f"NCT number {ID} not found"), "missing", "does not know"),
    (reply(404, "Not Found"), "wrong address", "at this address"),
    (reply(400, "Parameter `nctId` has incorrect format"), "malformed id", f"does not accept the id {ID}"),
    (reply(400, "Too complicated query"), "unexpected", "does not accept the request"),
    (reply(429), "throttled", "too many requests"),
    (reply(502), "registry fault", "fault of its own"),
    (reset, "not reachable", "broke off before"),
    (reply(200, '{"protocolSection": {'), "not reachable", "ended too early"),
]


@pytest.mark.parametrize(("answer", "kind", "words"), ANSWERS)
def test_every_answer_has_its_kind_and_its_sentence(
    server: RegistryServer, *, answer: Reply, kind: str, words: str
) -> None:
    server.script(PATH, answer)
    found = diagnosis(server)
    assert found.kind == kind
    assert words in found.summary
    assert found.usable == (words in ("is as described", "one field of the record is"))
    assert found.url == f"{server.base_url}{PATH}?markupFormat=markdown"
    assert bool(found.advice) == (kind != "fine")


def test_the_fields_that_changed_are_named(server: RegistryServer) -> None:
    renamed = {"eligibilityCriteria": "Inclusion Criteria:", "gender": "ALL", "minimumAge": 18}
    server.script(PATH, json_reply(study(ID, eligibilityModule=renamed)))
    assert {text.split()[0].removeprefix("protocolSection.") for text in diagnosis(server).differences} == {
        "eligibilityModule.sex",
        "eligibilityModule.gender",
        "eligibilityModule.minimumAge",
    }


def test_the_answer_is_there_to_look_at(server: RegistryServer) -> None:
    server.script(PATH, reply(403, "<h1>Blocked by policy 7</h1>", headers={"Via": "1.1 proxy"}))
    found = diagnosis(server)
    assert found.status == 403
    assert ("Via", "1.1 proxy") in found.headers
    assert found.start == b"<h1>Blocked by policy 7</h1>"
    assert found.attempts == 1


def test_the_doctor_sends_what_a_sync_sends(server: RegistryServer) -> None:
    server.script(PATH, json_reply(study(ID)))
    diagnosis(server)
    with Client(server.base_url) as client:
        client.fetch_study(ID)
    first, second = server.asked
    assert first == second


def test_a_malformed_id_is_explained_without_asking(server: RegistryServer) -> None:
    assert diagnosis(server, "NCT1").kind == "malformed id"
    assert server.asked == []


def test_a_certificate_that_cannot_be_trusted_is_told_from_a_broken_connection() -> None:
    share = Share(Deadline(60, clock=lambda: 0.0), 1)
    wrapped = requests.exceptions.SSLError(ConnectionError(ssl.SSLCertVerificationError("self-signed certificate")))
    assert isinstance(_problem(wrapped, share), TlsProblem)
    assert not isinstance(_problem(requests.exceptions.SSLError("EOF"), share), TlsProblem)
