"""Every limit, as the vendors' own clients meet it: in their own error, with their own words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import errors, types

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.engine.policy.reservations import ProviderModel, RequestEstimate
from llmgw_desktop.store.access.clients import ClientStore
from tests.engine.conftest import House, house_in

RULES = """
[[prices]]
provider = "*"
model = "gpt-*"
input = 1000
output = 1000
[clients.forbidden]
models = ["claude-*"]
[clients.expired]
expires = 2020-01-31
[clients.unpriced]
budgets = [{ usd = 5, per = "day" }]
[clients.rate]
rate_limits = [{ requests = 1, per = "hour" }]
[clients.parallel]
parallel = 1
[clients.money]
budgets = [{ usd = 0.000001, per = "month" }]
[clients.tokens]
budgets = [{ tokens = 1, per = "month" }]
"""


def _forbidden(code: str) -> tuple[int, str, str, str, str]:
    return 403, "permission_error", "permission_error", code, "PERMISSION_DENIED"


TOO_MUCH = (
    429,
    "rate_limit_error",
    "rate_limit_error",
    "rate_limit_exceeded",
    "RESOURCE_EXHAUSTED",
)
NO_MONEY = (
    *(429, "rate_limit_error", "insufficient_quota", "insufficient_quota"),
    "RESOURCE_EXHAUSTED",
)
"""Status; Anthropic's type; OpenAI's type and code; Google's status."""
LIMITS: Mapping[str, tuple[tuple[int, str, str, str, str], str]] = {
    "forbidden": (_forbidden("model_forbidden"), "may not use"),
    "expired": (_forbidden("client_expired"), "is over"),
    "unpriced": (_forbidden("price_unknown"), "no price is known"),
    "rate": (TOO_MUCH, "may use 1 request in 3600 s"),
    "parallel": (TOO_MUCH, "under way"),
    "money": (NO_MONEY, "has used up its budget of 1e-06 US dollars a month"),
    "tokens": (NO_MONEY, "has used up its budget of 1 token a month"),
}
SPENT = ("rate", "money", "tokens")
MESSAGES: Any = [{"role": "user", "content": "Hello"}]


@dataclass
class Refused:
    """What a program sees of it."""

    status: int
    kind: str
    code: str | None
    words: str
    headers: Mapping[str, str]


async def test_each_client_meets_each_limit(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", RULES) as house:
        keys = _keys(house)
        for limit in SPENT:
            body = {"model": "gpt-stub", "messages": MESSAGES}
            own = {"Authorization": f"Bearer {keys[limit]}"}
            async with house.post("/v1/chat/completions", body, **own) as answer:
                assert answer.status == 200
        _hold_one(house, "parallel")
        for limit, (told, words) in LIMITS.items():
            model = "claude-stub" if limit == "unpriced" else "gpt-stub"
            retries = 0 if told is TOO_MUCH else 2
            before = len(house.closed)
            met = [
                await asyncio.to_thread(ask, house.url, keys[limit], model, retries)
                for ask in (_messages, _chat, _responses, _google)
            ]
            status, of_anthropic, of_openai, code, of_google = told
            kinds = [of_anthropic, of_openai, of_openai, of_google]
            assert [(each.status, each.kind) for each in met] == [(status, it) for it in kinds]
            assert {each.code for each in met[1:3]} == {code}, limit
            assert all(words in each.words for each in met), met
            if limit == "rate":
                assert all(3000 < int(each.headers["retry-after"]) <= 3600 for each in met)
            assert len(house.closed) - before == len(met), f"{limit}: one of them tried again"
        assert len(house.lane.requests) == len(SPENT)


def _keys(house: House) -> dict[str, str]:
    clock = SystemClock()
    store = ClientStore(house.container.places.gateway_db, clock)
    try:
        made = ClientKeys(store, clock, TimedIds(clock))
        return {limit: made.add(limit, [Scope.MODELS_USE]) for limit in LIMITS}
    finally:
        store.close()


def _hold_one(house: House, name: str) -> None:
    """As if a request of this client were under way."""
    clients = house.container.access.clients
    assert clients is not None
    found = next(each for each in clients.active() if each.name == name)
    who = Principal(client_id=found.id, name=name, scopes=found.scopes)
    place = ProviderModel("chat", "gpt-stub")
    wish = RequestEstimate(model="gpt-stub", places=(place,), input_tokens=1, output_tokens=1)
    assert house.container.engine.pipeline.policies.admit(who, wish) is not None


def _messages(url: str, key: str, model: str, retries: int) -> Refused:
    with (
        anthropic.Anthropic(base_url=url, api_key=key, max_retries=retries) as client,
        pytest.raises(anthropic.APIStatusError) as met,
    ):
        client.messages.create(model=model, max_tokens=8, messages=MESSAGES)
    error: Any = met.value
    of_status = {403: anthropic.PermissionDeniedError, 429: anthropic.RateLimitError}
    assert type(error) is of_status[error.status_code]
    return Refused(
        error.status_code, error.body["error"]["type"], None, str(error), error.response.headers
    )


def _chat(url: str, key: str, model: str, retries: int) -> Refused:
    return _openai(
        url, key, retries, lambda it: it.chat.completions.create(model=model, messages=MESSAGES)
    )


def _responses(url: str, key: str, model: str, retries: int) -> Refused:
    return _openai(url, key, retries, lambda it: it.responses.create(model=model, input="Hello"))


def _openai(url: str, key: str, retries: int, ask: Callable[[openai.OpenAI], object]) -> Refused:
    with (
        openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=retries) as client,
        pytest.raises(openai.APIStatusError) as met,
    ):
        ask(client)
    error: Any = met.value
    of_status = {403: openai.PermissionDeniedError, 429: openai.RateLimitError}
    assert type(error) is of_status[error.status_code]
    return Refused(error.status_code, error.type, error.code, str(error), error.response.headers)


def _google(url: str, key: str, model: str, retries: int) -> Refused:
    del retries
    options = types.HttpOptions(base_url=url)
    with (
        genai.Client(api_key=key, http_options=options) as client,
        pytest.raises(errors.ClientError) as met,
    ):
        client.models.generate_content(model=model, contents="Hello")
    error: Any = met.value
    return Refused(error.code, error.status, None, str(error), error.response.headers)
