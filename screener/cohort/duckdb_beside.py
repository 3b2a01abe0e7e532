"""What goes on beside a query of DuckDB: a question on a connection of its own, and telling how far the query is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from screener.cohort.duckdb_settings import Progress

if TYPE_CHECKING:
    import duckdb

_PAUSE: Final = 0.2
T = TypeVar("T")


@contextmanager
def beside(
    connection: duckdb.DuckDBPyConnection, ask: Callable[[duckdb.DuckDBPyConnection], T], *, at_once: bool
) -> Iterator[Future[T]]:
    """Ask something while something else is done, or before it where it is to be asked at once."""
    own = connection.cursor()
    with closing(own), ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, own)
        if at_once:
            answer.exception()
        try:
            yield answer
        except BaseException:
            own.interrupt()
            raise


@contextmanager
def telling(connection: duckdb.DuckDBPyConnection, progress: Progress | None) -> Iterator[None]:
    """Tell how far a query is, from beside it."""
    if progress is None:
        yield
        return
    # DuckDB counts only for a bar of its own, which it need not draw.
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_PAUSE):
            progress(max(0.0, connection.query_progress()))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()
