"""`llmgw limits [CLIENT]`: how clients of the running gateway stand against their limits. `llmgw
notify list|test NAME`: whom it tells alarms, and whether it reaches them.
"""

import argparse
import math
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import orjson

from llmgw_desktop.app.command_line.command_line import fail, print_table
from llmgw_desktop.app.command_line.running_gateway import RunningGateway, Told
from llmgw_desktop.app.policy.words import anew_words
from llmgw_desktop.app.words.figures import clock_text, counted, local_time
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.plain_text import month_text
from llmgw_desktop.domain.policy import (
    Budget,
    Measure,
    Period,
    amount_words,
    budget_words,
    moment_words,
)
from llmgw_desktop.store.paths import Places

_NAME_CHARS = 60
_NO_LIMITS = ("–", "–", "–", "–", "no budget and no rate limit; what it used: llmgw flights cost")

_PAUSED = ("paused", "–", "–", "–", "a person has stopped it: Clients, Go on; or [clients]")


def limits(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    told = RunningGateway(places, env).ask("GET", f"/v1/limits?of={quote(arguments.client, '')}")
    if told.status != 200:
        return fail(told.problem)
    if arguments.json:
        print(orjson.dumps(dict(told.fields), option=orjson.OPT_INDENT_2).decode())
        return 0
    standings = told.fields["limits"]
    if not standings:
        none_of = f"There is no client '{inert_line(arguments.client, _NAME_CHARS)}' with limits."
        return fail(f"{none_of} One without limits is listed once it has asked.")
    now_s = SystemClock().now_s()
    rows = ("\t".join(row) for standing in standings for row in _rows(standing, now_s))
    print_table(("CLIENT\tRUNNING\tLIMIT\tUSED\tRESERVED\tLEFT\tNOTE", *rows))
    return 0


def _rows(standing: Mapping[str, Any], now_s: float) -> Iterator[tuple[str, ...]]:
    name = inert_line(standing["client"], _NAME_CHARS)
    who = (name, _running(standing))
    if standing.get("paused"):  # a gateway of before does not tell it
        yield (*who, *_PAUSED)
    for limit in list(_limits(standing, now_s)) or [_NO_LIMITS]:
        yield (*who, *limit)
    for refusal in standing["refusals"]:
        yield (*who, "refused", str(refusal["count"]), "–", "–", _refusal(refusal, now_s))
    for label in standing["labels"]:
        of_label = (f"{name}/{inert_line(label['label'], _NAME_CHARS)}", _running(label))
        for limit in _limits(label, now_s):
            yield (*of_label, *limit)
    for cap in standing.get("caps", ()):  # a gateway of before does not tell it
        yield from _caps(name, cap)


def _caps(name: str, cap: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """A gateway of before does not tell what is under way."""
    who = (f"{name}/{cap['of']} {inert_line(cap['id'], _NAME_CHARS)}", str(cap.get("running", "–")))
    parts = [f"{cap['requests']:,} requests"]
    if cap["stopped"]:
        parts.append("a person stopped it")
    if cap["unpriced"]:
        parts.append(f"the price of {cap['unpriced']:,} is not known")
    note = "; ".join(parts)
    for measure, used, most, reserved in (
        (Measure.TOKENS, cap["tokens"], cap["maxTokens"], cap.get("reservedTokens")),
        (Measure.USD, cap["usd"], cap["maxUsd"], cap.get("reservedUsd")),
    ):
        if most is not None:
            left = amount_words(measure, max(most - used - (reserved or 0), 0))
            held = "–" if reserved is None else amount_words(measure, reserved)
            figures = (amount_words(measure, most), amount_words(measure, used), held)
            yield (*who, *figures, left, note)


def _running(standing: Mapping[str, Any]) -> str:
    most = standing["parallel"]
    return str(standing["running"]) if most is None else f"{standing['running']} of {most}"


def _limits(standing: Mapping[str, Any], now_s: float) -> Iterator[tuple[str, ...]]:
    for budget in standing["budgets"]:
        yield _budget(budget, now_s)
    for rate in standing["rateLimits"]:
        yield _rate(rate)
    expires_at_s = standing["expiresAt"]
    if expires_at_s is not None:
        note = "its requests are refused" if expires_at_s <= now_s else ""
        is_over = "over since" if note else "until"
        yield (f"{is_over} {moment_words(expires_at_s)}", "–", "–", "–", note)


def _budget(told: Mapping[str, Any], now_s: float) -> tuple[str, ...]:
    measure = Measure(told["measure"])
    budget = Budget(measure=measure, amount=told["amount"], period=Period(told["period"]))
    figures = [amount_words(measure, told[each]) for each in ("used", "reserved", "left")]
    since_s = told.get("since")  # a gateway of before does not tell it
    anew = anew_words(told["endsAt"], now_s)
    if since_s is None:
        return (budget_words(budget), *figures, anew)
    since = clock_text(since_s, local_time(now_s).date())
    return (budget_words(budget), *figures, f"counts since {since}; {anew}")


def _rate(told: Mapping[str, Any]) -> tuple[str, ...]:
    measure = Measure(told["measure"])
    used = math.ceil(told["used"])  # what has flowed off half is of no use to a request yet
    left = max(0, math.floor(told["amount"]) - used)
    window = f"{amount_words(measure, told['amount'])} in {told['windowSeconds']:g} s"
    return (window, amount_words(measure, used), "–", amount_words(measure, left), "")


def _refusal(told: Mapping[str, Any], now_s: float) -> str:
    words, opens_at_s = inert_line(told["message"], 200), told["opensAt"]
    if opens_at_s is None:
        return words
    opens = "it is open again" if opens_at_s <= now_s else f"opens {_moment(opens_at_s, now_s)}"
    return f"{words} ({opens})"


def _moment(at_s: float, now_s: float) -> str:
    at, now = local_time(at_s), local_time(now_s)
    return (
        f"at {at:%H:%M:%S}"
        if at.date() == now.date()
        else f"on {at.day} {month_text(at)} at {at:%H:%M}"
    )


_TRY_S = 90.0
"""Longer than any target may take."""
_NONE = "Nobody is told alarms: name whom in [[notify]] (docs/alarms.md)."


def notify(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """0; 1 where the target was not reached, or something is wrong with what was asked."""
    gateway = RunningGateway(places, env)
    if arguments.verb == "test":
        path = f"/v1/notify/{quote(arguments.name, '')}/test"
        return _tested(gateway.ask("POST", path, {}, within_s=_TRY_S), arguments.name)
    told = gateway.ask("GET", "/v1/notify")
    if told.status != 200:
        return fail(told.problem)
    if arguments.json:
        print(orjson.dumps(dict(told.fields), option=orjson.OPT_INDENT_2).decode())
        return 0
    targets = told.fields["targets"]
    if not targets:
        print(_NONE)
        return 0
    print_table(("NAME\tKIND\tTOLD\tFAILED\tEVENTS\tLAST", *map(_target_line, targets)))
    return 0


def _target_line(told: Mapping[str, Any]) -> str:
    kind = told["kind"] + ("" if told["signed"] or told["kind"] == "command" else ", unsigned")
    row = (told["name"], kind, f"{told['told']:,}", f"{told['failed']:,}")
    return "\t".join((*row, ", ".join(told["events"]), standing_words(told)))


def standing_words(target: Mapping[str, Any]) -> str:
    """How its last try went."""
    if not target["on"]:
        return "off"
    if target["at"] is None:
        return "nothing was sent since the start"
    at = clock_text(target["at"], local_time(SystemClock().now_s()).date())
    lost = f"; {counted(target['lost'], 'alarm')} left out" if target["lost"] else ""
    if target["problem"]:
        return f"{at}: {inert_line(target['problem'], 300)}{lost}"
    return f"reached {at}{lost}"


def _tested(told: Told, name: str) -> int:
    if told.status != 200:
        return fail(told.problem)
    problem = told.fields["target"]["problem"]
    if problem:
        return fail(f"{name}: {problem}")
    print(f"{inert_line(name, 60)} was told.")
    return 0
