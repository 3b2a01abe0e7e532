"""The registry's client: a study, several studies, the version.

Outcomes are data: a good answer comes back, everything else is raised as a problem of `problems`. The clock, the sleep
and the chance come from outside.
"""

from __future__ import annotations

import json
import random as chance
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from screener.errors import UsageError
from screener.registry.answers import Answer, Study, Version, accept, check_id, problem_of, rejected, version_of
from screener.registry.pace import Deadline, Pace
from screener.registry.problems import BadAnswer, BadRequest, RegistryProblem
from screener.registry.retry import Retry
from screener.registry.transport import LIMIT_BYTES, Transport

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

DEFAULT_DEADLINE: Final = 15 * 60.0
DEFAULT_INTERVAL: Final = 1.0
T = TypeVar("T")

BATCH: Final = 100
PAGE: Final = 50
MOST_PAGES: Final = 20
STUDY_QUERY: Final[Mapping[str, str]] = {"markupFormat": "markdown"}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Client:
    """Asks the registry, politely and for a limited time.

    Args:
        base_url: the root of the API, ending in `/api/v2`.
        deadline: seconds the run may take, counted from now.
        interval: seconds between two requests.
        contact: how the registry can reach the operator; goes into the user agent.
        limit: the most bytes of one answer.
        clock: a clock that only goes forward, in seconds.
        sleep: waits so many seconds.
        random: a number from 0 to 1.
        now: the time in UTC, for a `Retry-After` that is a date.

    Raises:
        UsageError: the address or the contact cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        deadline: float = DEFAULT_DEADLINE,
        interval: float = DEFAULT_INTERVAL,
        contact: str = "",
        limit: int = LIMIT_BYTES,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = chance.random,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.base_url = _root(base_url)
        self.deadline = Deadline(deadline, clock=clock)
        self._retry = Retry(sleep=sleep, random=random, now=now)
        pace = Pace(interval, clock=clock, sleep=sleep)
        self._transport = Transport(deadline=self.deadline, pace=pace, clock=clock, contact=contact, limit=limit)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def fetch_study(self, nct_id: str) -> Study:
        """The record of one study.

        Raises:
            RegistryProblem: it cannot be had, or cannot be used.
        """
        check_id(nct_id)
        return self._ask(
            f"/studies/{nct_id}",
            STUDY_QUERY,
            asked=nct_id,
            read=lambda answer: accept(answer, answer.json(), asked=nct_id, body=answer.body),
        )

    def fetch_version(self) -> Version:
        """The API's version and the time of its data.

        Raises:
            RegistryProblem: it cannot be had, or cannot be used.
        """
        return self._ask("/version", {}, asked=None, read=version_of)

    def fetch_studies(self, nct_ids: list[str]) -> dict[str, Study | RegistryProblem]:
        """The records of several studies, asked for in batches, and alone where a batch cannot tell.

        Returns:
            For each id its study, or the problem why there is none; nothing is raised for a single study.
        """
        found: dict[str, Study | RegistryProblem] = {}
        sound: list[str] = []
        for nct_id in dict.fromkeys(nct_ids):
            try:
                check_id(nct_id)
                sound.append(nct_id)
            except RegistryProblem as problem:
                found[nct_id] = problem
        for batch in _batches(sound):
            found.update(self._batch(batch))
        return {nct_id: found[nct_id] for nct_id in nct_ids}

    def _batch(self, batch: list[str]) -> dict[str, Study | RegistryProblem]:
        try:
            together = self._together(batch) if len(batch) > 1 else {}
        except (BadRequest, BadAnswer):
            # One id can spoil a batch, and so can one oversized record; each is asked for alone.
            together = {}
        except RegistryProblem as problem:
            return dict.fromkeys(batch, problem)
        return {nct_id: together.get(nct_id) or self._alone(nct_id) for nct_id in batch}

    def _alone(self, nct_id: str) -> Study | RegistryProblem:
        try:
            return self.fetch_study(nct_id)
        except RegistryProblem as problem:
            return problem

    def _together(self, batch: list[str]) -> dict[str, Study | RegistryProblem]:
        """What a batch brings; an id that is unknown, merged or unusable is left out, so that it is asked for alone."""
        found: dict[str, Study | RegistryProblem] = {}
        for answer, data in self._pages(batch):
            body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
            for nct_id in _ids(data) & set(batch):
                try:
                    found[nct_id] = accept(answer, data, asked=nct_id, body=body)
                except BadAnswer:
                    continue
        return found

    def _pages(self, batch: list[str]) -> Iterator[tuple[Answer, Any]]:
        """Every study of every page, with the answer it came in."""
        query = {
            **STUDY_QUERY,
            "filter.ids": ",".join(batch),
            "fields": "ProtocolSection",
            "pageSize": str(PAGE),
        }
        seen: set[str] = set()
        token = ""
        for _ in range(MOST_PAGES):
            more = {"pageToken": token} if token else {}
            answer, studies, token = self._ask("/studies", {**query, **more}, asked=None, read=_page)
            yield from ((answer, data) for data in studies)
            if not token:
                return
            if token in seen:
                raise BadAnswer("The registry's pages lead in a circle.", rejected=rejected(answer))
            seen.add(token)
        raise BadAnswer(f"The registry answers with more than {MOST_PAGES} pages.", rejected=rejected(answer))

    def _ask(self, path: str, query: Mapping[str, str], *, asked: str | None, read: Callable[[Answer], T]) -> T:
        """Ask until there is an answer that `read` accepts, or a problem that stays."""

        def once(attempt: int) -> T:
            answer = self._transport.get(self.base_url + path, query, attempt=attempt)
            if answer.status != 200:
                raise problem_of(answer, asked=asked)
            return read(answer)

        return self._retry.until(self.deadline, once)


def _page(answer: Answer) -> tuple[Answer, list[Any], str]:
    """The studies of a page and the token of the next one, empty on the last."""
    data = answer.json()
    studies = data.get("studies") if isinstance(data, dict) else None
    token = data.get("nextPageToken") if isinstance(data, dict) else None
    if not isinstance(studies, list) or not isinstance(token, str | None):
        raise BadAnswer("The registry's answer is not a list of studies.", rejected=rejected(answer))
    return answer, studies, token or ""


def _ids(data: Any) -> set[str]:
    """The ids a study goes by, as far as they can be read."""
    try:
        identification = data["protocolSection"]["identificationModule"]
        names = [identification["nctId"], *identification.get("nctIdAliases", [])]
    except (KeyError, TypeError, AttributeError):
        return set()
    return {name for name in names if isinstance(name, str)}


def _batches(ids: list[str]) -> Iterator[list[str]]:
    waiting = iter(ids)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def _root(base_url: str) -> str:
    root = base_url.strip().rstrip("/")
    try:
        parts = urlsplit(root)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        bare = not (parts.query or parts.fragment or parts.username or parts.password)
        sound = whole and bare and parts.path.endswith("/api/v2")
    except ValueError:
        sound = False
    if not sound:
        raise UsageError(
            "The registry's address cannot be used.",
            hint="It begins with https:// and ends in /api/v2; see --base-url.",
        )
    return root
