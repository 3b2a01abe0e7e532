"""A registry on loopback that follows a script: a real HTTP server that can also misbehave.

    with RegistryServer() as server:
        server.script("/studies/NCT00000000", reply(500), json_reply(study))
        Client(server.base_url, ...)

Each path answers with its replies in turn; the last one is repeated. What was asked stands in `server.asked`.
"""

from __future__ import annotations

import gzip
import json
import socket
import socketserver
import struct
import threading
from collections import defaultdict
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

Reply = Callable[[socket.socket, threading.Event], None]
"""Writes an answer to a connection; the event is set when the server closes."""

ROOT = "/api/v2"
UNKNOWN = "NCT number {} not found"


class Asked(NamedTuple):
    """One request as it arrived: the path below the API's root, its query, its headers in lower case."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


class RegistryServer:
    """The server; a context manager that answers on a free port of 127.0.0.1."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._replies: dict[str, list[Reply]] = defaultdict(list)
        self._answerers: dict[str, Callable[[Asked], Reply]] = {}
        self._closing = threading.Event()
        server = self

        class Connection(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                server._answer(self.rfile, self.connection)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = False

        self._server = Server(("127.0.0.1", 0), Connection)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def origin(self) -> str:
        """The address without a path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def base_url(self) -> str:
        """The API's root."""
        return self.origin + ROOT

    def script(self, path: str, *replies: Reply) -> None:
        """Let a path (below the API's root, or a whole one beginning with `//`) answer with these replies in turn."""
        self._replies[path] = list(replies)

    def script_by(self, path: str, answerer: Callable[[Asked], Reply]) -> None:
        """Let a path answer according to what is asked."""
        self._answerers[path] = answerer

    def paths(self) -> list[str]:
        """The paths that were asked for, in turn."""
        return [asked.path for asked in self.asked]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, lines, connection: socket.socket) -> None:  # type: ignore[no-untyped-def]
        first = lines.readline().decode("latin-1").split()
        headers = {}
        while (line := lines.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if len(first) < 2:
            return
        target = urlsplit(first[1])
        path = target.path.removeprefix(ROOT)
        asked = Asked(path, dict(parse_qsl(target.query)), headers)
        self.asked.append(asked)
        try:
            self._reply(asked)(connection, self._closing)
        except OSError:
            return  # the client has left, which some scripts are for

    def _reply(self, asked: Asked) -> Reply:
        if asked.path in self._answerers:
            return self._answerers[asked.path](asked)
        replies = self._replies[asked.path]
        if not replies:
            study = asked.path.removeprefix("/studies/")
            return reply(404, UNKNOWN.format(study), headers={"Content-Type": "text/plain"})
        return replies.pop(0) if len(replies) > 1 else replies[0]


def reply(status: int, body: bytes | str = b"", *, headers: dict[str, str] | None = None) -> Reply:
    """A plain answer."""
    content = body.encode() if isinstance(body, str) else body
    sent = _head(status, {"Content-Length": str(len(content)), **(headers or {})}) + content
    return lambda connection, _: connection.sendall(sent)


def json_reply(data: object, *, packed: bool = False, headers: dict[str, str] | None = None) -> Reply:
    """An answer in JSON, packed with gzip if wanted."""
    content = json.dumps(data).encode()
    more = {"Content-Type": "application/json", **(headers or {})}
    if packed:
        return reply(200, gzip.compress(content), headers={**more, "Content-Encoding": "gzip"})
    return reply(200, content, headers=more)


def chunked(*chunks: bytes, finished: bool = True) -> Reply:
    """An answer in chunks of unknown total length, without its end if not `finished`."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    sent = _head(200, {"Transfer-Encoding": "chunked"}) + body + (b"0\r\n\r\n" if finished else b"")
    return lambda connection, _: connection.sendall(sent)


def cut(body: bytes, *, after: int) -> Reply:
    """An answer that promises its whole length and ends `after` so many bytes."""
    sent = _head(200, {"Content-Length": str(len(body))}) + body[:after]
    return lambda connection, _: connection.sendall(sent)


def redirect(location: str, status: int = 301) -> Reply:
    """A redirect."""
    return reply(status, headers={"Location": location})


def reset(connection: socket.socket, _: threading.Event) -> None:
    """Break the connection off at once."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def silence(_: socket.socket, closing: threading.Event) -> None:
    """Say nothing until the server closes."""
    closing.wait()


def drip(sent: bytes, *, pause: float = 0.01) -> Reply:
    """Send one byte after the other, for ever so long; `sent` begins with the status line."""

    def write(connection: socket.socket, closing: threading.Event) -> None:
        for place in range(len(sent)):
            connection.sendall(sent[place : place + 1])
            if closing.wait(pause):
                return

    return write


def flood(total: int, *, headers: dict[str, str] | None = None) -> Reply:
    """An answer of so many bytes, without saying how many."""

    def write(connection: socket.socket, closing: threading.Event) -> None:
        connection.sendall(_head(200, headers or {}))
        block = b"x" * 65536
        for _ in range(total // len(block)):
            if closing.is_set():
                return
            connection.sendall(block)

    return write


def _head(status: int, headers: dict[str, str]) -> bytes:
    fields = [f"{name}: {value}" for name, value in headers.items()]
    lines = [f"HTTP/1.1 {status} Scripted", "Connection: close", *fields]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


ADULTS = "Inclusion Criteria:\n\n* Age \\>=18 years"


def study(nct_id: str, *, text: str = ADULTS, **modules: object) -> dict[str, object]:
    """A small record of API v2."""
    return {
        "protocolSection": {
            "identificationModule": {
                "nctId": nct_id,
                "briefTitle": "A trial of nothing",
                "organization": {"fullName": "Nobody", "class": "OTHER"},
            },
            "statusModule": {
                "overallStatus": "RECRUITING",
                "statusVerifiedDate": "2025-10",
                "lastUpdatePostDateStruct": {"date": "2025-10-06", "type": "ACTUAL"},
            },
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Nobody", "class": "OTHER"}},
            "descriptionModule": {"briefSummary": "Nothing is tried."},
            "conditionsModule": {"conditions": ["Healed wrist fracture"]},
            "designModule": {"studyType": "OBSERVATIONAL", "enrollmentInfo": {"count": 5, "type": "ESTIMATED"}},
            "eligibilityModule": {"eligibilityCriteria": text, "sex": "ALL", "minimumAge": "18 Years"},
            **modules,
        }
    }
