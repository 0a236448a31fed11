"""A month of made up flights with costs and times, written as the recorder writes them."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

from llmgw_desktop.domain.flights.flight import (
    FlightRecord,
    FlightState,
    FlightSummary,
    Phase,
    PhaseName,
)
from llmgw_desktop.domain.flights.price import Price, Rates
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights.batch import BatchWriter, make_batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from tests.support.made_flights import summary

DAY_S = 86_400
_MODELS = (
    ("anthropic", "claude-sonnet-4-5", 3.0, 15.0),
    ("anthropic", "claude-haiku-4-5", 1.0, 5.0),
    ("openai", "gpt-5", 1.25, 10.0),
    ("ollama", "qwen3-coder:30b", 0.0, 0.0),
)
_CLIENTS = ("Claude Code", "codex", "nightly-review")


def price_of(_provider: str, model: str) -> Price | None:
    """Of all but the one at home."""
    for _, name, read, written in _MODELS:
        if name == model and read:
            rates = Rates(
                input=read, output=written, cache_read=read / 10, cache_write_5m=read * 1.25
            )
            return Price(rates=rates)
    return None


def write_month(path: Path, until_s: float, count: int = 1500, days: int = 30) -> None:
    """`count` flights in the days before; few at night, more by day, the last days dearest."""
    dice = random.Random(7)
    moments = sorted(_moment(dice, until_s, days) for _ in range(count))
    records = [_record(dice, number, at_s) for number, at_s in enumerate(moments)]
    with closing(open_database(path, FLIGHTS_STEPS)) as connection:
        writer = BatchWriter(connection)
        for start in range(0, count, 200):
            some = records[start : start + 200]
            writer.write(make_batch({}, some, RecorderSettings(), Seal(bytes)))


def _moment(dice: random.Random, until_s: float, days: int) -> float:
    hour = min(max(dice.gauss(14, 3.5), 0), 23.9)
    day = min(int(dice.triangular(0, days, days * 0.7)), days - 1)
    return until_s - days * DAY_S + day * DAY_S + hour * 3600 - (until_s % DAY_S) + DAY_S * 0.5


def _record(dice: random.Random, number: int, at_s: float) -> FlightRecord:
    provider, model, read, written = dice.choice(_MODELS)
    tokens, made = int(dice.lognormvariate(9.5, 1)), int(dice.lognormvariate(6, 1))
    cached = int(tokens * dice.choice((0, 0.7, 0.9)))
    cost = (tokens * read - cached * read * 0.9 + made * written) / 1e6 if read else None
    is_cut, is_failed = number % 60 == 0, number % 37 == 0
    ttft_ms = dice.lognormvariate(6.6, 0.6)
    took_ms = ttft_ms + dice.lognormvariate(8, 0.8)
    usage = Usage(
        input_tokens=tokens,
        output_tokens=made,
        cache_read_tokens=cached,
        cache_write_tokens=0,
    )
    facts: FlightSummary = summary(
        number,
        started_at_s=at_s,
        client=dice.choice(_CLIENTS),
        provider=provider,
        model_asked=model,
        model_served=model,
        usage=Usage() if is_failed else usage,
        cost_usd=None if is_failed else cost,
        state=FlightState.FAILED if is_failed else FlightState.CUT if is_cut else FlightState.OK,
        ttft_ms=None if is_failed else ttft_ms,
        took_ms=took_ms,
        attempts=2 if number % 41 == 0 else 1,
        project=dice.choice(("", "website")),
    )
    own_ms = dice.lognormvariate(-2.2, 0.5)
    phases = (
        Phase(name=PhaseName.READ, start_ms=0.0, end_ms=0.2),
        Phase(name=PhaseName.ROUTE, start_ms=0.2, end_ms=0.2 + own_ms),
        Phase(name=PhaseName.WAIT, start_ms=0.2 + own_ms, end_ms=ttft_ms),
        Phase(name=PhaseName.STREAM, start_ms=ttft_ms, end_ms=took_ms),
    )
    return FlightRecord(summary=facts, phases=() if is_failed else phases)
