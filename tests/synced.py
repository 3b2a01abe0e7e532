"""What the tests of the sync share: a store, a scripted registry, and a client whose clock only sleeping moves."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from registry_server import RegistryServer, json_reply, study

from screener.criteria.library import load, shipped
from screener.criteria.staleness import Staleness, staleness
from screener.findings import Findings
from screener.registry.client import Client
from screener.registry.sync import Sync
from screener.registry.sync_outcome import Judge, SyncReport
from screener.store.address import store_address
from screener.store.database import Database, open_database
from screener.store.registry import RegistryStore

TRIAL = "NCT06452485"
ONE, TWO, THREE = "NCT00000001", "NCT00000002", "NCT00000003"
RECORD: dict[str, Any] = json.loads((shipped("criteria") / TRIAL / "registry.json").read_bytes())


class Time:
    """A clock that only sleeping moves, and a calendar that goes on an hour with each look."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.day = datetime(2026, 6, 1, 0, 30, tzinfo=UTC)

    def clock(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def now(self) -> datetime:
        self.day += timedelta(hours=1)
        return self.day


class Night:
    """A registry and a store; `sync` is one night."""

    def __init__(self, server: RegistryServer, database: Database) -> None:
        self.server = server
        self.store = RegistryStore(database)
        self.time = Time()
        self.judges: Mapping[str, Judge] = {}
        version(server)

    def sync(self, *trials: str, deadline: float = 60.0) -> SyncReport:
        time = self.time
        client = Client(
            self.server.base_url,
            deadline=deadline,
            clock=time.clock,
            sleep=time.sleep,
            random=lambda: 0.5,
            now=time.now,
        )
        with client:
            return Sync(client, self.store, judges=self.judges, now=time.now, clock=time.clock).run(
                trials, by="A. Jansen"
            )

    def serve(self, nct_id: str, text: str | None = None, **modules: object) -> None:
        """Have the registry answer with a small record."""
        data = study(nct_id, text=text, **modules) if text else study(nct_id, **modules)
        self.server.script(f"/studies/{nct_id}", json_reply(data))

    def serve_record(self, old: str = "", new: str = "") -> None:
        """Have the registry answer with the record of the shipped rules, some words exchanged."""
        data = copy.deepcopy(RECORD)
        module = data["protocolSection"]["eligibilityModule"]
        assert old in module["eligibilityCriteria"]
        module["eligibilityCriteria"] = module["eligibilityCriteria"].replace(old, new)
        self.server.script(f"/studies/{TRIAL}", json_reply(data))


def version(server: RegistryServer, *stamps: str) -> None:
    """Have the registry say these times of its data in turn."""
    said = stamps or ("2026-05-29T09:00:00",)
    server.script("/version", *(json_reply({"apiVersion": "2.0.3", "dataTimestamp": stamp}) for stamp in said))


@contextmanager
def a_night(url: str) -> Iterator[Night]:
    """A night over the store of this URL."""
    database = open_database(store_address(url))
    assert database is not None
    with RegistryServer() as server, database:
        yield Night(server, database)


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder}/store.db"


def shipped_judge() -> Judge:
    """What a text means for the shipped rules of the trial."""
    folder = shipped("criteria")
    loaded = load(folder / TRIAL, folder, Findings())
    assert loaded is not None
    assert loaded.record is not None
    rules, based_on = loaded.rules, loaded.record.eligibility

    def judge(latest: str) -> Staleness:
        return staleness(rules, based_on, latest)

    return judge
