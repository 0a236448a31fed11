"""Whether there is room for a request: by the connection that it came on, and whose that is."""

from typing import cast

from llmgw_desktop.domain.errors import GatewayClosed
from llmgw_desktop.domain.principal import Principal, Scope
from llmgw_desktop.domain.turned_back import TooManyConnections, TurnedBack
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.caller import Caller
from llmgw_desktop.engine.front.crowd import Crowd
from llmgw_desktop.engine.front.doors import Door, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.http_connection import DoorConnection
from llmgw_desktop.engine.front.http_request import DoorRequest
from llmgw_desktop.engine.policy.policies import Policies

_OF_PROGRAMS = (Scope.MODELS_USE, Scope.MCP)
"""What a flood may come for. All else the person asks with the key of this computer."""


class Room:
    """Of one door. The gate tells it who has shown a key."""

    def __init__(self, crowd: Crowd, gate: Gate, policies: Policies) -> None:
        self._crowd = crowd
        self._gate = gate
        self._policies = policies
        gate.arrived = self._arrived

    def check(self, request: DoorRequest, door: Door, caller: HttpCaller) -> None:
        """Of those who came too many only the person is served, who asks the gateway about itself.
        Raises GatewayClosed, TooManyConnections."""
        if request.surplus is not None:
            is_question = isinstance(door, OwnDoor) and door.scope not in _OF_PROGRAMS
            if not (is_question and self._gate.is_person(caller)):
                raise request.surplus
        elif isinstance(door, OwnDoor) and door.scope is None and not caller.presented_keys:
            try:
                self._crowd.check_stranger(cast("DoorConnection", request.protocol))
            except TooManyConnections:
                caller.ends_here()
                raise

    def _arrived(self, caller: Caller, principal: Principal, scope: Scope) -> None:
        """Raises ClientPaused, TooManyConnections, GatewayClosed."""
        protocol_of = getattr(caller.connection, "get_protocol", None)  # no uvloop's is asyncio's
        held = protocol_of() if protocol_of is not None else None
        if not isinstance(held, DoorConnection):
            return
        try:
            self._policies.check_paused(principal)
            held.crowd.known(held, principal, is_own=scope not in _OF_PROGRAMS)
        except (TurnedBack, GatewayClosed) as error:
            if isinstance(caller, HttpCaller):
                caller.ends_here()
            if isinstance(error, TurnedBack):
                self._policies.refused(principal, error)
            raise
