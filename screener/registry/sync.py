"""The sync: the registry record of each tracked trial fetched, kept, and compared with the latest one.

Everything that happens on the way is data in the report; only a store that cannot be used raises.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from screener.registry.answers import Study, Version
from screener.registry.client import Client
from screener.registry.drift import compare
from screener.registry.kept import FETCHED, Check, Outcome, RunEnd, SyncStore, drift_note, snapshot_of
from screener.registry.problems import MalformedId, Missing, RegistryProblem
from screener.registry.sync_outcome import Judge, Standing, SyncReport, TrialReport

MANY: Final = 20
"""Up to so many trials are asked for one by one, exactly as `screener registry doctor` does."""


def utc_now() -> datetime:
    """The time in UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


class Sync:
    """One run over a store.

    Args:
        client: asks the registry, within the run's deadline.
        store: keeps what comes; the caller holds its lock.
        judges: for the trials with rules, what a text means for them.
        now: the time in UTC.
        clock: a clock that only goes forward, in seconds.
        fetched: told after each trial, for showing progress.
    """

    def __init__(
        self,
        client: Client,
        store: SyncStore,
        *,
        judges: Mapping[str, Judge],
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
        fetched: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._client = client
        self._store = store
        self._judges = judges
        self._now = now
        self._clock = clock
        self._begun = clock()
        self._fetched = fetched
        self._problems: dict[str, str] = {}

    def run(self, asked: Sequence[str] = (), *, by: str = "") -> SyncReport:
        """Sync the trials asked for, or all tracked ones; ids that are not tracked yet are tracked.

        Raises:
            IntegrityError: the store cannot be used; what was kept before stays.
        """
        started = self._now()
        run = self._store.begin_run(started)
        ids = list(dict.fromkeys(asked)) or list(self._store.tracked())
        before = self._version(run)
        results = self._pass(run, ids, version=before, by=by)
        after = self._version(run)
        whole = True
        if before and after and _moved(before, after):
            # The registry loaded new data in between: one more pass, so that all trials are of one state.
            before = after
            whole = self._pass_again(run, results, version=before, by=by)
            after = self._version(run)
        if before and after and _moved(before, after):
            moving = "The registry loaded new data again and again while it was read; run again later."
            self._problems["moving"] = moving
        mixed = not whole or before is None or after is None or _moved(before, after)
        return self._end(run, started, results, mixed=mixed, before=before, after=after)

    def _end(
        self,
        run: int,
        started: datetime,
        results: Mapping[str, TrialReport],
        *,
        mixed: bool,
        before: Version | None,
        after: Version | None,
    ) -> SyncReport:
        trials = tuple(self._judged(results.values()))
        ended, last = self._now(), self._store.last_complete()
        report = SyncReport(
            run,
            started,
            ended,
            trials,
            tuple(self._problems.values()),
            mixed,
            after or before,
            last,
            self._clock() - self._begun,
        )
        outcome = "complete" if report.complete else "incomplete"
        end = RunEnd(ended, outcome, report.exit_code, mixed, before, after, report.totals)
        self._store.end_run(run, end)
        return report

    def _version(self, run: int) -> Version | None:
        try:
            return self._client.fetch_version()
        except RegistryProblem as problem:
            words = f"The registry's version cannot be read: {problem.message} {problem.hint}".rstrip()
            self._problems.setdefault("version", words)
            if problem.rejected:
                self._store.keep_rejected(run, problem.rejected, self._now())
            return None

    def _pass(self, run: int, ids: Sequence[str], *, version: Version | None, by: str) -> dict[str, TrialReport]:
        settled: dict[str, TrialReport] = {}
        for nct_id, found in self._client.fetch_studies(ids, together=len(ids) > MANY):
            if isinstance(found, Study):
                report = self._good(run, found, version=version, by=by)
            else:
                report = self._bad(run, nct_id, found, by=by)
            settled[nct_id] = report
            self._fetched(nct_id)
        return {nct_id: settled[nct_id] for nct_id in ids}

    def _pass_again(self, run: int, results: dict[str, TrialReport], *, version: Version, by: str) -> bool:
        """Fetch every trial once more and bring its result up to date; whether those fetched before came again."""
        again = [nct_id for nct_id, report in results.items() if not report.mistake]
        lost = 0
        for nct_id, report in self._pass(run, again, version=version, by=by).items():
            earlier = results[nct_id]
            lost += report.outcome == "failed" and earlier.outcome in FETCHED
            results[nct_id] = _both(earlier, report)
        if lost:
            trials = "1 trial" if lost == 1 else f"{lost} trials"
            words = f"The registry loaded new data meanwhile, and {trials} could not be fetched again."
            self._problems["lost"] = words
        return lost == 0

    def _good(self, run: int, study: Study, *, version: Version | None, by: str) -> TrialReport:
        now, nct_id, status = self._now(), study.asked, study.answer.status
        snapshot = snapshot_of(study, at=now, version=version)
        seen = TrialReport(
            nct_id,
            "unchanged",
            http_status=status,
            attempts=study.answer.attempts,
            registry_version=snapshot.registry_version,
            last_seen=now,
        )
        if self._store.fingerprint(nct_id) == snapshot.protocol_sha256:
            self._store.keep(run, Check(nct_id, now, "unchanged", status), by=by)
            return seen
        old = self._store.latest(nct_id)
        note = drift_note(compare(old.record(), study.record)) if old else None
        outcome: Outcome = "changed" if old else "first"
        self._store.keep(run, Check(nct_id, now, outcome, status), by=by, snapshot=snapshot, drift=note)
        return replace(seen, outcome=outcome, noted=note if note and not note.to_review else None)

    def _bad(self, run: int, nct_id: str, problem: RegistryProblem, *, by: str) -> TrialReport:
        now = self._now()
        status = problem.rejected.status if problem.rejected else None
        missing = isinstance(problem, Missing)
        mistake = isinstance(problem, (MalformedId, Missing)) and not self._store.known(nct_id)
        outcome: Outcome = "missing" if missing else "failed"
        if not mistake:
            self._store.keep(run, Check(nct_id, now, outcome, status, problem.message, problem.rejected), by=by)
        elif problem.rejected:
            self._store.keep_rejected(run, problem.rejected, now)
        return TrialReport(
            nct_id,
            outcome,
            problem.message,
            problem.hint,
            status,
            attempts=problem.attempts,
            mistake=mistake,
            last_seen=self._store.last_seen(nct_id),
        )

    def _judged(self, results: Iterable[TrialReport]) -> Iterator[TrialReport]:
        waiting = self._store.waiting()
        for report in results:
            drifts = tuple(waiting.get(report.nct_id, ()))
            judge = self._judges.get(report.nct_id)
            standing = self._standing(judge, report.nct_id) if judge else None
            stale, uncovered = (standing.stale, standing.uncovered) if standing else ({}, ())
            yield replace(report, drifts=drifts, stale=stale, uncovered=uncovered)

    def _standing(self, judge: Judge, nct_id: str) -> Standing | None:
        snapshot = self._store.latest(nct_id)
        if snapshot is None or self._store.looked_at(nct_id):
            return None
        return judge(snapshot.record().eligibility_text or "")


def _both(earlier: TrialReport, later: TrialReport) -> TrialReport:
    """A trial that was asked for twice: what the first pass brought of it is there all the same."""
    nothing_new = later.outcome == "unchanged" and earlier.outcome in ("first", "changed")
    nothing_came = later.outcome == "failed" and earlier.outcome in FETCHED
    return earlier if nothing_new or nothing_came else later


def _moved(before: Version, after: Version) -> bool:
    return (before.api_version, before.data_timestamp) != (after.api_version, after.data_timestamp)
