"""Reading an answer within bounds: of time, down to every single byte, of size, also after unpacking, and of depth."""

from __future__ import annotations

import http.client
import io
import re
import zlib
from typing import TYPE_CHECKING, Any, Final

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from screener.registry.problems import BadAnswer, TooLarge, Truncated
from screener.registry.text import printable

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from urllib3 import PoolManager

CHUNK: Final = 64 * 1024
DEEPEST: Final = 100
"""How many brackets may be open at once; a record has about ten, and Python's stack holds some hundreds."""

_ESCAPED: Final = re.compile(rb"\\.", re.DOTALL)
_OTHER_SIGNS: Final = bytes(sign for sign in range(256) if sign not in b'"[]{}')


class _BoundedSocketReader(io.RawIOBase):
    """Reads from a socket and lowers its timeout to the time that is left, so that a slow drip ends with the run."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, left: Callable[[], float]) -> None:
        self._raw = raw
        self._sock = sock
        self._left = left
        self._patience = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._left()
        if left <= 0:
            raise TimeoutError("the run's time is over")
        self._sock.settimeout(left if self._patience is None else min(self._patience, left))
        return self._raw.readinto(buffer)

    def fileno(self) -> int:
        return self._raw.fileno()

    def close(self) -> None:
        self._raw.close()
        super().close()


class BoundedAdapter(HTTPAdapter):
    """An adapter whose connections read no longer than `left()` says, headers included; urllib3 never retries."""

    def __init__(self, left: Callable[[], float]) -> None:
        self._pools = _pools(left)
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of direct connections bounded."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> PoolManager:
        """Make the pools of connections through a proxy bounded."""
        manager: PoolManager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(left: Callable[[], float]) -> dict[str, type[HTTPConnectionPool]]:
    """Connection pools that read within the time that is left."""

    class BoundedResponse(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
            super().__init__(sock, *args, **kwargs)
            raw = self.fp.detach()
            self.fp = io.BufferedReader(_BoundedSocketReader(raw, sock, left))

    class Plain(HTTPConnection):
        response_class = BoundedResponse

    class Encrypted(HTTPSConnection):
        response_class = BoundedResponse

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}


def unpacked(chunks: Iterator[bytes], *, encoding: str, limit: int) -> bytes:
    """The body of an answer.

    Args:
        chunks: the body as it comes over the wire.
        encoding: its `Content-Encoding`; `gzip` and `deflate` are unpacked.
        limit: the most bytes allowed, as sent and after unpacking.

    Raises:
        TooLarge: the body is beyond the limit; no more than that was ever held.
        Truncated: the packed body ends too early.
        BadAnswer: the packing is not known, or broken.
    """
    if encoding in ("", "identity"):
        return _within(chunks, limit)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        shown = printable(encoding[:20])
        raise BadAnswer(f'The registry\'s answer is packed in a way that cannot be read ("{shown}").')
    # 32 lets zlib tell gzip from zlib by the header.
    unpacker = zlib.decompressobj(32 + zlib.MAX_WBITS)
    return _unpack(_within(chunks, limit), unpacker, limit)


def _within(chunks: Iterator[bytes], limit: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _unpack(packed: bytes, unpacker: zlib._Decompress, limit: int) -> bytes:
    try:
        body = unpacker.decompress(packed, limit + 1)
    except zlib.error as error:
        raise BadAnswer("The registry's answer is packed, and the packing is broken.") from error
    if len(body) > limit:
        raise _too_large(limit)
    if not unpacker.eof:
        raise Truncated("The registry's answer ended too early.")
    return body


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The registry's answer is larger than the {limit:,} bytes allowed.")


def too_deep(body: bytes) -> bool:
    """Whether JSON is nested deeper than `DEEPEST`, so that it must not be read at all."""
    signs = _ESCAPED.sub(b"", body).translate(None, _OTHER_SIGNS)
    depth = 0
    # What stands between two quotation marks is text.
    for sign in b"".join(signs.split(b'"')[::2]):
        depth += 1 if sign in b"[{" else -1
        if depth > DEEPEST:
            return True
    return False
