"""Who is it, and may it: what stands between a caller and the work, in one place."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from llmgw_desktop.domain.access.access_errors import (
    MissingScope,
    ScopeNotAllowed,
    TurnedBack,
    Unauthenticated,
)
from llmgw_desktop.domain.access.principal import (
    LABEL_HEADER,
    PIN_MARK,
    SCOPE_WORDS,
    WORDS,
    Principal,
    PrincipalKind,
    Scope,
    is_label,
    pinned_as,
)
from llmgw_desktop.domain.audit import cleaned
from llmgw_desktop.domain.errors import GatewayClosed, MalformedRequest
from llmgw_desktop.domain.events import GatewayState
from llmgw_desktop.domain.routing.hops import HopMark
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.access.authenticator import RUN_HEADER, Authenticator
from llmgw_desktop.engine.exchange.caller import Caller, notes_of
from llmgw_desktop.wire.headers import KEY_MARK

_log = logging.getLogger(__name__)

EVERY_S = 60.0
MOST_ADDRESSES = 8
"""Told by name; the rest is "others"."""


_OF_PINS = (Scope.MODELS_USE, Scope.MODELS_LIST)
_CLOSED_WORDS = {
    GatewayState.PAUSED: "The gateway is paused; resume it from its window or tray icon.",
    GatewayState.STOPPING: "The gateway is stopping.",
}


class Challenging(Protocol):
    """What a program that is not let in is told: how it might be."""

    def unknown(self, path: str, scope: Scope, *, has_key: bool) -> str: ...

    def lacking(self, path: str, principal: Principal, scope: Scope) -> str: ...


class Arrivals(Protocol):
    """Hears whose the connections are."""

    def arrived(self, caller: Caller, principal: Principal, scope: Scope) -> None:
        """Whose one is. May raise TurnedBack, GatewayClosed."""

    def unknown(self, caller: Caller) -> None:
        """Whose key is none. May raise TurnedBack, where its address has too many such."""


@value(kw_only=False)
class LetIn:
    """Who came in by a head, and for what."""

    keys: int
    """The state of all keys by which he was found: by another one he is to be found again."""
    scope: Scope
    holder: Principal
    """Whose key it is."""
    principal: Principal
    """The same, with what the head says of him."""


class Gate:
    """Every door asks here before a body is read or anything is sent on."""

    def __init__(
        self,
        authenticator: Authenticator,
        *,
        before: Callable[[], None] = lambda: None,
        challenges: Challenging | None = None,
        hops: HopMark | None = None,
        arrivals: Arrivals | None = None,
    ) -> None:
        """`before` runs ahead of every decision, so that it is made by the settings of now.
        Without `hops` a request that comes back is not known."""
        self._authenticator = authenticator
        self._before = before
        self._challenges = challenges
        self._hops = hops
        self._arrivals = arrivals
        self.refusals = Refusals()
        self.state = GatewayState.STARTING

    def admit(self, caller: Caller, scope: Scope) -> Principal:
        """Raises Unauthenticated, UnnamedPerson, MalformedRequest (two keys, or a label that is
        none), TurnedBack, MissingScope, GatewayClosed."""
        notes = notes_of(caller)
        if notes is None:
            principal = self.known(caller, scope)
            self.check_scope(principal, scope, caller.path)
            return principal
        self._before()
        keys, before = self._authenticator.state_of_keys, notes.admission
        if isinstance(before, LetIn) and before.keys == keys and before.scope is scope:
            principal = before.principal
            self._arrives(caller, before.holder, scope)
        else:
            holder, principal = self._found(caller, scope)
            if self._authenticator.is_lasting(holder) and not caller.header_lines(RUN_HEADER):
                notes.admission = LetIn(keys, scope, holder, principal)
        self.check_scope(principal, scope, caller.path)
        return principal

    def known(self, caller: Caller, scope: Scope = Scope.MODELS_LIST) -> Principal:
        """Who it is, whatever it may; `scope` is what a program is told to ask for. Raises
        Unauthenticated, UnnamedPerson, MalformedRequest, TurnedBack."""
        self._before()
        return self._found(caller, scope)[1]

    def _found(self, caller: Caller, scope: Scope) -> tuple[Principal, Principal]:
        """Whose key it is, and the same with what his request says of him. Raises as `known`."""
        try:
            principal = self._identified(caller, scope)
        except Unauthenticated as error:
            self.refusals.note(caller.address)
            if self._arrivals is not None:
                self._arrivals.unknown(caller)
            if self._challenges is not None:
                has_key = bool(caller.presented_keys)
                error.challenge = self._challenges.unknown(caller.path, scope, has_key=has_key)
            raise
        self._arrives(caller, principal, scope, is_new=True)
        holder = principal
        if principal.kind is PrincipalKind.KEY and not caller.is_from_here:
            principal = replace(principal, came_from_elsewhere=True)
        said = caller.header_lines(LABEL_HEADER)
        if principal.job:  # what holds for whoever asked for the run
            return holder, pinned_as(principal, said[0]) if said else principal
        if not said:
            return holder, principal
        principal = _labelled(principal, said)
        if scope not in _OF_PINS and principal.label.startswith(PIN_MARK):
            raise MalformedRequest(
                "A pinned folder's base URL takes requests for models alone: what a run or a tool"
                " asks would not leave through the folder's account."
            )
        return holder, principal

    def _arrives(
        self, caller: Caller, holder: Principal, scope: Scope, *, is_new: bool = False
    ) -> None:
        """`is_new`: nobody has looked yet which way his request came. Raises TurnedBack."""
        try:
            if is_new:
                self._check_way(caller)
            if self._arrivals is not None:
                self._arrivals.arrived(caller, holder, scope)
        except TurnedBack as error:
            error.client_id, error.client = holder.client_id, holder.name
            raise

    def is_person(self, caller: Caller) -> bool:
        """Whether this computer's person asks; nothing is noted of whoever does not."""
        return self._authenticator.is_person(caller)

    def check_scope(self, principal: Principal, scope: Scope, path: str) -> None:
        """What came in by this path. Raises MissingScope with the way to more, GatewayClosed."""
        try:
            self._check(principal, scope)
        except MissingScope as error:
            if self._challenges is not None:
                error.challenge = self._challenges.lacking(path, principal, scope)
            raise

    def allow(self, principal: Principal, scope: Scope) -> None:
        """One who was let in already asks for more. Raises MissingScope, GatewayClosed."""
        self._before()
        self._check(principal, scope)

    def _check_way(self, caller: Caller) -> None:
        """Not before it is known who asks: the words name gateways."""
        if self._hops is not None:
            self._hops.check(caller.header_lines)

    def _identified(self, caller: Caller, scope: Scope) -> Principal:
        """A run of a CLI asks for models in the name of whoever asked for the run."""
        run = self._authenticator.run_of(caller) if scope is Scope.MODELS_USE else None
        principal = run or self._authenticator.identify(caller)
        if principal.door and principal.door != caller.path:
            raise Unauthenticated  # a token for another audience is none here
        return principal

    def _check(self, principal: Principal, scope: Scope) -> None:
        if scope not in principal.scopes and principal.kind is PrincipalKind.OAUTH:
            raise ScopeNotAllowed(
                f"This program may not {SCOPE_WORDS[scope]}: it was let in without the scope "
                f"'{scope}'."
            )
        if scope not in principal.scopes:
            raise MissingScope(
                f"This client may not {SCOPE_WORDS[scope]}: its key has not the scope '{scope}'."
            )
        if scope is Scope.MODELS_USE:
            self.check_open()

    def check_open(self) -> None:
        """Whether anything new may begin. Raises GatewayClosed."""
        if self.state is not GatewayState.RUNNING:
            raise GatewayClosed(_CLOSED_WORDS.get(self.state, "The gateway is not running."))

    @property
    def is_stopping(self) -> bool:
        return self.state is GatewayState.STOPPING


