"""The model that turns texts into vectors, in a thread of its own: the loop never waits for it.

Its libraries are read in when a route wants it, the weights when they are first needed; they are
given up when no route wants it any more.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

from llmgw_desktop.platform.environment import with_numpy

MOST_WAITING = 8
"""Nobody waits behind more work than this; it is done without an answer of the model then."""
MOST_LEFT = 32
"""Work that nobody waits for is not taken where so much waits already."""
_MINI_LM = "llmgw_desktop.engine.embedding.minilm"
_Made = TypeVar("_Made")
_log = logging.getLogger(__name__)

Vector = Any
"""An array of numpy, which is not imported for a name."""


class Model(Protocol):
    """All in the model's thread."""

    def vector(self, text: str) -> Vector | None:
        """None where it cannot read all of the text."""

    def nearness(self, vector: Vector, others: Sequence[Vector]) -> list[float]:
        """The cosine to each."""


class ModelThread:
    """One at a time, in the order of asking. On the loop."""

    def __init__(self, load: Callable[[Path], Model] | None = None) -> None:
        self._load = load or _load_mini_lm
        self._is_its_own = load is not None
        self._folder: Path | None = None
        self._thread: _Thread | None = None
        self.waiting = 0
        self._told = ""
        """What the log has of it already."""

    def use(self, folder: Path | None) -> None:
        """None: nobody wants it any more. The same as before: nothing changes."""
        if folder != self._folder:
            self.close()
            self._folder = folder
            if folder is not None and not self._is_its_own:
                self._thread = _Thread(folder, self._load)
                self._thread.read_in()

    async def ask(self, work: Callable[[Model], _Made]) -> _Made | None:
        """None where it cannot be done, or too much waits already."""
        future = self._begin(work, MOST_WAITING)
        if future is None:
            return None
        try:
            return await asyncio.wrap_future(future)
        except Exception:  # noqa: BLE001 - told by `_done`; a request is not to fail for it
            return None

    def leave(self, work: Callable[[Model], object]) -> None:
        """To be done when there is time, after all that was asked before."""
        self._begin(work, MOST_LEFT)

    def close(self) -> None:
        if self._thread is not None:
            self._thread.end()
        self._thread = None
        self._folder = None

    def _begin(self, work: Callable[[Model], _Made], most: int) -> "Future[_Made] | None":
        if self._folder is None or self.waiting >= most:
            return None
        if self._thread is None:
            self._thread = _Thread(self._folder, self._load)
        loop = asyncio.get_running_loop()
        self.waiting += 1
        future = self._thread.begin(work)
        future.add_done_callback(lambda done: _tell(loop, self._done, done))
        return future

    def _done(self, future: "Future[Any]") -> None:
        self.waiting -= 1
        error = future.exception()
        if error is not None and str(error) != self._told:
            self._told = str(error)
            _log.error("no like questions are found: %s", error, exc_info=error)


class _Thread:
    def __init__(self, folder: Path, load: Callable[[Path], Model]) -> None:
        self._pool = ThreadPoolExecutor(1, "likeness")
        self._folder = folder
        self._load = load
        self._model: Model | None = None
        self._problem: Exception | None = None

    def begin(self, work: Callable[[Model], _Made]) -> "Future[_Made]":
        return self._pool.submit(self._work, work)

    def read_in(self) -> None:
        """The libraries alone, as the gateway starts: they hold the interpreter for moments that
        a request under way would notice. What fails fails again when the model is needed."""
        self._pool.submit(_read_in)

    def end(self) -> None:
        """What was asked is done still: whoever waits for it is a request, not to be broken off."""
        self._pool.shutdown(wait=False)

    def _work(self, work: Callable[[Model], _Made]) -> _Made:
        if self._problem is not None:  # 91 MB are not read again for each request
            raise self._problem
        if self._model is None:
            try:
                self._model = self._load(self._folder)
            except Exception as error:
                self._problem = error
                raise
        return work(self._model)


def _tell(
    loop: asyncio.AbstractEventLoop, done: "Callable[[Future[Any]], None]", future: "Future[Any]"
) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(done, future)


def _read_in() -> None:
    import threadpoolctl

    with_numpy(_MINI_LM)
    del threadpoolctl


def _load_mini_lm(folder: Path) -> Model:
    # here: numpy takes a fifth of a second, and who has no such route never needs it
    from threadpoolctl import threadpool_limits

    with_numpy(_MINI_LM)
    from llmgw_desktop.engine.embedding.minilm import MiniLm

    threadpool_limits(1, "blas")  # for good: more threads than this one would take the loop's core
    return MiniLm(folder)
