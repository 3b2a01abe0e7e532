"""One request and its answer, with redirects followed by hand.

The registry's redirect to a merged study drops the query; it is put back. Nothing is followed to another host.
"""

from __future__ import annotations

import http.client
import ssl
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

import requests
import urllib3.exceptions
from requests import exceptions

from screener import __version__
from screener.errors import UsageError
from screener.registry.answers import KEPT, Answer, rejected
from screener.registry.pace import Share
from screener.registry.problems import (
    RegistryProblem,
    Rejected,
    TlsProblem,
    TooLarge,
    Truncated,
    Unreachable,
    WrongRedirect,
)
from screener.registry.reading import CHUNK, BoundedAdapter, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from screener.registry.pace import Pace, Turn

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 30.0
LIMIT_BYTES: Final = 5 * 1024 * 1024
LIMIT_REFUSAL: Final = 64 * 1024
MOST_REDIRECTS: Final = 3

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class Transport:
    """Sends GET requests at a pace, each within its share of the time, one session for all of them."""

    def __init__(self, *, pace: Pace, clock: Callable[[], float], contact: str = "", limit: int = LIMIT_BYTES) -> None:
        self._share: Share | None = None
        self._pace = pace
        self._clock = clock
        self._limit = limit
        self._session = _session(self._left, contact)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _left(self) -> float:
        """Seconds left of the share of the request that is under way."""
        return self._share.left() if self._share else 0.0

    def get(self, url: str, params: Mapping[str, str], turn: Turn) -> Answer:
        """Ask once, following redirects; each step of the way has its share of the time.

        Raises:
            RegistryProblem: there is no answer, or it breaks off, is too large, or leads elsewhere.
        """
        seen = [url]
        while True:
            answer = self._once(seen[-1], params, turn)
            if answer.status not in _REDIRECTS:
                return answer
            seen.append(_next(answer, seen))

    def _once(self, url: str, params: Mapping[str, str], turn: Turn) -> Answer:
        self._pace.wait(turn.deadline)
        share = self._share = Share(turn.deadline, turn.sharers)
        left = share.left()
        if left <= 0:
            raise turn.deadline.not_asked()
        started = self._clock()
        timeout = (min(CONNECT_SECONDS, left), min(READ_SECONDS, left))
        try:
            response = self._session.get(url, params=dict(params), stream=True, allow_redirects=False, timeout=timeout)
        except (exceptions.RequestException, urllib3.exceptions.HTTPError, UnicodeError) as error:
            raise _problem(error, share) from error
        with response:
            headers = tuple(response.headers.items())
            body = self._body(response, headers, share)
        return Answer(response.status_code, headers, body, response.url, self._clock() - started, turn.attempt)

    def _body(self, response: requests.Response, headers: tuple[tuple[str, str], ...], share: Share) -> bytes:
        begun = bytearray()
        good = response.status_code == 200
        limit = self._limit if good else LIMIT_REFUSAL
        try:
            if good and int(_digits(response.headers.get("Content-Length", ""))) > limit:
                raise TooLarge(f"The registry's answer is larger than the {limit:,} bytes allowed.")
            encoding = response.headers.get("Content-Encoding", "").strip().lower()
            return unpacked(_chunks(response, begun, share), encoding=encoding, limit=limit)
        except RegistryProblem as problem:
            if not good:
                # The status says enough; what came of the body is kept.
                return bytes(begun[:KEPT])
            problem.rejected = Rejected(response.status_code, headers, bytes(begun[:KEPT]), response.url)
            raise


def _chunks(response: requests.Response, begun: bytearray, share: Share) -> Iterator[bytes]:
    """The body as it comes, its first bytes noted in `begun`."""
    try:
        for chunk in response.raw.stream(CHUNK, decode_content=False):
            if len(begun) < KEPT:
                begun += chunk[:KEPT]
            if share.left() <= 0:
                raise share.reached()
            yield chunk
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise _problem(error, share) from error


