"""Answers that are held back for their callers: cut anywhere, they come whole all the same."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.settings.tables import FailoverSettings
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.engine.exchange import held_caller
from llmgw_desktop.engine.pipeline.whole_answers import Answering
from llmgw_desktop.engine.routing.failover import Failover
from tests.engine.routing.conftest import Inn, as_new
from tests.support.answers import Answer, Delivery, Hangup, Refusal

MESSAGES, CHAT, RESPONSES = "/v1/messages", "/v1/chat/completions", "/v1/responses"
GEMINI = "/v1beta/models/stub:streamGenerateContent?alt=sse"
WHOLE = {"x-llmgw-answers": "whole"}
TOOL = "look_it_up"
SCHEMA = {"type": "object", "properties": {"word": {"type": "string"}}}
SAID = [{"role": "user", "content": "ping"}]


def _anthropic() -> dict[str, Any]:
    tools = [{"name": TOOL, "description": "d", "input_schema": SCHEMA}]
    return {
        "model": "stub",
        "max_tokens": 4000,
        "stream": True,
        "messages": SAID,
        "tools": tools,
        "thinking": {"type": "enabled", "budget_tokens": 1024},
    }


def _chat() -> dict[str, Any]:
    function = {"name": TOOL, "description": "d", "parameters": SCHEMA}
    tools = [{"type": "function", "function": function}]
    return {"model": "stub", "stream": True, "messages": SAID, "tools": tools}


def _responses() -> dict[str, Any]:
    tools = [{"type": "function", "name": TOOL, "description": "d", "parameters": SCHEMA}]
    return {"model": "stub", "stream": True, "input": "ping", "tools": tools}


def _gemini() -> dict[str, Any]:
    declared = [{"name": TOOL, "description": "d", "parameters": SCHEMA}]
    contents = [{"role": "user", "parts": [{"text": "ping"}]}]
    return {"contents": contents, "tools": [{"functionDeclarations": declared}]}


ASKED: dict[str, tuple[str, Callable[[], dict[str, Any]], bytes]] = {
    "one": (MESSAGES, _anthropic, b"event: message_stop"),
    "chat": (CHAT, _chat, b"data: [DONE]"),
    "responses": (RESPONSES, _responses, b"response.completed"),
    "gemini": (GEMINI, _gemini, b'"finishReason"'),
}
"""By the lane that speaks it: the door, what is asked, and what only a whole answer has."""
PAIRS = list(itertools.product(ASKED, ASKED))
CUTS, FEWER_CUTS = 500, 96


async def _asked(inn: Inn, asker: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    path, made, _ = ASKED[asker]
    async with inn.post(path, made(), **(headers or WHOLE)) as answer:
        return answer.status, dict(answer.headers), await answer.read()


def _failover(inn: Inn) -> Failover:
    return inn.container.gateway._engine.failover


def _answering(inn: Inn) -> Answering:
    return inn.container.gateway._engine.pipeline._ways.answering


@pytest.mark.asyncio(loop_scope="module")
class TestWholeAnswers:
    @pytest.fixture
    def inn(self, standing_inn: Inn) -> Inn:
        _failover(standing_inn).settings = FailoverSettings()
        return as_new(standing_inn)

    async def test_cut_anywhere_they_are_whole(self, inn: Inn, pytestconfig: pytest.Config) -> None:
        chance = random.Random(25)
        plain = {pair: await self._plain(inn, *pair) for pair in PAIRS}
        for number in range(CUTS if pytestconfig.getoption("--all") else FEWER_CUTS):
            asker, lane = PAIRS[number % len(PAIRS)]
            as_new(inn)
            inn.route.lay(lane)
            cut = Delivery(cut_after=chance.randrange(0, 9), cut_by=chance.choice(("fin", "reset")))
            broken = Answer(words_before_calls="Let me see.", delivery=cut)
            for _ in range(chance.choice((1, 1, 1, 2))):
                inn.lane(lane).then(broken)
            inn.lane(lane).always = Answer(words_before_calls="Let me see.")
            status, headers, body = await _asked(inn, asker)
            at = f"{asker} of {lane}, cut {number} behind {cut.cut_after}"
            assert (status, body.count(TOOL.encode())) == (200, plain[asker, lane]), at
            assert ASKED[asker][2] in body, at
            assert body.count(b"event: error") == 0, at
            assert headers["x-llmgw-answers"] == "whole", at
            flight = inn.closed[-1]
            assert flight.state is FlightState.OK, at
            assert _answering(inn).room.held == 0, at
            assert flight.attempts == len(inn.lane(lane).requests), at

    async def _plain(self, inn: Inn, asker: str, lane: str) -> int:
        """How often the tool's name stands in an answer that nothing cuts."""
        as_new(inn)
        inn.route.lay(lane)
        inn.lane(lane).always = Answer(words_before_calls="Let me see.")
        status, _, body = await _asked(inn, asker, **{"x-llmgw-answers": "stream"})
        assert status == 200, body
        assert TOOL.encode() in body
        assert ASKED[asker][2] in body
        return body.count(TOOL.encode())

    async def test_both_attempts_are_counted_and_shown(self, inn: Inn) -> None:
        inn.route.lay("one")
        inn.lane("one").then(Answer(delivery=Delivery(cut_after=6)))
        status, headers, body = await _asked(inn, "one")
        assert (status, body) == (200, bytes(inn.lane("one").requests[-1].sent))
        assert headers["x-llmgw-attempts"] == "2"
        first, second = (await inn.record()).attempt_log
        assert "held back" in first.outcome
        assert second.outcome == ""
        flight = inn.closed[-1]
        inn.lane("one").forget()
        await _asked(inn, "one", **{"x-llmgw-answers": "stream"})
        once = inn.closed[-1].usage
        assert flight.usage.input_tokens == 2 * (once.input_tokens or 0)
        assert (flight.usage.output_tokens or 0) > (once.output_tokens or 0)
        assert flight.usage.partial & Figure.OUTPUT
        assert not flight.usage.partial & Figure.INPUT

    async def test_another_account_goes_on_where_the_first_is_silent(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        inn.lane("one").always = Answer(delivery=Delivery(stall_after=5))
        status, headers, body = await _asked(inn, "one")
        assert (status, headers["x-llmgw-provider"]) == (200, "two")
        assert headers["x-llmgw-fallback"] == "true"
        assert body == bytes(inn.lane("two").only.sent)

    async def test_an_error_inside_the_stream_is_asked_again(self, inn: Inn) -> None:
        inn.route.lay("one")
        inn.lane("one").then(Answer(error_after=5))
        status, _, body = await _asked(inn, "one")
        assert (status, body) == (200, bytes(inn.lane("one").requests[-1].sent))

    async def test_a_json_answer_is_asked_again_too(self, inn: Inn) -> None:
        inn.route.lay("one")
        inn.lane("one").then(Answer(delivery=Delivery(cut_after=1)))
        asked = {**_anthropic(), "stream": False}
        async with inn.post(MESSAGES, asked, **WHOLE) as answer:
            assert answer.status == 200
            assert await answer.read() == bytes(inn.lane("one").requests[-1].sent)

    @pytest.mark.parametrize("failing", [Answer(delivery=Delivery(cut_after=4)), Hangup()])
    async def test_who_never_answers_whole_ends_as_an_error(
        self, inn: Inn, failing: Answer | Hangup
    ) -> None:
        inn.route.lay("one")
        inn.lane("one").always = failing
        status, _, body = await _asked(inn, "one")
        assert status == 502, body
        assert b"content_block" not in body, "nothing of a broken answer"
        assert inn.closed[-1].state is not FlightState.OK
        assert 1 < inn.closed[-1].attempts <= 5

    async def test_a_refusal_behind_a_cut_is_told_in_the_stream(self, inn: Inn) -> None:
        inn.route.lay("one")
        _answering(inn).sign_of_life_s = 0.05
        try:
            slow = Delivery(pace_s=0.1, cut_after=4)
            inn.lane("one").then(Answer(delivery=slow), Refusal(status=400))
            status, _, body = await _asked(inn, "one")
        finally:
            _answering(inn).sign_of_life_s = 10.0
        assert status == 200, "signs of life were given"
        assert b"event: ping" in body
        assert b"message_start" not in body
        assert b"event: error" in body

    @pytest.mark.parametrize("asker", ASKED)
    async def test_signs_of_life_while_it_is_held(self, inn: Inn, asker: str) -> None:
        inn.route.lay(asker)
        _answering(inn).sign_of_life_s = 0.05
        inn.lane(asker).always = Answer(delivery=Delivery(pace_s=0.05))
        try:
            status, _, body = await _asked(inn, asker)
        finally:
            _answering(inn).sign_of_life_s = 10.0
        whole = bytes(inn.lane(asker).only.sent)
        assert status == 200
        assert body != whole
        assert body.endswith(whole) or asker == "chat", "behind the signs all of it, as it came"
        assert ASKED[asker][2] in body

    async def test_after_the_longest_wait_it_goes_out_as_it_comes(self, inn: Inn) -> None:
        _failover(inn).settings = replace(FailoverSettings(), whole_wait_s=1.0)
        inn.route.lay("one")
        inn.lane("one").always = Answer(delivery=Delivery(pace_s=0.2))
        status, _, body = await _asked(inn, "one")
        assert (status, body) == (200, bytes(inn.lane("one").only.sent))
        assert "was not whole after 1 s" in (await inn.record()).route_reason

    async def test_what_is_too_large_goes_out_in_order(self, inn: Inn) -> None:
        few = replace(FailoverSettings(), whole_max_bytes=64 * 1024)
        _failover(inn).settings = few
        inn.route.lay("one")
        text = "".join(f"{number} " for number in range(20_000))
        inn.lane("one").always = Answer(text=text, call_tools=False, pieces=200)
        status, _, body = await _asked(inn, "one")
        assert (status, body) == (200, bytes(inn.lane("one").only.sent))
        assert "larger than 65,536 bytes" in (await inn.record()).route_reason

    async def test_what_is_held_in_all_is_bounded(
        self, inn: Inn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(held_caller, "MOST_IN_ALL", 1000)
        inn.route.lay("one")
        status, _, body = await _asked(inn, "one")
        assert (status, body) == (200, bytes(inn.lane("one").only.sent))
        assert "1,000 bytes are held in all" in (await inn.record()).route_reason
        assert _answering(inn).room.held == 0

    async def test_from_the_first_word_on_it_goes_out_at_once(self, inn: Inn) -> None:
        inn.route.lay("one")
        inn.lane("one").always = Answer(delivery=Delivery(stall_after=9))
        path, made, _ = ASKED["one"]
        async with inn.post(path, made(), **{"x-llmgw-answers": "words"}) as answer:
            assert answer.status == 200
            body = await asyncio.wait_for(answer.content.readuntil(b"message_start"), 5)
        assert body

    @pytest.mark.parametrize("cut_after", [1, 3, 5])
    async def test_cut_before_a_word_it_is_asked_again(self, inn: Inn, cut_after: int) -> None:
        """The stand-in thinks first, in five frames and more."""
        inn.route.lay("one")
        inn.lane("one").then(Answer(delivery=Delivery(cut_after=cut_after)))
        status, _, body = await _asked(inn, "one", **{"x-llmgw-answers": "words"})
        assert (status, body) == (200, bytes(inn.lane("one").requests[-1].sent))
        assert inn.closed[-1].attempts == 2

    async def test_cut_behind_a_word_it_ends_as_ever(self, inn: Inn) -> None:
        inn.route.lay("one")
        inn.lane("one").then(Answer(thinking="", delivery=Delivery(cut_after=5)))
        asked = {key: it for key, it in _anthropic().items() if key != "thinking"}
        async with inn.post(MESSAGES, asked, **{"x-llmgw-answers": "words"}) as answer:
            body = await answer.read()
        assert body.count(b"message_start") == 1 * 2, "its name and its type"
        assert b"event: error" in body
        assert inn.closed[-1].attempts == 1


async def test_a_table_of_the_settings_says_it_for_a_client(inn: Inn) -> None:
    inn.settings('retries = 0\n[clients."*"]\nanswers = "whole"\n')
    inn.route.lay("one")
    inn.lane("one").then(Answer(delivery=Delivery(cut_after=4)))
    path, made, _ = ASKED["one"]
    async with inn.post(path, made()) as answer:
        assert await answer.read() == bytes(inn.lane("one").requests[-1].sent)
    assert answer.headers["x-llmgw-answers"] == "whole"


async def test_what_guards_hid_is_put_back_into_a_held_answer(inn: Inn) -> None:
    """Its caller, who stands behind, hears one answer and nothing of the one that broke."""
    inn.settings('retries = 0\n[[guards]]\nname = "mail"\nfind = ["email"]\naction = "mask"\n')
    inn.route.lay("one")
    _answering(inn).sign_of_life_s = 0.05
    said = "Write to ada@example.org today."
    inn.lane("one").then(Answer(call_tools=False, delivery=Delivery(pace_s=0.05, cut_after=6)))
    asked = {**_anthropic(), "messages": [{"role": "user", "content": said}]}
    async with inn.post(MESSAGES, asked, **WHOLE) as answer:
        body = await answer.read()
    sent = inn.lane("one").requests[-1].body
    assert b"ada@example.org" not in sent
    assert body.count(b"event: message_start") == 1
    assert b"event: message_stop" in body
    assert b"event: ping" in body


class TestOfficialClients:
    """Signs of life before the head of an answer, and a cut behind them."""

    @pytest.fixture
    def inn(self, inn: Inn) -> Inn:
        _answering(inn).sign_of_life_s = 0.05
        return inn

    @staticmethod
    def _cut_once(inn: Inn, lane: str, behind: int = 4) -> str:
        """The key for the gateway."""
        inn.route.lay(lane)
        inn.lane(lane).then(Answer(delivery=Delivery(pace_s=0.1, cut_after=behind)))
        inn.lane(lane).always = Answer(delivery=Delivery(pace_s=0.05))
        return inn.container.places.access_key_file.read_text().strip()

    async def test_anthropics(self, inn: Inn) -> None:
        from anthropic import AsyncAnthropic

        key = self._cut_once(inn, "one")
        asked = {name: it for name, it in _anthropic().items() if name != "stream"}
        async with (
            AsyncAnthropic(base_url=inn.url, api_key=key, max_retries=0) as client,
            client.messages.stream(**asked, extra_headers=WHOLE) as stream,
        ):
            message = await stream.get_final_message()
        assert [each.type for each in message.content].count("tool_use") == 1
        assert inn.closed[-1].attempts == 2

    async def test_openais(self, inn: Inn) -> None:
        from openai import AsyncOpenAI

        key = self._cut_once(inn, "chat")
        names = []
        url = f"{inn.url}/v1"
        async with AsyncOpenAI(base_url=url, api_key=key, max_retries=0) as client:
            async for chunk in await client.chat.completions.create(**_chat(), extra_headers=WHOLE):
                calls = chunk.choices[0].delta.tool_calls if chunk.choices else None
                names += [each.function.name for each in calls or () if each.function.name]
        assert names == [TOOL]
        assert inn.closed[-1].attempts == 2

    async def test_openais_responses(self, inn: Inn) -> None:
        from openai import AsyncOpenAI

        key = self._cut_once(inn, "responses")
        url = f"{inn.url}/v1"
        async with AsyncOpenAI(base_url=url, api_key=key, max_retries=0) as client:
            stream = await client.responses.create(**_responses(), extra_headers=WHOLE)
            kinds = [event.type async for event in stream]
        assert kinds.count("response.completed") == 1
        assert kinds.count("response.created") == 1
        assert inn.closed[-1].attempts == 2

    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    async def test_googles(self, inn: Inn) -> None:
        from google import genai
        from google.genai import types

        key = self._cut_once(inn, "gemini", 1)
        options = types.HttpOptions(base_url=inn.url, headers=WHOLE)
        client = genai.Client(api_key=key, http_options=options)
        declared = types.FunctionDeclaration(name=TOOL, description="d")
        stream = await client.aio.models.generate_content_stream(
            model="stub",
            contents="ping",
            config=types.GenerateContentConfig(
                tools=[types.Tool(function_declarations=[declared])],
                automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
            ),
        )
        calls = [call async for chunk in stream for call in chunk.function_calls or ()]
        assert [each.name for each in calls] == [TOOL]
        assert inn.closed[-1].attempts == 2
