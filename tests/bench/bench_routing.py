"""What routing costs a request, in microseconds: `python tests/bench/bench_routing.py`.

200 rules and 50 accounts. Single calls in a loop, CPU time, the best of several rounds; it needs no
network and no other program. The rules stand before the one that matches, so that a first request
goes through all of them; the case of today is one provider with one account.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from bench_wire import BIG, REQUEST_HEADERS, SMALL, microseconds

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import Account, ModelProtocol, Provider, ProviderKind
from llmgw_desktop.domain.routing.route import RouteMatch, RouteRule, RouteTarget, Strategy
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.engine.routing.router import Router
from llmgw_desktop.wire.json_edits import read_request

RULES, PROVIDERS, ACCOUNTS = 200, 5, 10
CLAUDE = ModelProtocol.ANTHROPIC


class Books:
    """Health that knows something of every account, as it is looked up: by its name."""

    def __init__(self, accounts: list[str]) -> None:
        self._whys: dict[str, str] = {}
        self._models: dict[tuple[str, str], str] = {}
        self._quota = dict.fromkeys(accounts, 0.5)
        self._pace = {name: 400.0 + at for at, name in enumerate(accounts)}

    def why_not(self, account: str, model: str) -> str:
        return self._whys.get(account, "") or self._models.get((account, model), "")

    def latency_ms(self, account: str) -> float | None:
        return self._pace.get(account)

    def quota_left(self, account: str) -> float | None:
        return self._quota.get(account)


def _providers() -> tuple[Provider, ...]:
    return tuple(
        Provider(
            name=f"p{number}",
            kind=ProviderKind.ANTHROPIC,
            base_url="http://127.0.0.1:1",
            accounts=tuple(Account(name=f"a{at}", api_key="k") for at in range(ACCOUNTS)),
        )
        for number in range(PROVIDERS)
    )


def _rule(number: int, **match: object) -> RouteRule:
    return RouteRule(
        name=f"r{number}",
        match=RouteMatch(**match),  # type: ignore[arg-type]
        to=tuple(RouteTarget(provider=f"p{at}") for at in range(PROVIDERS)),
        strategy=Strategy.AUTOMATIC if number % 2 else Strategy.ACCOUNT_POOL_FIRST,
    )


def _router(last: int, *, sized: bool = False) -> Router:
    """A rule of number `last` matches all, after RULES - 1 that never do."""
    shapes = ("gpt-{}-*", "*-{}-mini", "o{}", "*x{}*y*", "gemini-{}-?-*")
    rules = [
        _rule(2 * number, model=shapes[number % len(shapes)].format(number), client="c*")
        for number in range(RULES - 1)
    ]
    if sized:
        rules[0] = _rule(0, max_input_tokens=1)
    providers = _providers()
    accounts = [f"{each.name}/{account.name}" for each in providers for account in each.accounts]
    settings = Settings(providers=providers, routes=(*rules, _rule(last)))
    return Router(settings, health=Books(accounts))


def _request(body: bytes, headers: object = REQUEST_HEADERS) -> ModelRequest:
    fields, _, _ = read_request(body)
    return ModelRequest(
        flight_id="flt_1",
        principal=LOCAL,
        protocol=CLAUDE,
        operation=Operation.GENERATE,
        model="claude-sonnet-5",
        streaming=True,
        body=body,
        fields=fields,
        headers=headers,  # type: ignore[arg-type]
    )


def _cold(router: Router, request: ModelRequest) -> Callable[[], object]:
    def first() -> object:
        router._plans.clear()
        return router.route(request)

    return first


def cases() -> dict[str, Callable[[], object]]:
    one = Provider(
        name="one",
        kind=ProviderKind.ANTHROPIC,
        base_url="http://127.0.0.1:1",
        accounts=(Account(api_key="k"),),
    )
    alone = Router(Settings(providers=(one,)))
    pool, automatic, sized = _router(0), _router(1), _router(0, sized=True)
    known, bare, big = _request(SMALL), _request(SMALL, {}), _request(BIG, {})
    kept = _router(0)
    decision = kept.route(known)
    kept.answered(known, decision, decision.candidates[20])
    return {
        "one provider, one account": lambda: alone.route(known),
        "200 rules, 50 accounts": lambda: pool.route(known),
        "  a conversation that stays": lambda: kept.route(known),
        "  no mark of a conversation, 1 KB": lambda: pool.route(bare),
        "  no mark of a conversation, 50 KB": lambda: pool.route(big),
        "  automatic": lambda: automatic.route(known),
        "  a rule of size, 1 KB": lambda: sized.route(known),
        "  the first request of a model": _cold(pool, known),
        "  and the words, which the recorder's thread makes": lambda: list(
            pool.route(known).considered
        ),
    }


def main() -> None:
    for name, call in cases().items():
        print(f"{microseconds(call):10.2f} µs  {name}")


if __name__ == "__main__":
    main()
