"""Faults of a connection that no server on loopback can have: each is named, and told what to do about."""

from __future__ import annotations

import ssl

import pytest
import requests
import responses
from urllib3.exceptions import ProtocolError

from screener.registry import problems
from screener.registry.client import Client

ID = "NCT00000000"
URL = f"https://registry.invalid/api/v2/studies/{ID}"


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def problem_with(fault: Exception) -> problems.RegistryProblem:
    """What becomes of a fault; the seconds it takes are the run's own."""
    clock = Clock()
    with (
        responses.RequestsMock() as registry,
        Client("https://registry.invalid/api/v2", deadline=9, clock=clock, sleep=clock.sleep) as client,
    ):
        registry.get(URL, body=fault)
        with pytest.raises(problems.RegistryProblem) as caught:
            client.fetch_study(ID)
    return caught.value


CERTIFICATE = requests.exceptions.SSLError(ConnectionError(ssl.SSLCertVerificationError("self-signed certificate")))
FAULTS = [
    (requests.exceptions.ProxyError("no"), "The proxy that this computer is set to use cannot be reached."),
    (requests.exceptions.ConnectTimeout("no"), "The registry cannot be reached."),
    (requests.exceptions.ConnectionError("no route"), "The registry cannot be reached."),
    (requests.exceptions.ReadTimeout("no"), "The registry did not answer in time."),
    (requests.exceptions.SSLError("EOF"), "The registry cannot be reached."),
    (requests.exceptions.ChunkedEncodingError("no"), "The registry cannot be reached."),
    (
        requests.exceptions.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset"))),
        "The connection broke off before the registry had answered.",
    ),
]


@pytest.mark.parametrize(("fault", "words"), FAULTS, ids=[type(fault).__name__ for fault, _ in FAULTS])
def test_a_fault_on_the_way_is_named_and_tried_again(fault: Exception, words: str) -> None:
    problem = problem_with(fault)
    assert problem.message == words
    assert problem.attempts > 1
    assert "run again later" in problem.hint


def test_a_certificate_that_cannot_be_trusted_is_not_tried_again() -> None:
    problem = problem_with(CERTIFICATE)
    assert isinstance(problem, problems.TlsProblem)
    assert problem.attempts == 1
    assert "REQUESTS_CA_BUNDLE" in problem.hint


@pytest.mark.parametrize("fault", [requests.exceptions.InvalidURL("no"), requests.exceptions.InvalidSchema("no")])
def test_an_address_that_cannot_be_used_is_not_tried_again(fault: Exception) -> None:
    problem = problem_with(fault)
    assert problem.message == "The address of the registry or of the proxy cannot be used."
    assert problem.attempts == 1


def test_a_password_in_a_proxys_address_is_never_repeated() -> None:
    problem = problem_with(requests.exceptions.ProxyError("http://somebody:secret@proxy.invalid/"))
    assert "secret" not in f"{problem.message} {problem.hint}"


@responses.activate
def test_what_is_asked_names_the_program_and_wants_json() -> None:
    responses.get(URL, json={"protocolSection": {}}, headers={"Content-Type": "application/json"})
    client = Client("https://registry.invalid/api/v2/", contact="trials@example.org")
    with client, pytest.raises(problems.UnusableRecord):
        client.fetch_study(ID)
    asked = responses.calls[0].request
    assert asked.url == f"{URL}?markupFormat=markdown"
    assert asked.headers["Accept"] == "application/json"
    assert asked.headers["User-Agent"].startswith("eligibility-screener/")
    assert asked.headers["User-Agent"].endswith("(trials@example.org)")
