"""`GET /v1/limits`: what a client may still spend, and what its limits refused.

Everybody reads his own. Who may see operations reads all, with `?of=all` or `?of=NAME`.
`POST /v1/keys/changed` tells that another process made or revoked keys.
"""

from collections.abc import Callable
from urllib.parse import parse_qs

import orjson

from llmgw_desktop.domain.access_errors import MissingScope
from llmgw_desktop.domain.policy import ClientStanding
from llmgw_desktop.domain.principal import SCOPE_WORDS, Principal, Scope
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.caller import JSON
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.policy.policies import Policies

PATH = "/v1/limits"
KEYS_PATH = "/v1/keys/changed"
_ALL = "all"
_SEES_ALL = frozenset({Scope.OPERATIONS, Scope.ADMIN})


class LimitsDoor:
    """Answers in the gateway's own words."""

    def __init__(self, policies: Policies, gate: Gate, look: Callable[[], None]) -> None:
        """`look` sees which keys open no more."""
        self._policies = policies
        self._gate = gate
        self._look = look

    async def answer(self, caller: HttpCaller) -> None:
        principal = self._gate.known(caller)
        if principal.job:
            raise MissingScope("A run's key opens the doors of models and nothing else.")
        of = parse_qs(caller.query, keep_blank_values=True).get("of", [""])[0]
        standings = self._others(principal, of) if of else (self._policies.standing_of(principal),)
        from llmgw_desktop.wire.standings import standing_object  # nobody asks at a start

        told = {"total": len(standings), "limits": [standing_object(each) for each in standings]}
        await caller.reply(200, JSON, orjson.dumps(told))

    async def keys_changed(self, caller: HttpCaller) -> None:
        self._look()
        await caller.reply(200, JSON, b'{"seen":true}')

    def _others(self, principal: Principal, of: str) -> tuple[ClientStanding, ...]:
        """Raises MissingScope."""
        if not _SEES_ALL & principal.scopes:
            raise MissingScope(
                f"This client reads its own limits alone: it may not"
                f" {SCOPE_WORDS[Scope.OPERATIONS]}, for it has not the scope '{Scope.OPERATIONS}'."
            )
        standings = self._policies.standings()
        if of == _ALL:
            return standings
        return tuple(each for each in standings if of in (each.client_id, each.name))


def add_doors(table: DoorTable, door: LimitsDoor, plain: Dialect) -> None:
    # which of its scopes a client has is nothing to its own limits: the door asks who it is
    table.add("GET", PATH, OwnDoor(dialect=plain, answer=door.answer, scope=None))
    changed = OwnDoor(dialect=plain, answer=door.keys_changed, scope=Scope.ADMIN)
    table.add("POST", KEYS_PATH, changed)
