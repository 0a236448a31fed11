"""Upstreams that fail in each way, over real sockets: another answers, or the caller is told."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.domain.provider import AccountState
from llmgw_desktop.engine.routing.hold_back import Replayed
from tests.engine.routing.conftest import Inn, as_new, open_inn
from tests.support.answers import (
    Answer,
    Behaviour,
    Delivery,
    Hangup,
    Raw,
    Refusal,
    Silence,
    SocketBytes,
    html_page,
    json_with_200,
    stream_of,
)
from tests.support.upstream import Upstream

MESSAGES = "/v1/messages"
CHAT = "/v1/chat/completions"
ASK = {"model": "stub", "max_tokens": 50, "messages": [{"role": "user", "content": "ping"}]}

START = (
    b'event: message_start\ndata: {"type":"message_start","message":{"id":"m","role":"assistant",'
    b'"content":[],"model":"stub","usage":{"input_tokens":1,"output_tokens":1}}}\n\n'
)
OVERLOADED = (
    b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"no"}}\n\n'
)

FAILING: dict[str, Behaviour] = {
    "401": Refusal(status=401),
    "402": Refusal(status=402),
    "403": Refusal(status=403),
    "404 of the model": Refusal(status=404, message="model: stub"),
    "408": Refusal(status=408),
    "429": Refusal(status=429, retry_after="60"),
    "500": Refusal(status=500),
    "503": Refusal(status=503),
    "529": Refusal(status=529),
    "400 for want of credit": Refusal(status=400, message="Your credit balance is too low"),
    "HTML with 200": html_page(),
    "HTML with 503": Raw(status=503, headers={"Content-Type": "text/html"}, frames=(b"<p>no",)),
    "a redirect": Raw(status=302, headers={"Location": "http://127.0.0.1:9/"}),
    "error with 200": json_with_200(b'{"type":"error","error":{"type":"overloaded_error"}}'),
    "no HTTP": SocketBytes(data=b"\x00\x01 this is not HTTP\r\n\r\n"),
    "hangs up": Hangup(),
    "silence": Silence(),
}
IN_STREAMS: dict[str, Behaviour] = {
    "error as first event": Answer(error_after=0),
    "error behind the start": Answer(error_after=1, pings=False),
    "error in one piece with the start": stream_of(START + OVERLOADED),
    "cut before an event": Answer(delivery=Delivery(cut_after=0)),
    "cut behind the start": Answer(pings=False, delivery=Delivery(cut_after=1)),
    "end without an event": stream_of(),
    "end behind the start": stream_of(START),
    "silence behind the head": Answer(delivery=Delivery(stall_after=0)),
}
IN_BODIES: dict[str, Behaviour] = {
    "half a JSON": json_with_200(b'{"id":"x","type":"mess'),
    "empty body": json_with_200(b""),
    "cut in the middle": Answer(delivery=Delivery(cut_after=1)),
}


def ask(*, stream: bool = False) -> dict[str, object]:
    return {**ASK, "stream": stream}


@pytest.mark.asyncio(loop_scope="module")
class TestAnotherAnswers:
    @pytest.fixture
    def inn(self, standing_inn: Inn) -> Inn:
        return as_new(standing_inn)

    @pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
    @pytest.mark.parametrize("failing", FAILING.values(), ids=FAILING.keys())
    async def test_in_the_callers_protocol(
        self, inn: Inn, failing: Behaviour, stream: bool
    ) -> None:
        flight = await self._the_second_answers(inn, failing, stream=stream)
        assert (flight.state, flight.provider, flight.attempts) == (FlightState.OK, "two", 2)

    @pytest.mark.parametrize("failing", IN_STREAMS.values(), ids=IN_STREAMS.keys())
    async def test_what_fails_inside_a_stream(self, inn: Inn, failing: Behaviour) -> None:
        flight = await self._the_second_answers(inn, failing, stream=True)
        assert (flight.state, flight.provider, flight.attempts) == (FlightState.OK, "two", 2)

    @pytest.mark.parametrize("failing", IN_BODIES.values(), ids=IN_BODIES.keys())
    async def test_what_fails_inside_a_body(self, inn: Inn, failing: Behaviour) -> None:
        flight = await self._the_second_answers(inn, failing, stream=False)
        assert (flight.state, flight.provider, flight.attempts) == (FlightState.OK, "two", 2)

    @staticmethod
    async def _the_second_answers(inn: Inn, failing: Behaviour, *, stream: bool) -> FlightSummary:
        inn.route.lay("one", "two")
        inn.lane("one").then(failing)
        async with inn.post(MESSAGES, ask(stream=stream)) as answer:
            body = await answer.read()
        assert answer.status == 200, body
        assert body == bytes(inn.lane("two").only.sent), "as it came, and nothing of the first"
        assert answer.headers["x-llmgw-provider"] == "two"
        assert answer.headers["x-llmgw-attempts"] == "2"
        assert answer.headers["x-llmgw-fallback"] == "true"
        assert inn.asked() == {"one": 1, "two": 1}
        first, second = (await inn.record()).attempt_log
        assert (first.account, second.account) == ("one", "two")
        assert first.outcome
        assert (second.outcome, second.status) == ("", 200)
        assert 0 <= first.start_ms <= first.end_ms <= second.start_ms + 1 <= second.end_ms + 1
        return inn.closed[0]

    @pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
    @pytest.mark.parametrize(
        "failing", [Refusal(status=529), Answer(error_after=0), Hangup(), html_page()]
    )
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("one", "chat"),
            ("chat", "one"),
            ("responses", "gemini"),
            ("gemini", "responses"),
        ],
    )
    async def test_in_another_protocol(
        self, inn: Inn, first: str, second: str, failing: Behaviour, stream: bool
    ) -> None:
        if failing == Answer(error_after=0) and not stream:
            failing = json_with_200(b'{"error":{"message":"no","type":"server_error"}}')
        inn.route.lay(first, second)
        inn.lane(first).then(failing)
        async with inn.post(MESSAGES, ask(stream=stream)) as answer:
            body = await answer.read()
        assert answer.status == 200, body
        assert b"pong" in body
        assert (b"message_stop" in body) is stream
        assert answer.headers["x-llmgw-provider"] == second
        assert inn.asked() == {first: 1, second: 1}

    @pytest.mark.parametrize(
        ("path", "first"),
        [
            ("/v1/responses", "responses"),
            ("/v1beta/models/stub:streamGenerateContent", "gemini"),
            ("/v1beta/models/stub:streamGenerateContent?alt=sse", "gemini"),
        ],
    )
    async def test_at_the_other_doors(self, inn: Inn, path: str, first: str) -> None:
        """The first speaks the door's own protocol, the second is translated."""
        inn.route.lay(first, "one")
        inn.lane(first).then(Answer(error_after=0))
        fields: dict[str, object] = {"contents": [{"role": "user", "parts": [{"text": "ping"}]}]}
        if first == "responses":
            fields = {"model": "stub", "input": "ping", "stream": True}
        async with inn.post(path, fields) as answer:
            body = await answer.read()
        assert answer.status == 200, body
        assert b"pong" in body
        assert answer.headers["x-llmgw-provider"] == "one"

    async def test_the_third_where_the_second_fails_too(self, inn: Inn) -> None:
        inn.route.lay("one", "two", "three")
        inn.lane("one").then(Refusal(status=500))
        inn.lane("two").then(Answer(error_after=1, pings=False))
        async with inn.post(MESSAGES, ask(stream=True)) as answer:
            body = await answer.read()
        assert body == bytes(inn.lane("three").only.sent)
        assert answer.headers["x-llmgw-attempts"] == "3"
        assert [each.account for each in (await inn.record()).attempt_log] == [
            "one",
            "two",
            "three",
        ]

    async def test_the_first_one_that_answers_says_so(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        async with inn.post(MESSAGES, ask(stream=True)) as answer:
            body = await answer.read()
        assert body == bytes(inn.lane("one").only.sent)
        assert answer.headers["x-llmgw-fallback"] == "false"
        assert "x-llmgw-attempts" not in answer.headers

    async def test_a_chat_completion_says_so_in_its_body(self, inn: Inn) -> None:
        inn.route.lay("one", "chat")
        inn.lane("one").then(Refusal(status=529))
        async with inn.post(CHAT, ask()) as answer:
            told = (await answer.json())["x_gateway"]
        assert (told["resolvedProvider"], told["fallbackUsed"]) == ("chat", True)

    async def test_each_is_asked_for_its_own_model(self, inn: Inn) -> None:
        inn.route.lay("one:claude-big", "two:claude-small")
        inn.lane("one").then(Refusal(status=529))
        async with inn.post(MESSAGES, ask()) as answer:
            await answer.read()
        assert inn.lane("one").only.json()["model"] == "claude-big"
        assert inn.lane("two").only.json()["model"] == "claude-small"
        assert answer.headers["x-llmgw-model"] == "claude-small"

    async def test_pieces_stay_pieces(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        frames = (
            START,
            b'event: content_block_start\ndata: {"type":"content_block_start","index":0,'
            b'"content_block":{"type":"text","text":""}}\n\n',
            b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
            b'"delta":{"type":"text_delta","text":"a"}}\n\n',
            b'event: message_stop\ndata: {"type":"message_stop"}\n\n',
        )
        inn.lane("one").then(stream_of(*frames, delivery=Delivery(pace_s=0.02)))
        async with inn.post(MESSAGES, ask(stream=True)) as answer:
            body = await answer.read()
        assert body == b"".join(frames)
        assert inn.closed[0].replied_chunks == 4


class TestNobodyElseIsAsked:
    @pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
    @pytest.mark.parametrize("status", [400, 413, 422])
    async def test_for_a_bad_request(self, inn: Inn, status: int, stream: bool) -> None:
        inn.route.lay("one", "two")
        inn.lane("one").then(Refusal(status=status, message="max_tokens is wrong"))
        async with inn.post(MESSAGES, ask(stream=stream)) as answer:
            body = await answer.read()
        assert (answer.status, body) == (status, bytes(inn.lane("one").only.sent))
        assert answer.headers["x-llmgw-fallback"] == "false"
        assert inn.asked() == {"one": 1}

    @pytest.mark.parametrize("first", ["one", "chat"], ids=["same protocol", "translated"])
    async def test_for_a_circle_and_nobody_rests(self, inn: Inn, first: str) -> None:
        inn.route.lay(first, "two")
        inn.lane(first).always = Refusal(status=508, message="round and round")
        for _ in range(4):
            async with inn.post(MESSAGES, ask()) as answer:
                body = await answer.json()
            assert (answer.status, answer.headers["x-should-retry"]) == (508, "false")
            assert "round and round" in body["error"]["message"]
        assert inn.asked() == {first: 4}
        assert not any(each.status.state is AccountState.COOLING for each in inn.news)

    async def test_for_a_count_that_goes_in_a_circle(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        inn.lane("one").always = Refusal(status=508, message="round and round")
        async with inn.post(f"{MESSAGES}/count_tokens", ask()) as answer:
            assert (answer.status, answer.headers["x-should-retry"]) == (508, "false")
        assert inn.asked() == {"one": 1}

    async def test_after_the_first_word(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        inn.lane("one").then(Answer(pieces=8, pings=False, delivery=Delivery(cut_after=4)))
        async with inn.post(MESSAGES, ask(stream=True)) as answer:
            body = await answer.read()
        assert b"event: error" in body
        assert b"message_stop" not in body
        assert inn.asked() == {"one": 1}
        assert inn.closed[0].state is FlightState.CUT

    async def test_for_a_strict_decision(self, inn: Inn) -> None:
        inn.route.lay("one", "two", strict=True)
        inn.lane("one").then(Refusal(status=529))
        async with inn.post(MESSAGES, ask()) as answer:
            body = await answer.read()
        assert (answer.status, body) == (529, bytes(inn.lane("one").only.sent))
        assert "x-llmgw-fallback" not in answer.headers
        assert inn.asked() == {"one": 1}

    async def test_behind_the_same_shut_door(self, inn: Inn) -> None:
        inn.route.lay("one:a", "one:b", "two")
        inn.lane("one").then(Refusal(status=401))
        async with inn.post(MESSAGES, ask()) as answer:
            assert answer.status == 200
        assert inn.asked() == {"one": 1, "two": 1}


class TestNobodyAnswers:
    async def test_the_first_error_is_told_as_it_came(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        inn.lane("one").then(Refusal(status=529, message="the first"))
        inn.lane("two").then(Refusal(status=500, message="the second"))
        async with inn.post(MESSAGES, ask(stream=True)) as answer:
            body = await answer.read()
        assert (answer.status, body) == (529, bytes(inn.lane("one").only.sent))
        assert answer.headers["x-llmgw-provider"] == "one"
        assert inn.closed[0].error_kind == "upstream_529"

    async def test_of_a_translated_one_in_the_callers_words(self, inn: Inn) -> None:
        inn.route.lay("chat", "one")
        inn.lane("chat").then(Refusal(status=500, message="the first"))
        inn.lane("one").then(html_page())
        async with inn.post(MESSAGES, ask()) as answer:
            body = await answer.json()
        assert (answer.status, body["type"]) == (500, "error")
        assert "the first" in body["error"]["message"]

    @pytest.mark.parametrize("path", [MESSAGES, CHAT])
    async def test_dead_accounts_are_named_and_the_callers_key_is_not_blamed(
        self, inn: Inn, path: str
    ) -> None:
        inn.route.lay("one", "two")
        secret = "sk-ant-api03-" + "x" * 60
        inn.lane("one").then(Refusal(status=401, message=f"bad key {secret}"))
        inn.lane("two").then(Refusal(status=402))
        async with inn.post(path, ask()) as answer:
            body = await answer.json()
        words = body["error"]["message"]
        assert answer.status == 502
        assert answer.headers["x-should-retry"] == "false"
        assert "one: Its vendor refused the key" in words
        assert "two: Its quota or credit is used up" in words
        assert "Your own key is fine" in words
        assert "sk-ant" not in words
        assert inn.closed[0].error_kind == "accounts_unusable"
        assert not any("sk-ant" in each.outcome for each in (await inn.record()).attempt_log)
        assert not any("sk-ant" in each.status.reason for each in inn.news)

    async def test_an_only_account_is_named_too(self, inn: Inn) -> None:
        inn.route.lay("one")
        inn.lane("one").then(Refusal(status=401))
        async with inn.post(MESSAGES, ask()) as answer:
            assert answer.status == 502
            assert "one: Its vendor refused the key" in (await answer.json())["error"]["message"]

    async def test_dead_accounts_are_not_asked_all_the_time(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        inn.lane("one").always = inn.lane("two").always = Refusal(status=401)
        for _ in range(3):
            async with inn.post(MESSAGES, ask()) as answer:
                assert answer.status == 502
        assert inn.asked() == {"one": 1, "two": 1}

    @pytest.mark.parametrize("path", [MESSAGES, CHAT])
    async def test_a_limit_of_all_tells_when_the_first_is_free(self, inn: Inn, path: str) -> None:
        inn.route.lay("one", "two")
        inn.lane("one").then(Refusal(status=429, retry_after="50"))
        inn.lane("two").then(Refusal(status=429, retry_after="30"))
        async with inn.post(path, ask()) as answer:
            body = await answer.json()
        assert answer.status == 429
        assert 28 <= int(answer.headers["retry-after"]) <= 30
        assert "(one, two)" in body["error"]["message"]
        async with inn.post(path, ask()) as answer:
            assert answer.status == 429
        assert inn.asked() == {"one": 1, "two": 1}, "both asked to be left alone"


class TestRests:
    async def test_who_rests_is_passed_over(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        inn.lane("one").then(Refusal(status=429, retry_after="50"))
        for _ in range(3):
            async with inn.post(MESSAGES, ask()) as answer:
                assert answer.headers["x-llmgw-provider"] == "two"
                assert answer.headers["x-llmgw-fallback"] == "true"
        assert inn.asked() == {"one": 1, "two": 3}
        (status,) = [each for each in inn.container.health.statuses() if each.cooling_models]
        assert (status.account, status.cooling_models[0][0]) == ("one", "stub")
        resting = [each.status.account for each in inn.news if each.status.cooling_models]
        assert resting == ["one"], "told once"

    async def test_a_short_pause_is_waited_for(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        inn.lane("one").always = Refusal(status=429, retry_after="60")
        inn.lane("two").then(Refusal(status=429, retry_after="1"))
        async with inn.post(MESSAGES, ask()) as answer:
            assert answer.status == 429, "no retries are allowed here"
        began = time.monotonic()
        async with inn.post(MESSAGES, ask()) as answer:
            assert answer.status == 200
        assert time.monotonic() - began > 0.5
        assert inn.asked() == {"one": 1, "two": 2}

    async def test_a_guess_is_no_reason_to_answer_nothing(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        inn.settings("retries = 0\nfailures_before_rest = 1\n")
        for name in ("one", "two"):
            inn.lane(name).then(Refusal(status=500))
        async with inn.post(MESSAGES, ask()) as answer:
            assert answer.status == 500
        states = {each.account: each.state for each in inn.container.health.statuses()}
        assert states["one"] is states["two"] is AccountState.COOLING
        async with inn.post(MESSAGES, ask()) as answer:
            assert answer.status == 200

    async def test_an_only_candidate_is_asked_whatever_is_known(self, inn: Inn) -> None:
        inn.route.lay("one")
        inn.lane("one").then(Refusal(status=429, retry_after="50"))
        async with inn.post(MESSAGES, ask()) as answer:
            assert (answer.status, answer.headers["retry-after"]) == (429, "50")
        async with inn.post(MESSAGES, ask()) as answer:
            assert answer.status == 200
        assert all(not each.cooling_models for each in inn.container.health.statuses())

    async def test_states_survive_a_restart(self, tmp_path: Path) -> None:
        async with Upstream() as upstream:
            async with open_inn(tmp_path, upstream) as inn:
                inn.route.lay("one", "two")
                inn.lane("one").then(Refusal(status=402))
                async with inn.post(MESSAGES, ask()) as answer:
                    assert answer.headers["x-llmgw-provider"] == "two"
            async with open_inn(tmp_path, upstream) as inn:
                inn.route.lay("one", "two")
                assert inn.container.health.status("one").state is AccountState.OVER_QUOTA
                async with inn.post(MESSAGES, ask()) as answer:
                    assert answer.headers["x-llmgw-provider"] == "two"
                assert inn.asked() == {"one": 1, "two": 2}


class TestBounds:
    async def test_the_same_account_once_more(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        inn.settings("retries = 1\n")
        inn.lane("one").then(Refusal(status=529))
        async with inn.post(MESSAGES, ask()) as answer:
            assert answer.status == 200
        assert inn.asked() == {"one": 2}
        assert answer.headers["x-llmgw-attempts"] == "2"
        assert answer.headers["x-llmgw-fallback"] == "false"

    async def test_a_pause_that_a_vendor_asks_for_is_kept_and_short_enough_to_wait(
        self, inn: Inn
    ) -> None:
        inn.route.lay("one", "two")
        inn.settings("retries = 1\n")
        inn.lane("one").then(Refusal(status=429, retry_after="1"))
        inn.lane("two").always = Refusal(status=429, retry_after="50")
        began = time.monotonic()
        async with inn.post(MESSAGES, ask()) as answer:
            assert answer.status == 200
        assert time.monotonic() - began >= 0.9, "not before the vendor said"
        assert inn.asked() == {"one": 2, "two": 1}
        assert answer.headers["x-llmgw-provider"] == "one"

    async def test_pauses_before_a_retry_are_jittered(
        self, inn: Inn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        inn.route.lay("one", "two")
        inn.settings("retries = 2\n")
        attempts = inn.container.gateway._engine.failover
        numbers = iter([0.0, 1.0])
        parts = replace(attempts._parts, jitter=lambda: next(numbers))
        monkeypatch.setattr(attempts, "_parts", parts)
        pauses: list[float] = []
        sleep = asyncio.sleep

        async def noted(seconds: float) -> None:
            if seconds > 0.1:
                pauses.append(seconds)
            await sleep(0)

        monkeypatch.setattr("llmgw_desktop.engine.routing.failover.asyncio.sleep", noted)
        inn.lane("one").then(Refusal(status=500), Refusal(status=500))
        async with inn.post(MESSAGES, ask()) as answer:
            assert answer.headers["x-llmgw-provider"] == "one"
        assert pauses == pytest.approx([0.25 * 0.8, 0.5 * 1.2])

    async def test_attempts_are_counted_over_all(self, inn: Inn) -> None:
        inn.route.lay("one", "two", "three")
        inn.settings("retries = 0\nmax_attempts = 2\n")
        for name in ("one", "two", "three"):
            inn.lane(name).always = Refusal(status=500)
        async with inn.post(MESSAGES, ask()) as answer:
            assert answer.status == 500
        assert inn.asked() == {"one": 1, "two": 1}

    async def test_no_attempt_begins_after_the_clients_deadline(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        inn.lane("one").then(Answer(delivery=Delivery(begin_s=0.3, cut_after=0)))
        headers = {"x-stainless-timeout": "0.2"}
        async with inn.post(MESSAGES, ask(stream=True), **headers) as answer:
            assert answer.status == 502
        assert inn.asked() == {"one": 1}

    async def test_no_wait_reaches_beyond_it(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        for name in ("one", "two"):
            inn.lane(name).then(Refusal(status=429, retry_after="5"))
        async with inn.post(MESSAGES, ask()) as answer:
            assert answer.status == 429
        began = time.monotonic()
        async with inn.post(MESSAGES, ask(), **{"grpc-timeout": "2S"}) as answer:
            assert answer.status == 429
        assert time.monotonic() - began < 1.5
        assert inn.asked() == {"one": 1, "two": 1}

    async def test_a_client_that_leaves_while_we_wait(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        for name in ("one", "two"):
            inn.lane(name).then(Refusal(status=429, retry_after="8"))
        async with inn.post(MESSAGES, ask()) as answer:
            assert answer.status == 429
        waiting = asyncio.ensure_future(_status(inn))
        async with asyncio.timeout(5):
            while not len(inn.container.gateway._engine.pipeline.runs):
                await asyncio.sleep(0.01)
        waiting.cancel()
        async with asyncio.timeout(2):
            while len(inn.closed) < 2:
                await asyncio.sleep(0.01)
        assert inn.closed[1].state is FlightState.CANCELED
        assert inn.asked() == {"one": 1, "two": 1}
        assert len(inn.container.gateway._engine.pipeline.runs) == 0

    async def test_a_client_that_leaves_a_trial_shuts_nobody_out(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        inn.lane("one").then(Refusal(status=429, retry_after="0"), Silence())
        async with inn.post(MESSAGES, ask()) as answer:
            assert answer.headers["x-llmgw-provider"] == "two"
        await asyncio.sleep(1.1)
        waiting = asyncio.ensure_future(_status(inn))
        async with asyncio.timeout(5):
            while len(inn.lane("one").requests) < 2:
                await asyncio.sleep(0.01)
        waiting.cancel()
        async with asyncio.timeout(2):
            while len(inn.closed) < 2:
                await asyncio.sleep(0.01)
        assert inn.container.health.why_not("one", "stub") == ""


async def _status(inn: Inn) -> int:
    async with inn.post(MESSAGES, ask()) as answer:
        return int(answer.status)


class TestHeldBack:
    async def test_first_words_wait_no_longer_than_allowed(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        inn.settings("retries = 0\nhold_back_s = 0.1\n")
        inn.lane("one").then(stream_of(START, delivery=Delivery(linger=True)))
        async with inn.post(MESSAGES, ask(stream=True)) as answer:
            assert await answer.content.readany() == START
        assert inn.asked() == {"one": 1}

    async def test_a_flood_of_first_words_is_let_go(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        inn.settings("retries = 0\nhold_back_s = 30\n")
        ping = b'event: ping\ndata: {"type":"ping"}\n\n'
        flood = stream_of(START, ping * 70, delivery=Delivery(linger=True))
        inn.lane("one").then(flood)
        async with inn.post(MESSAGES, ask(stream=True)) as answer:
            got = await answer.content.readexactly(len(START) + len(ping))
        assert got == START + ping
        assert inn.asked() == {"one": 1}

    async def test_a_crawling_stream_is_given_up_where_a_person_wants_that(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        inn.settings("retries = 0\nslow_chars_per_s = 100\nslow_window_s = 1\n")
        inn.lane("one").then(Answer(text="a" * 50, pieces=50, delivery=Delivery(pace_s=0.2)))
        async with inn.post(MESSAGES, ask(stream=True)) as answer:
            body = await answer.read()
        assert body == bytes(inn.lane("two").only.sent)
        assert "too slowly" in (await inn.record()).attempt_log[0].outcome

    async def test_a_quick_stream_passes_the_guard(self, inn: Inn) -> None:
        inn.route.lay("one", "two")
        inn.settings("retries = 0\nslow_chars_per_s = 50\nslow_window_s = 60\n")
        inn.lane("one").then(Answer(text="word " * 200, pieces=20))
        async with inn.post(MESSAGES, ask(stream=True)) as answer:
            body = await answer.read()
        assert body == bytes(inn.lane("one").only.sent)


class _Pieces:
    """An answer that has pieces."""

    status = 200

    def __init__(self, *pieces: bytes) -> None:
        self.headers: dict[str, str] = {}
        self.pieces = list(pieces)
        self.closed = 0

    async def read(self) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    def said_all(self) -> None:
        """Nothing is waited for here."""

    async def close(self) -> None:
        self.closed += 1


class TestReplayed:
    async def test_what_was_read_comes_first_and_the_rest_as_without_us(self) -> None:
        answer = _Pieces(b"c", b"d")
        replayed = Replayed(answer, [b"a", b"b"])
        assert [await replayed.read() for _ in range(2)] == [b"a", b"b"]
        assert replayed.read == answer.read
        assert [await replayed.read() for _ in range(3)] == [b"c", b"d", b""]

    async def test_a_whole_one_asks_no_more_and_closes_once(self) -> None:
        answer = _Pieces(b"of somebody else")
        replayed = Replayed(answer, [b"a"], is_whole=True)
        await replayed.close()
        await replayed.close()
        assert [await replayed.read() for _ in range(3)] == [b"a", b"", b""]
        assert answer.closed == 1


class TestTheUsualWay:
    """One candidate that answers: nothing is held, parsed, timed or started for failover's sake."""

    @pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
    async def test_costs_two_calls(
        self, inn: Inn, stream: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        inn.route.lay("one")
        health = inn.container.health
        calls: list[str] = []
        for name in [name for name in dir(health) if not name.startswith("__")]:
            method = getattr(health, name)
            if callable(method) and name not in ("_clean",):
                monkeypatch.setattr(health, name, _counted(calls, name, method))
        for module in ("failover", "hold_back", "diagnosis"):
            monkeypatch.setattr(f"llmgw_desktop.engine.routing.{module}.Failure", None)
        async with inn.post(MESSAGES, ask(stream=stream)) as answer:
            await answer.read()
        first, calls[:] = list(calls), []
        async with inn.post(MESSAGES, ask(stream=stream)) as answer:
            await answer.read()
        assert calls == ["begin", "went_well", "_note_success"]
        assert first[:3] == calls
        assert json.loads(inn.lane("one").requests[0].body)["model"] == "stub"


def _counted(calls: list[str], name: str, method: object) -> object:
    def counted(*given: object, **named: object) -> object:
        calls.append(name)
        return method(*given, **named)  # type: ignore[operator]

    return counted
