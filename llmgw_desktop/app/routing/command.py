"""`llmgw route explain`: who would answer a request, and why. Nothing is sent."""

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from llmgw_desktop.app.flights.route import candidate_line
from llmgw_desktop.app.routing.routes import RouteExplainer
from llmgw_desktop.app.vault.credentials import VaultNames
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import RouteError
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import VARIABLE_MISSING, ModelProtocol
from llmgw_desktop.domain.routing.route import RouteDecision, RouteQuestion, RouteStep
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.engine.flights.pricing import Pricing
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.routing.health import HealthTracker
from llmgw_desktop.engine.routing.router import Router
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.routing.accounts import AccountStore
from llmgw_desktop.store.settings.reader import load_settings
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault

_OTHER_VARIABLES = (
    "llmgw: The variables are those of this shell; a gateway started elsewhere has its own."
)


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """0 where somebody would answer, 1 where nobody would. Raises ConfigError."""
    loaded = load_settings(places.config_file, env)
    settings = loaded.settings
    pricing = Pricing()
    pricing.apply(settings.providers, settings.prices)
    health = _health(places, settings)
    router = Router(settings, health=health, price=pricing.usual)
    problems = _key_problems(places, settings, env)
    explainer = RouteExplainer(lambda: router, health, lambda account: problems.get(account, ""))
    question = RouteQuestion(
        protocol=ModelProtocol(arguments.protocol),
        model=arguments.model,
        operation=Operation(arguments.operation),
        client=arguments.client,
        label=arguments.label,
        project=arguments.project,
        input_tokens=arguments.tokens,
        strict=arguments.strict,
    )
    steps = explainer.steps(question)
    try:
        decision, problem = explainer.explain(question), ""
    except RouteError as error:
        decision, problem = None, str(error)
    if arguments.json:
        json.dump(_document(steps, decision, problem), sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        sys.stdout.write(_text(steps, decision))
    if decision is None:
        for sentence in (problem, *loaded.warnings):  # a misspelt table may be why
            print(f"llmgw: {inert_line(sentence, 1000)}", file=sys.stderr)
        return 1
    if any(VARIABLE_MISSING in each.reason.lower() for each in decision.considered):
        print(_OTHER_VARIABLES, file=sys.stderr)
    return 0


class _OnlyRead(AccountStore):
    """How the accounts stood when the gateway last wrote it down."""

    @override
    def put(self, account: str, standing: str) -> None:
        pass

    @override
    def drop(self, account: str) -> None:
        pass


def _health(places: Places, settings: Settings) -> HealthTracker:
    clock = SystemClock()
    store = _OnlyRead(places.gateway_db, clock) if places.gateway_db.exists() else None
    health = HealthTracker(clock=clock, bus=Bus(), store=store)
    health.apply(settings.everyone, settings.failover)
    return health


def _key_problems(places: Places, settings: Settings, env: Mapping[str, str]) -> dict[str, str]:
    vault = Vault(places.gateway_db, MasterKeys(env, places.data_folder), SystemClock())
    try:
        return VaultNames(vault).problems(settings.providers)
    finally:
        vault.close()


def _text(steps: tuple[RouteStep, ...], decision: RouteDecision | None) -> str:
    lines = []
    if steps:
        lines.append("Routes:")
        lines += [f"  {_mark(step)} {step.rule.name}: {step.why}" for step in steps]
    else:
        lines.append("There are no routes.")
    if decision is not None:
        lines += ["", decision.reason, ""]
        for each in map(candidate_line, decision.considered):
            lines += [f"  {each.rank:>2}  {each.account}  {each.model}", f"      {each.reason}"]
    return inert("\n".join(lines)) + "\n"


def _mark(step: RouteStep) -> str:
    return "+" if step.matched else "-"


def _document(
    steps: tuple[RouteStep, ...], decision: RouteDecision | None, problem: str
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "steps": [
            {
                "rule": step.rule.name,
                "line": step.rule.line,
                "matched": step.matched,
                "why": step.why,
            }
            for step in steps
        ],
        "problem": problem or None,
    }
    if decision is not None:
        document |= {
            "rule": decision.rule or None,
            "reason": decision.reason,
            "strategy": decision.strategy,
            "strict": decision.strict,
            "considered": [
                {
                    "account": each.account,
                    "model": each.model,
                    "rank": each.rank,
                    "reason": each.reason,
                }
                for each in decision.considered
            ],
        }
    return document
