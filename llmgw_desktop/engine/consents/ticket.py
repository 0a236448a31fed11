"""One browser that waits for the answer to a question; several may wait for the same one."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from llmgw_desktop.domain.consent import ConsentOutcome, ConsentQuestion

COMES_WITHIN_S = 15.0
"""From the page to the address that it waits at. A browser that was never there has gone."""
RETURNS_WITHIN_S = 4.0
"""From a broken connection to the next one: a page that is loaded again."""


class Ticket:
    """Given by the broker. `present` is held while the browser's connection waits; a browser that
    is away for too long has left, and a question that nobody waits for is withdrawn."""

    def __init__(
        self, question: ConsentQuestion, left: Callable[["Ticket"], None] = lambda _: None
    ) -> None:
        self.id = secrets.token_urlsafe(18)
        self.question = question
        self._left = left
        self._loop = asyncio.get_running_loop()
        self._outcome: asyncio.Future[ConsentOutcome] = self._loop.create_future()
        self._here = 0
        self._away: asyncio.TimerHandle | None = None
        self._is_over = False

    @property
    def decided(self) -> ConsentOutcome | None:
        """None while it waits."""
        return self._outcome.result() if self._outcome.done() else None

    @property
    def connections(self) -> int:
        """Of this browser, that wait."""
        return self._here

    async def outcome(self) -> ConsentOutcome:
        """May be awaited by several, and again."""
        return await asyncio.shield(self._outcome)

    @contextmanager
    def present(self) -> Iterator[None]:
        """The browser is here."""
        self._here += 1
        self._stop_timer()
        try:
            yield
        finally:
            self._here -= 1
            if not self._here:
                self.expect_within(RETURNS_WITHIN_S)

    def expect_within(self, seconds: float) -> None:
        """It has left if it does not come until then."""
        self._stop_timer()
        if not self._is_over:
            self._away = self._loop.call_later(seconds, self.leave)

    def leave(self) -> None:
        """The browser does not come back."""
        if not self._is_over:
            self._is_over = True
            self._stop_timer()
            self._left(self)

    def decide(self, outcome: ConsentOutcome) -> None:
        """The broker has the answer."""
        self._is_over = True
        self._stop_timer()
        if not self._outcome.done():
            self._outcome.set_result(outcome)

    def _stop_timer(self) -> None:
        if self._away is not None:
            self._away.cancel()
            self._away = None
