"""What is known before a person is asked: which program it is, and what it was given before."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from llmgw_desktop.domain.access.consent import (
    ConsentRequest,
    ConsentTerm,
    Grant,
    Peer,
    read_redirect,
)
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.engine.loop.tasks import Tasks


def holds(grant: Grant, now_s: float, is_running: Callable[[Peer], bool]) -> bool:
    """It was neither taken back nor has it run out; its program lives, where it depends on it."""
    if grant.revoked_at_s is not None or grant.expires_at_s <= now_s:
        return False
    if grant.term is ConsentTerm.PROGRAM:
        return grant.peer is not None and is_running(grant.peer)
    return True


def standing_grant(
    grants: Iterable[Grant],
    request: ConsentRequest,
    asking: Peer | None,
    *,
    now_s: float,
    is_running: Callable[[Peer], bool],
) -> Grant | None:
    """The longest one that means this request too.

    A client's id is no secret and any program can listen on a loopback port. So a redirect that
    leads off this computer is never remembered, nor is one to a program that is not known, or
    that is not the one which the person let in.
    """
    redirect = read_redirect(request.redirect_uri)
    if not redirect.is_loopback or not request.is_local or asking is None:
        return None
    fitting = [
        grant
        for grant in grants
        if grant.client_id == request.client_id
        and read_redirect(grant.redirect_uri).without_port == redirect.without_port
        and grant.resource == request.resource
        and grant.scopes.issuperset(request.scopes)
        and _is_same_program(grant, asking)
        and holds(grant, now_s, is_running)
    ]
    return max(fitting, key=lambda grant: grant.expires_at_s, default=None)


def _is_same_program(grant: Grant, asking: Peer) -> bool:
    known = grant.peer
    if known is None or not known.program:
        return False
    if grant.term is ConsentTerm.PROGRAM:
        return (known.pid, known.started_ticks) == (asking.pid, asking.started_ticks)
    return (known.program, known.user) == (asking.program, asking.user)


_log = logging.getLogger(__name__)
_T = TypeVar("_T")

LOOKS_WITHIN_S = 1.0
"""It takes 50 ms, and longer on a busy computer. A person must see the question soon. What is not
known until then makes it stricter, never laxer: an unknown program gets eight hours at most, and
nothing is remembered."""


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
