"""The registry's client: a study, several studies, the version.

Outcomes are data: a good answer comes back, everything else is raised as a problem of `problems`. The clock, the sleep
and the chance come from outside.
"""

from __future__ import annotations

import json
import random as chance
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from screener.errors import UsageError
from screener.registry.answers import Answer, Study, Version, accept, check_id, problem_of, rejected, version_of
from screener.registry.pace import Deadline, Pace, Turn
from screener.registry.problems import BadAnswer, BadRequest, RegistryProblem, ServerFault
from screener.registry.retry import Question, Retry, Waiting, passes
from screener.registry.transport import LIMIT_BYTES, Transport
from screener.registry.turns import Turns

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

DEFAULT_DEADLINE: Final = 15 * 60.0
DEFAULT_INTERVAL: Final = 1.0
VERSION_PART: Final = 0.1
"""The part of a run's time that reading the version may use, and that studies leave for reading it once more."""
VERSION_SECONDS: Final = 5.0
"""What reading the version may use however short the run is."""
T = TypeVar("T")

BATCH: Final = 100
PAGE: Final = 50
MOST_PAGES: Final = 20
STUDY_QUERY: Final[Mapping[str, str]] = {"markupFormat": "markdown"}


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _tell_nobody(_: Waiting) -> None:
    """Keep it to oneself."""


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
        tell: hears of a longer wait before it begins, about once a minute.

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
        tell: Callable[[Waiting], None] = _tell_nobody,
    ) -> None:
        self.base_url = _root(base_url)
        self.deadline = Deadline(deadline, clock=clock)
        self._retry = Retry(clock=clock, sleep=sleep, random=random, now=now, tell=tell)
        self._transport = Transport(
            pace=Pace(interval, clock=clock, sleep=sleep), clock=clock, contact=contact, limit=limit
        )

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
        return self._settled(_about((nct_id,)), self.deadline, lambda _, turn: self._study(nct_id, turn))

    def fetch_version(self) -> Version:
        """The API's version and the time of its data; uses `VERSION_PART` of the run's time at most.

        Raises:
            RegistryProblem: it cannot be had, or cannot be used.
        """
        deadline = self.deadline.within(VERSION_PART, at_least=VERSION_SECONDS)
        return self._settled(Question("the registry's version"), deadline, lambda _, turn: self._version(turn))

    def fetch_studies(self, nct_ids: Iterable[str], *, together: bool) -> Iterator[tuple[str, Study | RegistryProblem]]:
        """The records of several studies, each as soon as it is settled; none waits for another's retries.

        Args:
            nct_ids: the studies; one that comes twice is fetched once.
            together: whether to ask in batches, and alone only where a batch cannot tell.

        Returns:
            Each id with its study, or with the problem why there is none; nothing is raised for a single study. The
            last `VERSION_PART` of the run's time is left alone.
        """
        turns = Turns(self._retry, self.deadline.before(VERSION_PART), self._several)
        sound: list[str] = []
        for nct_id in dict.fromkeys(nct_ids):
            try:
                check_id(nct_id)
                sound.append(nct_id)
            except RegistryProblem as problem:
                yield nct_id, problem
        for ids in _groups(sound, BATCH if together else 1):
            turns.add(_about(ids))
        for question, answer in turns.settle():
            for nct_id, found in _each(question.ids, answer):
                if found is None:
                    turns.add(_about((nct_id,)))
                else:
                    yield nct_id, found

    def _settled(self, question: Question, deadline: Deadline, ask: Callable[[Question, Turn], T]) -> T:
        turns = Turns(self._retry, deadline, ask)
        turns.add(question)
        _, answer = next(turns.settle())
        if isinstance(answer, RegistryProblem):
            raise answer
        return answer

    def _several(self, question: Question, turn: Turn) -> dict[str, Study]:
        """What a question brings; an id that a batch cannot tell of is left out, so that it is asked for alone."""
        if len(question.ids) == 1:
            return {nct_id: self._study(nct_id, turn) for nct_id in question.ids}
        try:
            return self._together(question.ids, turn)
        except ServerFault as problem:
            if turn.attempt > 1 and problem.rejected and problem.rejected.status == 500:
                # One record that the registry stumbles over must not cost the others their night.
                raise BadAnswer(problem.message, rejected=problem.rejected) from problem
            raise

    def _study(self, nct_id: str, turn: Turn) -> Study:
        answer = self._get(f"/studies/{nct_id}", STUDY_QUERY, turn, asked=nct_id)
        return accept(answer, answer.json(), asked=nct_id, body=answer.body)

    def _version(self, turn: Turn) -> Version:
        return version_of(self._get("/version", {}, turn))

    def _together(self, batch: tuple[str, ...], turn: Turn) -> dict[str, Study]:
        found: dict[str, Study] = {}
        for answer, data in self._pages(batch, turn):
            body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
            for nct_id in _ids(data) & set(batch):
                try:
                    found[nct_id] = accept(answer, data, asked=nct_id, body=body)
                except BadAnswer:
                    continue
        return found

    def _pages(self, batch: tuple[str, ...], turn: Turn) -> Iterator[tuple[Answer, Any]]:
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
            answer = self._get("/studies", {**query, **more}, turn)
            studies, token = _page(answer)
            yield from ((answer, data) for data in studies)
            if not token:
                return
            if token in seen:
                raise BadAnswer("The registry's pages lead in a circle.", rejected=rejected(answer))
            seen.add(token)
        raise BadAnswer(f"The registry answers with more than {MOST_PAGES} pages.", rejected=rejected(answer))

    def _get(self, path: str, query: Mapping[str, str], turn: Turn, *, asked: str | None = None) -> Answer:
        """A good answer to one request; `asked` is the study it is about."""
        answer = self._transport.get(self.base_url + path, query, turn)
        if answer.status != 200:
            raise problem_of(answer, asked=asked)
        return answer


def _about(ids: tuple[str, ...]) -> Question:
    return Question(ids[0] if len(ids) == 1 else f"{len(ids)} trials together", ids)


def _each(
    ids: tuple[str, ...], answer: dict[str, Study] | RegistryProblem
) -> Iterator[tuple[str, Study | RegistryProblem | None]]:
    """What is known of each study now; none where it is to be asked for alone."""
    if isinstance(answer, RegistryProblem):
        # One id can spoil a batch, and so can one oversized record.
        spoilt = len(ids) > 1 and isinstance(answer, (BadRequest, BadAnswer)) and not passes(answer)
        return ((nct_id, None if spoilt else answer) for nct_id in ids)
    return ((nct_id, answer.get(nct_id)) for nct_id in ids)


def _page(answer: Answer) -> tuple[list[Any], str]:
    """The studies of a page and the token of the next one, empty on the last."""
    data = answer.json()
    studies = data.get("studies") if isinstance(data, dict) else None
    token = data.get("nextPageToken") if isinstance(data, dict) else None
    if not isinstance(studies, list) or not isinstance(token, str | None):
        raise BadAnswer("The registry's answer is not a list of studies.", rejected=rejected(answer))
    return studies, token or ""


def _ids(data: Any) -> set[str]:
    """The ids a study goes by, as far as they can be read."""
    try:
        identification = data["protocolSection"]["identificationModule"]
        names = [identification["nctId"], *identification.get("nctIdAliases", [])]
    except (KeyError, TypeError, AttributeError):
        return set()
    return {name for name in names if isinstance(name, str)}


def _groups(ids: list[str], size: int) -> Iterator[tuple[str, ...]]:
    waiting = iter(ids)
    while group := tuple(islice(waiting, size)):
        yield group


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
