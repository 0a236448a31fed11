"""Routers, questions and requests made up for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from multidict import CIMultiDict

from llmgw_desktop.domain.access.principal import LOCAL, Principal
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import Account, ModelProtocol, Provider, ProviderKind
from llmgw_desktop.domain.routing.route import (
    Alias,
    RouteDecision,
    RouteMatch,
    RouteQuestion,
    RouteRule,
    RouteTarget,
    Strategy,
)
from llmgw_desktop.domain.settings.tables import RoutingSettings
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.engine.routing.router import Router

CHAT, MESSAGES = ModelProtocol.OPENAI_CHAT, ModelProtocol.ANTHROPIC


def provider(
    name: str,
    kind: str,
    *models: str,
    enabled: bool = True,
    accounts: Sequence[Account] = (Account(api_key="k"),),
) -> Provider:
    return Provider(
        name=name,
        kind=ProviderKind(kind),
        base_url="http://127.0.0.1:1",
        models=models,
        enabled=enabled,
        accounts=tuple(accounts),
    )


def account(name: str, **facts: Any) -> Account:
    return Account(name=name, **{"api_key": "k", **facts})


def rule(name: str, *to: str, strategy: str = "pinned", **facts: Any) -> RouteRule:
    """`to` as in the settings; what RouteMatch knows goes there, the rest into the rule."""
    own = {key: facts.pop(key) for key in ("enabled", "keeps_conversations") if key in facts}
    targets = []
    for text in to:
        place, _, model = text.partition(":")
        where_, _, account_ = place.partition("/")
        targets.append(RouteTarget(provider=where_, account=account_, model=model))
    return RouteRule(
        name=name,
        match=RouteMatch(**facts),
        to=tuple(targets),
        strategy=Strategy(strategy),
        **own,
    )


def routing(
    providers: Sequence[Provider] = (),
    *rules: RouteRule,
    aliases: Mapping[str, Sequence[str]] | None = None,
    strategy: str = "account-pool-first",
    keep_conversations: bool = True,
    **more: Any,
) -> Router:
    return Router(
        Settings(
            providers=tuple(providers),
            routes=rules,
            aliases=tuple(Alias(name=name, to=tuple(to)) for name, to in (aliases or {}).items()),
            routing=RoutingSettings(
                strategy=Strategy(strategy), keep_conversations=keep_conversations
            ),
        ),
        **more,
    )


def asking(model: str, protocol: ModelProtocol = CHAT, **facts: Any) -> RouteQuestion:
    return RouteQuestion(protocol=protocol, model=model, **facts)


def decided(
    router: Router, model: str, protocol: ModelProtocol = CHAT, **facts: Any
) -> RouteDecision:
    return router.explain(asking(model, protocol, **facts))


def where(router: Router, protocol: ModelProtocol, model: str) -> tuple[str, str]:
    candidate = decided(router, model, protocol).candidates[0]
    return candidate.upstream.provider, candidate.model


def names(decision: RouteDecision) -> list[str]:
    """The accounts in their order."""
    return [candidate.upstream.account for candidate in decision.candidates]


def request(
    model: str = "m",
    protocol: ModelProtocol = CHAT,
    *,
    fields: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
    principal: Principal = LOCAL,
    operation: Operation = Operation.GENERATE,
    project: str = "",
) -> ModelRequest:
    body = {"model": model, **(fields or {})}
    return ModelRequest(
        flight_id="flt_1",
        principal=principal,
        protocol=protocol,
        operation=operation,
        model=model,
        streaming=False,
        body=json.dumps(body).encode(),
        fields=body,
        headers=CIMultiDict(headers or {}),
        project=project,
    )


class Books:
    """Health as a test wants it."""

    def __init__(self) -> None:
        self.whys: dict[str, str] = {}
        self.quota: dict[str, float] = {}
        self.pace: dict[str, float] = {}

    def why_not(self, account: str, model: str) -> str:
        return self.whys.get(f"{account}:{model}") or self.whys.get(account, "")

    def latency_ms(self, account: str) -> float | None:
        return self.pace.get(account)

    def quota_left(self, account: str) -> float | None:
        return self.quota.get(account)
