"""What is known before a person is asked: which program it is, and what it was given before."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from llmgw_desktop.domain.consent import ConsentRequest, Grant, Peer
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.engine.tasks import Tasks

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

LOOKS_WITHIN_S = 0.2
"""A person must see the question soon. What is not known until then makes it stricter, never
laxer: an unknown program gets eight hours at most, and nothing is remembered."""


class Background:
    """Looks off the loop, at both at once."""

    def __init__(
        self,
        asking_program: Callable[[ConsentRequest], Peer | None],
        grants_of: Callable[[str], Sequence[Grant]],
        tasks: Tasks,
        *,
        within_s: float = LOOKS_WITHIN_S,
    ) -> None:
        self._asking_program = asking_program
        self._grants_of = grants_of
        self._tasks = tasks
        self.within_s = within_s

    async def of(self, request: ConsentRequest) -> tuple[Peer | None, Sequence[Grant]]:
        peer = self._tasks.start(
            asyncio.to_thread(self._asking_program, request), name="find the program that asks"
        )
        grants = self._tasks.start(
            asyncio.to_thread(self._grants, request.client_id), name="find what it was allowed"
        )
        await asyncio.wait((peer, grants), timeout=self.within_s)
        return _result(peer, None), _result(grants, ())

    def _grants(self, client_id: str) -> Sequence[Grant]:
        try:
            return self._grants_of(client_id)
        except StoreError as error:
            _log.warning("what a program was allowed before is not known: %s", error)
            return ()


def _result(task: "asyncio.Task[_T]", default: _T) -> _T:
    """What failed is in the log already."""
    is_known = task.done() and not task.cancelled() and task.exception() is None
    return task.result() if is_known else default
