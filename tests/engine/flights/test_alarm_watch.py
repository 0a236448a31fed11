"""What an account's flights show is told once, with the flights behind it, and nothing else is."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from llmgw_desktop.domain.flights.alarms import Alarm, AlarmKind, is_same_model
from llmgw_desktop.domain.flights.flight import Attempt, FlightRecord, FlightState, FlightSummary
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.flights.alarm_watch import (
    AGAIN_S,
    EMPTY,
    IN_A_ROW,
    KEPT,
    LATELY,
    LEAST_BEFORE,
    MOST_LINES,
    AlarmWatch,
    is_empty_answer,
)
from tests.store.set_clock import SetClock
from tests.support.made_flights import record, summary

ACCOUNT = "anthropic/work"
WELL = Usage(input_tokens=2000, output_tokens=400, cache_read_tokens=0, cache_write_tokens=0)


class Scene:
    def __init__(self) -> None:
        self.told: list[Alarm] = []
        self.clock = SetClock()
        self.watch = AlarmWatch(self.told.append, self.clock, lambda: ("practice",))
        self.number = 0

    def fly(self, count: int = 1, *, outcome: str = "", **changes: object) -> list[str]:
        """Flights that ended; `outcome`: how the account refused them."""
        flights = []
        for _ in range(count):
            self.number += 1
            said = {"account": ACCOUNT, "usage": WELL, "cost_usd": 0.01, **changes}
            if outcome:
                said |= {"state": FlightState.FAILED, "model_served": None, "usage": Usage()}
                said |= {"cost_usd": None}
            flights.append(self._record(summary(self.number, **said), outcome))
        self.watch.note(flights)
        return [each.summary.id for each in flights]

    def _record(self, flight: FlightSummary, outcome: str) -> FlightRecord:
        asked = Attempt(
            account=flight.account or "",
            model=flight.model_asked,
            protocol=ModelProtocol.ANTHROPIC,
            start_ms=0,
            end_ms=1,
            outcome=outcome,
        )
        return record(summary=flight, attempt_log=(asked,))

    def kinds(self) -> list[AlarmKind]:
        return [each.kind for each in self.told]


def test_another_model_is_told_once_and_anew_after_it_was_over() -> None:
    scene = Scene()
    scene.fly(3)
    first, *_ = scene.fly(3, model_served="claude-haiku")
    (alarm,) = scene.told
    assert alarm.kind is AlarmKind.OTHER_MODEL
    assert (alarm.account, alarm.model, alarm.found) == (ACCOUNT, "claude-sonnet", "claude-haiku")
    assert alarm.flights == (first,)
    scene.fly()
    scene.fly(model_served="claude-haiku")  # it comes and goes: told seldom
    assert len(scene.told) == 1
    scene.fly()
    scene.clock.forward(AGAIN_S + 1)
    scene.fly(model_served="claude-haiku")
    assert len(scene.told) == 2


@pytest.mark.parametrize(
    ("asked", "served", "is_same"),
    [
        ("gpt-4o", "gpt-4o-2024-08-06", True),
        ("gpt-4", "gpt-4-0613", True),
        ("gpt-5", "gpt-5-mini", False),
        ("gpt-5.1-codex", "gpt-5-codex", False),
        ("claude-sonnet-4", "claude-sonnet-4-20250514", True),
        ("claude-sonnet-4-5", "claude-haiku-4-5-20251001", False),
        ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022", True),
        ("anthropic/claude-3.5-sonnet", "claude-3-5-sonnet-20241022", True),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4-20250514", True),
        ("sonnet", "claude-sonnet-4-5-20250929", True),
        ("opus", "claude-sonnet-4-5-20250929", False),
        ("models/gemini-2.0-flash", "gemini-2.0-flash-001", True),
        ("gemini-flash-latest", "gemini-2.5-flash-preview-09-2025", True),
        ("llama3", "llama3:latest", True),
        ("qwen3:8b", "qwen3:0.6b", False),
        ("deepseek/deepseek-r1:free", "deepseek/deepseek-r1", True),
        ("openrouter/auto", "openai/gpt-4o", True),
        ("gpt-4o", "", True),
    ],
)
def test_which_names_mean_the_same(asked: str, served: str, is_same: bool) -> None:
    assert is_same_model(asked, served) is is_same


def test_a_price_that_doubles_is_told_and_another_mix_of_tokens_is_none() -> None:
    scene = Scene()
    chance = random.Random(7)
    for _ in range(60):
        fresh, read = chance.randrange(1000, 50_000), chance.randrange(0, 100_000)
        out = chance.randrange(100, 8000)
        usage = Usage(
            input_tokens=fresh + read,
            output_tokens=out,
            cache_read_tokens=read,
            cache_write_tokens=0,
        )
        cost_usd = (3 * fresh + 0.3 * read + 15 * out) / 1e6
        scene.fly(usage=usage, cost_usd=cost_usd, streaming=False)
    assert scene.told == []
    behind = scene.fly(LATELY, cost_usd=0.024, streaming=False)
    (alarm,) = scene.told
    assert alarm.kind is AlarmKind.PRICE
    assert alarm.before == pytest.approx(3.0)
    assert alarm.now == pytest.approx(6.0)
    assert alarm.flights == tuple(behind)
    scene.fly(KEPT + LATELY, cost_usd=0.024, streaming=False)  # that is how it is now
    scene.clock.forward(AGAIN_S + 1)
    scene.fly(LEAST_BEFORE, cost_usd=0.024, streaming=False)
    assert len(scene.told) == 1


def test_a_speed_that_halves_is_told_and_one_slow_answer_is_none() -> None:
    scene = Scene()
    scene.fly(20)
    scene.fly(LATELY - 1, took_ms=60_000.0)
    scene.fly()
    assert scene.told == []
    scene.fly(LATELY, took_ms=60_000.0)
    (alarm,) = scene.told
    assert alarm.kind is AlarmKind.SPEED
    assert alarm.before == pytest.approx(400 / 3.2)
    assert alarm.now == pytest.approx(400 / 59.2)
    scene.fly(LATELY)
    scene.fly(LATELY, took_ms=60_000.0)
    assert len(scene.told) == 1


def test_refusals_in_a_row_are_told_also_where_another_account_answered_then() -> None:
    scene = Scene()
    behind = scene.fly(IN_A_ROW - 1, outcome="429: quota exceeded")
    scene.fly(account="other/work")
    assert scene.told == []
    behind += scene.fly(3, outcome="403: no access")
    (alarm,) = scene.told
    assert (alarm.kind, alarm.account, alarm.count) == (AlarmKind.REFUSED, ACCOUNT, IN_A_ROW)
    assert alarm.found == "403: no access"
    assert alarm.flights == tuple(behind[:IN_A_ROW])
    scene.fly()
    scene.clock.forward(AGAIN_S + 1)
    scene.fly(IN_A_ROW - 1, outcome="500: broken")
    assert len(scene.told) == 1
    scene.fly(outcome="500: broken")
    assert len(scene.told) == 2


def test_models_that_refuse_count_as_well() -> None:
    scene = Scene()
    scene.fly(IN_A_ROW, stop_reason="content_filter")
    assert scene.kinds() == [AlarmKind.REFUSED]


def test_empty_answers_are_told_when_several_of_the_last_ones_are() -> None:
    scene = Scene()
    nothing = replace(WELL, output_tokens=0)
    scene.fly(4)
    behind = scene.fly(EMPTY - 1, usage=nothing)
    scene.fly(2)
    assert scene.told == []
    behind += scene.fly(2, usage=nothing)
    (alarm,) = scene.told
    assert (alarm.kind, alarm.count) == (AlarmKind.EMPTY, EMPTY)
    assert alarm.flights == tuple(behind[:EMPTY])


@pytest.mark.parametrize(
    ("body", "tokens", "is_empty"),
    [
        (b'{"content":[],"stop_reason":"end_turn"}', 2, True),
        (b'{"content":[{"type":"text","text":""}]}', 3, True),
        (b'{"content":[{"type":"text","text":"no"}]}', 1, False),
        (b'{"content":[{"type":"tool_use","name":"x","input":{}}]}', 4, False),
        (b'data: {"choices":[{"delta":{"content":""}}]}\n\ndata: [DONE]\n\n', None, True),
        (b'data: {"choices":[{"delta":{"content":"Yes"}}]}\n\n', None, False),
        (b'{"choices":[{"message":{"content":null,"tool_calls":[{}]}}]}', None, False),
        (b"", 400, False),
        (None, 3, None),
    ],
)
def test_what_an_empty_answer_is(
    body: bytes | None, tokens: int | None, is_empty: bool | None
) -> None:
    flight = summary(1, usage=replace(WELL, output_tokens=tokens))
    assert is_empty_answer(record(summary=flight, answer_body=body)) is is_empty


def test_what_is_not_known_is_no_alarm() -> None:
    scene = Scene()
    unknown = Usage()
    scene.fly(20, usage=unknown, cost_usd=None, ttft_ms=None, streaming=False)
    scene.fly(20, usage=unknown, cost_usd=0.5, model_served=None)
    scene.fly(20, provider="practice", model_served="else", usage=replace(WELL, output_tokens=0))
    scene.fly(20, operation=Operation.EMBED, model_served="else")
    scene.fly(20, protocol=ModelProtocol.CLI, model_served="else")
    scene.fly(20, provider=None, account=None, model_served="else")
    scene.fly(20, state=FlightState.CANCELED, outcome="")
    assert scene.told == []


def test_what_is_kept_is_bounded() -> None:
    scene = Scene()
    for number in range(MOST_LINES):
        scene.fly(account=f"anthropic/a{number}")
    assert len(scene.watch._lines) == MOST_LINES
