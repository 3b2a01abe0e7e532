"""`python -m benchmarks.sync [TRIALS]`: time and memory of a first and of an unchanged sync against a local registry.

The registry runs in a process of its own and is asked without a pause, so that only our own work is measured.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from screener.criteria.library import shipped

RECORD = shipped("criteria") / "NCT06452485" / "registry.json"


class Registry(BaseHTTPRequestHandler):
    """Answers with the shipped record under every id."""

    protocol_version = "HTTP/1.1"
    record = RECORD.read_bytes()

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(target.query).items()}
        body = self._page(query) if target.path.endswith("/studies") else self._version()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _version(self) -> bytes:
        return b'{"apiVersion": "2.0.3", "dataTimestamp": "2026-05-29T09:00:00"}'

    def _page(self, query: dict[str, str]) -> bytes:
        ids = query["filter.ids"].split(",")
        start, size = int(query.get("pageToken", "0")), int(query["pageSize"])
        studies = b",".join(self.record.replace(b"NCT06452485", one.encode()) for one in ids[start : start + size])
        more = f', "nextPageToken": "{start + size}"'.encode() if start + size < len(ids) else b""
        return b'{"studies": [' + studies + b"]" + more + b"}"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve() -> None:
    server = HTTPServer(("127.0.0.1", 0), Registry)
    print(server.server_port, flush=True)
    server.serve_forever()


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, float, str]:
    """Seconds, megabytes at most, and what was printed last."""
    started = time.perf_counter()
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said = child.stdout.read()
    _, _, usage = os.wait4(child.pid, 0)
    scale = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - started, usage.ru_maxrss * scale / 1e6, said.strip().splitlines()[-1]


def main(count: int) -> None:
    registry = subprocess.Popen([sys.executable, "-m", "benchmarks.sync", "serve"], stdout=subprocess.PIPE, text=True)
    assert registry.stdout is not None
    base = f"http://127.0.0.1:{registry.stdout.readline().strip()}/api/v2"
    ids = [f"NCT{number:08}" for number in range(1, count + 1)]
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store.db"
        environment = {**os.environ, "SCREENER_STORE": f"sqlite:///{store}", "SCREENER_REGISTRY_URL": base}
        command = [sys.executable, "-m", "screener", "sync", "--rate", "1000000", "--format", "jsonl"]
        size = 0
        print("| sync | seconds | MB at most | the store grows by, kB |\n|---|---|---|---|")
        for what, arguments in (("first", ids), ("unchanged", [])):
            seconds, memory, last = timed([*command, *arguments], environment)
            assert json.loads(last)["totals"][what] == count
            grown, size = store.stat().st_size - size, store.stat().st_size
            print(f"| {count:,} trials, {what} | {seconds:.1f} | {memory:.0f} | {grown / 1e3:,.0f} |")
    registry.terminate()
    registry.wait()


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 1000)
