"""`llmgw limits [CLIENT]`: how clients of the running gateway stand, as a table."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import orjson

from llmgw_desktop.app.budget_words import amount_words, anew_words, budget_words
from llmgw_desktop.app.figures import local_time
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.app.running_gateway import RunningGateway
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.policy import Budget, Measure, Period
from llmgw_desktop.store.paths import Places

_NAME_CHARS = 60


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    told = RunningGateway(places, env).ask("GET", f"/v1/limits?of={quote(arguments.client, '')}")
    if told.status != 200:
        return _fail(told.problem)
    if arguments.json:
        print(orjson.dumps(dict(told.fields), option=orjson.OPT_INDENT_2).decode())
        return 0
    standings = told.fields["limits"]
    if not standings:
        none_of = f"There is no client '{inert_line(arguments.client, _NAME_CHARS)}' with limits."
        return _fail(f"{none_of} One without limits is known when it has come.")
    now_s = SystemClock().now_s()
    print("CLIENT\tRUNNING\tLIMIT\tUSED\tRESERVED\tLEFT\tNOTE")
    for standing in standings:
        for row in _rows(standing, now_s):
            print("\t".join(row))
    return 0


def _rows(standing: Mapping[str, Any], now_s: float) -> Iterator[tuple[str, ...]]:
    name = inert_line(standing["client"], _NAME_CHARS)
    most = standing["parallel"]
    running = str(standing["running"]) if most is None else f"{standing['running']} of {most}"
    limits = [*(_budget(each, now_s) for each in standing["budgets"])]
    limits += [_rate(each) for each in standing["rateLimits"]]
    for limit in limits or [("–", "–", "–", "–", "no budget and no rate limit")]:
        yield (name, running, *limit)
    for refusal in standing["refusals"]:
        yield (name, running, "refused", str(refusal["count"]), "–", "–", _refusal(refusal, now_s))


def _budget(told: Mapping[str, Any], now_s: float) -> tuple[str, ...]:
    measure = Measure(told["measure"])
    budget = Budget(measure=measure, amount=told["amount"], period=Period(told["period"]))
    figures = [amount_words(measure, told[each]) for each in ("used", "reserved", "left")]
    return (budget_words(budget), *figures, anew_words(told["endsAt"], now_s))


def _rate(told: Mapping[str, Any]) -> tuple[str, ...]:
    measure = Measure(told["measure"])
    left = max(0.0, told["amount"] - told["used"])
    window = f"{amount_words(measure, told['amount'])} in {told['windowSeconds']:g} s"
    return (window, amount_words(measure, told["used"]), "–", amount_words(measure, left), "")


def _refusal(told: Mapping[str, Any], now_s: float) -> str:
    words, opens_at_s = inert_line(told["message"], 200), told["opensAt"]
    if opens_at_s is None:
        return words
    opens = "it is open again" if opens_at_s <= now_s else f"opens {_moment(opens_at_s, now_s)}"
    return f"{words} ({opens})"


def _moment(at_s: float, now_s: float) -> str:
    at, now = local_time(at_s), local_time(now_s)
    return f"at {at:%H:%M:%S}" if at.date() == now.date() else f"on {at.day} {at:%b} at {at:%H:%M}"


def _fail(sentence: str) -> int:
    print(f"llmgw: {inert_line(sentence, 600)}", file=sys.stderr)
    return 1
