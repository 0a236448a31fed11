"""A broker for consents with all that it stands on in a test's hands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from llmgw_desktop.domain.access.consent import (
    ConsentAnswer,
    ConsentDecision,
    ConsentRequest,
    ConsentTerm,
    ConsentWay,
    Grant,
    Peer,
)
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.events import ConsentChanged, Event
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.questions.consents.broker import ConsentBroker, ConsentParts
from tests.support.turned_clock import TurnedClock

CLAUDE = Peer(pid=41822, program="/usr/local/bin/claude", user="you", started_ticks=77)
OTHER = Peer(pid=41900, program="/tmp/evil", user="you", started_ticks=99)
RESOURCE = "http://127.0.0.1:3333/mcp"
REDIRECT = "http://127.0.0.1:33418/callback"
LONG_S = 30.0
"""A patience that a busy machine does not see the end of."""
SCOPES = (Scope.MODELS_USE, Scope.MCP)


def a_request(**other: Any) -> ConsentRequest:
    usual: dict[str, Any] = {
        "client_id": "client-1",
        "client_name": "Claude Code",
        "redirect_uri": REDIRECT,
        "scopes": SCOPES,
        "resource": RESOURCE,
        "address": "127.0.0.1",
        "is_local": True,
    }
    return ConsentRequest(**usual | other)


@dataclass
class ConsentScene:
    """`peers` is by redirect, `grants` what the client was given before."""

    peers: dict[str, Peer] = field(default_factory=lambda: {REDIRECT: CLAUDE})
    grants: list[Grant] = field(default_factory=list)
    running: set[int] = field(default_factory=lambda: {CLAUDE.pid, OTHER.pid})
    decisions: list[ConsentDecision] = field(default_factory=list)
    heard: list[ConsentChanged] = field(default_factory=list)
    has_password: bool = False
    is_store_broken: bool = False
    within_s: float = 3600.0

    def __post_init__(self) -> None:
        self.clock = TurnedClock()
        bus = Bus()
        bus.subscribe(self._hear, ConsentChanged)
        parts = ConsentParts(
            clock=self.clock,
            ids=TimedIds(self.clock),
            bus=bus,
            grants_of=self._grants_of,
            asking_program=lambda request: self.peers.get(request.redirect_uri),
            is_running=lambda peer: peer.pid in self.running,
            log=self.decisions.append,
            has_password=lambda: self.has_password,
        )
        self.broker = ConsentBroker(parts, answer_within_s=self.within_s)
        self.broker.background.within_s = LONG_S

    def allow(self, question_id: str, **other: Any) -> bool:
        usual: dict[str, Any] = {
            "allowed": True,
            "way": ConsentWay.DIALOG,
            "at_s": self.clock.now_s(),
            "scopes": (Scope.MCP,),
        }
        return self.broker.answer(question_id, ConsentAnswer(**usual | other))

    def deny(self, question_id: str) -> bool:
        at_s = self.clock.now_s()
        answer = ConsentAnswer(allowed=False, way=ConsentWay.DIALOG, at_s=at_s)
        return self.broker.answer(question_id, answer)

    def granted(self, **other: Any) -> Grant:
        """As after an answer for eight hours."""
        now_s = self.clock.now_s()
        grant = Grant(
            id="grant-1",
            client_id="client-1",
            client_name="Claude Code",
            scopes=frozenset(SCOPES),
            resource=RESOURCE,
            redirect_uri=REDIRECT,
            term=ConsentTerm.EIGHT_HOURS,
            person="you",
            granted_at_s=now_s,
            expires_at_s=now_s + 8 * 3600,
            peer=CLAUDE,
        )
        grant = replace(grant, **other)
        self.grants.append(grant)
        return grant

    def _grants_of(self, client_id: str) -> list[Grant]:
        if self.is_store_broken:
            raise StoreUnavailable("the disk is gone")
        return [grant for grant in self.grants if grant.client_id == client_id]

    def _hear(self, event: Event) -> None:
        assert isinstance(event, ConsentChanged)
        self.heard.append(event)
