"""The requests that are being answered: whose they are, and how they are ended early.

Beside those for a model there are who asks the gateway itself and may listen for long (a job's
events, an MCP stream). A revocation ends both; a stop waits for the first alone.
"""

import asyncio
from collections.abc import Collection
from typing import Any

Run = asyncio.Task[Any] | None
"""The task that answers, which may go on to the next request of a connection."""


class InFlightRequests:
    """On the loop."""

    def __init__(self) -> None:
        self._owners: dict[Run, str] = {}
        self._listening: dict[Run, str] = {}
        self._revoked: set[Run] = set()
        self._drained: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(self._owners)

    @property
    def clients(self) -> frozenset[str]:
        """The ids of those who wait for an answer."""
        return frozenset((*self._owners.values(), *self._listening.values()))

    def begin(self, client_id: str) -> Run:
        """In the task that answers."""
        run = asyncio.current_task()
        self._owners[run] = client_id
        return run

    def end(self, run: Run) -> None:
        self._owners.pop(run, None)
        self._revoked.discard(run)
        if self._drained is not None and not self._owners:
            self._drained.set_result(None)
            self._drained = None

    def listens(self, client_id: str) -> Run:
        """In the task that answers; a run for a model may begin and end within."""
        run = asyncio.current_task()
        self._listening[run] = client_id
        return run

    def leaves(self, run: Run) -> None:
        self._listening.pop(run, None)
        self._revoked.discard(run)

    def cut(self, client_ids: Collection[str]) -> None:
        """Their access was taken back: what runs for them ends now, with an error. Who asked for
        just that gets his answer."""
        own = _own()
        for run, client_id in {**self._listening, **self._owners}.items():
            is_theirs = client_id in client_ids and run is not own
            if run is not None and is_theirs and run not in self._revoked:
                self._revoked.add(run)
                run.cancel()

    def was_cut(self, run: Run) -> bool:
        """In a run that was cancelled: by `cut` and by nobody else. Then it goes on."""
        return run is not None and run in self._revoked and run.uncancel() == 0

    async def drained(self) -> None:
        """Returns when the last one has ended."""
        while self._owners:
            if self._drained is None:
                self._drained = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._drained)

    async def break_off(self) -> None:
        """End what still runs; each caller is told, none takes a part for the whole."""
        runs = [run for run in self._owners if run is not None]
        for run in runs:
            run.cancel()
        if runs:
            await asyncio.wait(runs, timeout=1)


def _own() -> Run:
    """None in a window's event."""
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None