def _problem(error: Exception, share: Share) -> RegistryProblem:
    """A fault of the connection as an error of ours."""
    if share.left() <= 0:
        return share.reached()
    if _caused_by(error, ssl.SSLCertVerificationError):
        hint = "A proxy may stand in between; ask your IT department for its certificate (REQUESTS_CA_BUNDLE)."
        return TlsProblem("The registry's certificate cannot be trusted.", hint=hint)
    for kinds, make in _FAULTS:
        if isinstance(error, kinds):
            return make()
    if _caused_by(error, ConnectionResetError) or _caused_by(error, http.client.RemoteDisconnected):
        return Unreachable("The connection broke off before the registry had answered.", hint=_CHECK)
    return Unreachable("The registry cannot be reached.", hint=_CHECK)


_UNUSABLE: Final = "The address of the registry or of the proxy cannot be used."
_CHECK: Final = "See whether this computer is connected to the network."
_FAULTS: Final[tuple[tuple[tuple[type[Exception], ...], Callable[[], RegistryProblem]], ...]] = (
    (
        (exceptions.ProxyError,),
        lambda: Unreachable("The proxy that this computer is set to use cannot be reached.", hint=_CHECK),
    ),
    (
        (exceptions.InvalidURL, exceptions.InvalidSchema, exceptions.MissingSchema, UnicodeError),
        lambda: RegistryProblem(_UNUSABLE, hint="See --base-url, and HTTPS_PROXY where it is set."),
    ),
    (
        (exceptions.ConnectTimeout,),
        lambda: Unreachable("The registry cannot be reached.", hint=_CHECK),
    ),
    (
        (exceptions.ReadTimeout, urllib3.exceptions.TimeoutError, TimeoutError),
        lambda: Unreachable("The registry did not answer in time."),
    ),
    (
        (urllib3.exceptions.ProtocolError,),
        lambda: Truncated("The registry's answer broke off."),
    ),
)


def _caused_by(error: BaseException, kind: type[BaseException]) -> bool:
    """Whether an error of this kind stands in the chain of causes; requests hides it in its arguments."""
    waiting, seen = [error], set[int]()
    while waiting:
        at = waiting.pop()
        if isinstance(at, kind):
            return True
        if id(at) in seen:
            continue
        seen.add(id(at))
        inner = (at.__cause__, at.__context__, getattr(at, "reason", None), *at.args)
        waiting.extend(part for part in inner if isinstance(part, BaseException))
    return False


def _digits(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 20 else "0"


def _next(answer: Answer, seen: list[str]) -> str:
    """Where a redirect leads; the query is put back by whoever asks there."""
    problem = ""
    try:
        target = urlsplit(urljoin(seen[-1], answer.header("location")))
        origin = urlsplit(seen[0])
        same = (target.scheme, target.hostname, target.port) == (origin.scheme, origin.hostname, origin.port)
        url = target._replace(query="", fragment="").geturl()
    except ValueError:
        same, url = False, ""
    if not answer.header("location"):
        problem = "The registry redirects without saying where to."
    elif not same:
        problem = "The registry redirects to another host, which is not followed."
    elif url in seen:
        problem = "The registry redirects in a circle."
    elif len(seen) > MOST_REDIRECTS:
        problem = f"The registry redirects more than {MOST_REDIRECTS} times."
    if problem:
        raise WrongRedirect(problem, rejected=rejected(answer))
    return url


class _Session(requests.Session):
    """A session that leaves redirects alone.

    Even with `allow_redirects=False` requests would look for the next address, and read the whole body for that.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Say that there is none."""


def _session(left: Callable[[], float], contact: str) -> requests.Session:
    if not contact.isprintable() or not contact.isascii():
        raise UsageError("The contact for the registry must be plain text on one line.")
    agent = f"eligibility-screener/{__version__} python-requests/{requests.__version__}"
    session = _Session()
    session.headers.update(
        {
            "User-Agent": f"{agent} ({contact})" if contact else agent,
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }
    )
    session.mount("http://", BoundedAdapter(left))
    session.mount("https://", BoundedAdapter(left))
    # Without this, requests would look for a password of this host in ~/.netrc and send it.
    session.auth = _no_auth
    return session


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