def _labelled(principal: Principal, said: Sequence[str]) -> Principal:
    """With what the caller says of itself. One that is no good is refused: what its table narrows
    would not be narrowed."""
    label = said[0]
    if any(other != label for other in said[1:]):
        raise MalformedRequest("The request says twice who calls (X-LLMGW-Caller, /as/…).")
    if not is_label(label) or KEY_MARK in label:  # labels get written down
        raise MalformedRequest(
            f"Who calls (X-LLMGW-Caller, or the part after /as/ of the path) is to be {WORDS}."
        )
    if cleaned(label) != label:
        raise MalformedRequest(
            "Who calls (X-LLMGW-Caller, or the part after /as/ of the path) is a name, and what is "
            "there looks like a key."
        )
    return replace(principal, label=label)


class Refusals:
    """Wrong keys, counted: however many come, the log gets a line a minute and memory stays small.
    `note` each; the line comes when the minute is over."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._count = 0
        self._of: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def note(self, address: str) -> None:
        """On the loop."""
        self._count += 1
        if address in self._of or len(self._of) < MOST_ADDRESSES:
            self._of[address] += 1
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._every_s, self.tell)

    def tell(self) -> None:
        """What was counted since the last line; nothing, where nothing was."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._count:
            return
        told = [f"{address or 'no address'} ({count:,})" for address, count in self._of.items()]
        others = self._count - self._of.total()
        told += [f"others ({others:,})"] if others else []
        words = "request" if self._count == 1 else "requests"
        _log.warning(
            "%s %s without a valid key, from %s", f"{self._count:,}", words, ", ".join(told)
        )
        self._count = 0
        self._of.clear()
