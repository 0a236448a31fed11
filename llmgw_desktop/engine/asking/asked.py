"""A question that was put to a model: its text as it comes, and how it ended."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.engine.asking.failure import AskFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class AskResult:
    """The whole answer, or as much as came and why there is no more."""

    text: str = ""
    model: str = ""
    """The one that answered, as its provider calls it."""
    provider: str = ""
    account: str = ""
    """As `account_id` names it."""
    usage: Usage = UNKNOWN_USAGE
    cost_usd: float | None = None
    stop_reason: str | None = None
    fell_back: bool = False
    """Another than the first candidate answered."""
    flight_id: str = ""
    """Empty where there was none, because it was not admitted."""
    took_ms: float = 0.0
    error: AskFailed | None = None

    @property
    def is_well(self) -> bool:
        return self.error is None


class Asked:
    """Iterate it for pieces of text, each what has come since the last, any number of times and
    from the beginning, or not at all; `result()` never raises but CancelledError.

    Whoever is cancelled while he waits here cancels the question, and so does leaving an
    `async with` of it: the provider's connection is closed then.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._news: asyncio.Future[None] | None = None
        self._result: AskResult | None = None
        self._stop: Callable[[], object] = lambda: None

    async def __aiter__(self) -> AsyncIterator[str]:
        read = 0
        while True:
            if said := "".join(self._pieces[read:]):
                read = len(self._pieces)
                yield said
            elif self._result is not None:
                return
            else:
                await self._wait()

    async def result(self) -> AskResult:
        while self._result is None:
            await self._wait()
        return self._result

    @property
    def text(self) -> str:
        """So far."""
        return "".join(self._pieces)

    @property
    def is_done(self) -> bool:
        return self._result is not None

    def cancel(self) -> None:
        """Nobody wants the answer any more; the result says so when the provider is let go."""
        self._stop()

    async def __aenter__(self) -> "Asked":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cancel()
        await self.result()

    def starts(self, stop: Callable[[], object]) -> None:
        """For whoever asks: how it is cancelled."""
        self._stop = stop

    def says(self, piece: str) -> None:
        """For whoever asks."""
        self._pieces.append(piece)
        self._tell()

    def ends(self, result: AskResult) -> None:
        """For whoever asks; only the first end counts."""
        if self._result is None:
            self._result = result
            self._tell()

    def _tell(self) -> None:
        if self._news is not None:
            self._news.set_result(None)
            self._news = None

    async def _wait(self) -> None:
        if self._news is None:
            self._news = asyncio.get_running_loop().create_future()
        try:
            await asyncio.shield(self._news)
        except asyncio.CancelledError:
            self.cancel()
            raise
