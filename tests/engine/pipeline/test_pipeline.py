"""Each request has one answer and one flight, and they agree."""

from __future__ import annotations

import asyncio
import json

import pytest

from llmgw_desktop.domain.flights.flight import FlightQuery, FlightState, PhaseName
from llmgw_desktop.engine.flights.recorder import REFUSALS_KEPT_PER_S
from tests.engine.conftest import House
from tests.support.answers import Answer, Delivery, Raw, Refusal, json_with_200
from tests.support.facts import as_the_vendor_said

MESSAGES = "/v1/messages"
CHAT = "/v1/chat/completions"
ASK = {"max_tokens": 50, "messages": [{"role": "user", "content": "ping"}]}


def ask(model: str, **more: object) -> dict[str, object]:
    return {"model": model, **ASK, **more}


async def until(condition: object, timeout_s: float = 5.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.01)


class TestAnswers:
    @pytest.mark.parametrize(("path", "model"), [(MESSAGES, "claude-stub"), (CHAT, "gpt-stub")])
    @pytest.mark.parametrize("streaming", [False, True])
    async def test_what_the_vendor_says_is_what_the_caller_gets(
        self, house: House, path: str, model: str, streaming: bool
    ) -> None:
        options = {"stream_options": {"include_usage": True}} if path == CHAT and streaming else {}
        async with house.post(path, ask(model, stream=streaming, **options)) as answer:
            body = await answer.read()

        seen = house.lane.only
        assert answer.status == 200
        is_told = path == CHAT and not streaming
        assert (as_the_vendor_said(body) if is_told else body) == bytes(seen.sent)
        assert answer.headers["x-llmgw-flight"] == house.closed[0].id
        assert not seen.mentions("llmgw-"), "the client's key must not reach a vendor"

    async def test_the_flight_tells_the_figures_of_a_stream(self, house: House) -> None:
        async with house.post(MESSAGES, ask("claude-stub", stream=True)) as answer:
            await answer.read()

        flight = house.closed[0]
        assert flight.state is FlightState.OK
        assert (flight.client, flight.provider) == ("local", "claude")
        assert (flight.streaming, flight.status, flight.attempts) == (True, 200, 1)
        assert flight.usage.input_tokens == 17 + 2000 + 300
        assert flight.usage.cache_read_tokens == 2000
        assert flight.usage.cache_write_tokens == 300
        assert flight.usage.output_tokens == 9
        assert flight.stop_reason == "end_turn"
        assert flight.ttft_ms is not None
        assert flight.took_ms is not None
        assert flight.took_ms >= flight.ttft_ms > 0

    async def test_usage_is_asked_for_and_its_chunk_is_taken_out_again(self, house: House) -> None:
        async with house.post(CHAT, ask("gpt-stub", stream=True)) as answer:
            body = await answer.read()

        assert house.lane.only.json()["stream_options"] == {"include_usage": True}
        chunks = [
            json.loads(line[6:]) for line in body.split(b"\n\n") if line.startswith(b"data: {")
        ]
        assert chunks
        assert all(chunk["choices"] for chunk in chunks)
        assert body.endswith(b"data: [DONE]\n\n")
        assert house.closed[0].usage.input_tokens is not None

    async def test_the_record_holds_both_bodies_and_a_timeline(self, house: House) -> None:
        async with house.post(MESSAGES, ask("claude-stub", stream=True)) as answer:
            body = await answer.read()
        await asyncio.to_thread(house.container.recording.store.flush, 5)

        record = await asyncio.to_thread(house.container.flights.record, house.closed[0].id)

        assert record is not None
        assert record.answer_body == body
        assert json.loads(record.request_body or b"")["model"] == "claude-stub"
        assert record.path == MESSAGES
        assert "lists this model" in record.route_reason
        names = [phase.name for phase in record.phases]
        waits = {PhaseName.HELD, PhaseName.QUEUED, PhaseName.LOADING}
        assert names == [each for each in PhaseName if each not in waits]
        assert all(phase.end_ms >= phase.start_ms for phase in record.phases)
        shown = dict(record.request_headers)
        assert not any("llmgw-" in value for value in shown.values())

    @pytest.mark.parametrize("redact", [True, False])
    async def test_secrets_in_bodies_are_kept_only_where_a_person_wants_them(
        self, house: House, redact: bool
    ) -> None:
        config = house.container.places.config_file
        config.write_text(config.read_text() + f"[recorder]\nredact = {str(redact).lower()}\n")
        house.container.check_settings()
        secret = "sk-ant-api03-" + "x" * 60
        async with house.post(MESSAGES, ask("practice/echo", metadata={"user": secret})) as answer:
            await answer.read()
        await asyncio.to_thread(house.container.recording.store.flush, 5)

        record = await asyncio.to_thread(house.container.flights.record, house.closed[0].id)

        assert record is not None
        assert (secret.encode() in (record.request_body or b"")) is not redact

    async def test_the_lists_of_models_speak_both_shapes(self, house: House) -> None:
        async with house.get("/v1/models") as answer:
            chat = await answer.json()
        async with house.get("/v1/models", **{"anthropic-version": "2023-06-01"}) as answer:
            messages = await answer.json()

        ids = [model["id"] for model in chat["data"]]
        assert ids[:2] == ["claude-stub", "gpt-stub"]
        assert "practice/echo" in ids
        assert [model["id"] for model in messages["data"]] == ids
        assert chat["object"] == "list"
        assert "has_more" in messages
        async with house.get("/v1/models/practice/echo") as answer:
            assert (await answer.json())["id"] == "practice/echo"
        async with house.get("/v1/models/none") as answer:
            assert answer.status == 404


class TestFailures:
    async def test_a_vendors_refusal_passes_and_is_recorded_as_one(self, house: House) -> None:
        house.lane.then(Refusal(status=429, retry_after="7", message="slow down"))
        async with house.post(MESSAGES, ask("claude-stub")) as answer:
            body = await answer.json()

        assert (answer.status, answer.headers["retry-after"]) == (429, "7")
        assert body["error"]["type"] == "rate_limit_error"
        flight = house.closed[0]
        assert (flight.state, flight.error_kind) == (FlightState.FAILED, "upstream_429")
        assert "slow down" in (flight.error_text or "")

    async def test_a_secret_in_an_error_is_not_written_down(self, house: House) -> None:
        house.lane.then(Refusal(status=401, message="bad key sk-ant-api03-" + "x" * 60))
        async with house.post(MESSAGES, ask("claude-stub")) as answer:
            await answer.read()
        assert "sk-ant" not in (house.closed[0].error_text or "")

    @pytest.mark.parametrize(("path", "model"), [(MESSAGES, "claude-stub"), (CHAT, "gpt-stub")])
    async def test_a_cut_stream_ends_as_an_error(self, house: House, path: str, model: str) -> None:
        house.lane.then(Answer(delivery=Delivery(cut_after=3)))
        async with house.post(path, ask(model, stream=True)) as answer:
            body = await answer.read()

        assert answer.status == 200
        assert b"error" in body
        assert b"message_stop" not in body
        assert b"[DONE]" not in body
        assert house.closed[0].state is FlightState.CUT
        assert house.closed[0].error_kind == "upstream_cut"

    async def test_an_error_dressed_as_success_is_a_failure(self, house: House) -> None:
        house.lane.then(json_with_200(b'{"error":{"message":"no credit","type":"x"}}'))
        async with house.post(CHAT, ask("gpt-stub")) as answer:
            assert answer.status == 502
        assert "no credit" in (house.closed[0].error_text or "")

    async def test_a_stream_that_begins_with_an_error_has_a_status(self, house: House) -> None:
        house.lane.then(Answer(error_after=0))
        async with house.post(MESSAGES, ask("claude-stub", stream=True)) as answer:
            assert answer.status == 502
        assert house.closed[0].state is FlightState.FAILED

    async def test_silence_in_a_stream(self, house: House) -> None:
        house.lane.then(Answer(delivery=Delivery(stall_after=3)))
        async with house.post(MESSAGES, ask("claude-stub", stream=True)) as answer:
            body = await answer.read()
        assert b"event: error" in body
        assert house.closed[0].error_kind == "upstream_timeout"

    async def test_a_fault_of_our_own_is_answered_and_logged(
        self, house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(*_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(house.container.gateway._engine.pipeline.router, "route", broken)
        async with house.post(MESSAGES, ask("claude-stub")) as answer:
            body = await answer.json()
        assert answer.status == 500
        assert "ZeroDivisionError" in body["error"]["message"]
        assert house.closed[0].state is FlightState.FAILED
        assert "a request failed inside the gateway" in caplog.text


class TestLeaving:
    async def test_the_upstream_is_closed_when_the_client_leaves(self, house: House) -> None:
        house.lane.always = Answer(pieces=500, delivery=Delivery(pace_s=0.02))
        async with house.post(MESSAGES, ask("claude-stub", stream=True)) as answer:
            await answer.content.readany()
            answer.close()
        await until(lambda: house.closed)

        await until(lambda: house.lane.only.peer_closed_at is not None)
        assert house.closed[0].state is FlightState.CANCELED
        assert house.closed[0].error_kind == "client_gone"

    @pytest.mark.parametrize(
        ("path", "model", "last"),
        [
            (MESSAGES, "claude-stub", b'"message_stop"'),
            (CHAT, "gpt-stub", b"[DONE]"),
            ("/v1/responses", "gpt-stub", b'"response.completed"'),
            (MESSAGES, "gpt-stub", b'"message_stop"'),
        ],
    )
    async def test_who_heard_the_last_word_and_leaves_had_his_answer(
        self, house: House, path: str, model: str, last: bytes
    ) -> None:
        """Codex does; its provider has not ended the connection yet."""
        house.lane.then(Answer(delivery=Delivery(linger=True)))
        body = ask(model, stream=True)
        if path == "/v1/responses":
            body = {"model": model, "input": "ping", "stream": True}
        async with house.post(path, body) as answer:
            heard = b""
            while last not in heard and (piece := await answer.content.readany()):
                heard += piece
            answer.close()
        await until(lambda: house.closed)
        assert (house.closed[0].state, house.closed[0].error_kind) == (FlightState.OK, None)
        assert house.closed[0].usage.output_tokens == 9

    async def test_who_heard_an_error_and_its_last_word_had_no_whole_answer(
        self, house: House
    ) -> None:
        frames = (
            b'data: {"model":"gpt-stub","choices":[{"index":0,"delta":{"content":"po"}}]}\n\n',
            b'data: {"error":{"message":"out of memory","type":"server_error"}}\n\n',
            b"data: [DONE]\n\n",
            b": never sent\n\n",
        )
        kind = {"content-type": "text/event-stream"}
        delivery = Delivery(stall_after=3, pace_s=0.05)  # all at once would become a status
        house.lane.then(Raw(headers=kind, frames=frames, delivery=delivery))
        async with house.post(CHAT, ask("gpt-stub", stream=True)) as answer:
            heard = b""
            while b"[DONE]" not in heard and (piece := await answer.content.readany()):
                heard += piece
            answer.close()
        await until(lambda: house.closed)
        assert house.closed[0].state is FlightState.CANCELED

    async def test_before_the_first_byte_too(self, house: House) -> None:
        house.lane.always = Answer(delivery=Delivery(stall_after=0))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await house.post(MESSAGES, ask("claude-stub", stream=True))
        await until(lambda: house.closed)
        assert house.closed[0].state is FlightState.CANCELED
        assert not house.container.recording.recorder.running()


class TestGate:
    async def test_a_paused_gateway_says_so_and_resumes(self, house: House) -> None:
        house.container.control.pause()
        async with house.post(MESSAGES, ask("practice/echo")) as answer:
            assert (answer.status, "retry-after" in answer.headers) == (503, True)
        house.container.control.resume()
        async with house.post(MESSAGES, ask("practice/echo")) as answer:
            assert answer.status == 200

    async def test_a_flood_without_keys_is_counted_and_hardly_recorded(self, house: House) -> None:
        bodies = set()
        for number in range(60):
            async with house.session.post(
                f"{house.url}{MESSAGES}", json=ask("m"), headers={"x-api-key": f"wrong{number}"}
            ) as answer:
                assert answer.status == 401
                bodies.add(await answer.read())
        assert len(bodies) == 1, "one constant body"
        # the flood may run over two or three seconds of the clock
        assert len(house.closed) <= 4 * REFUSALS_KEPT_PER_S
        async with house.get("/metrics") as answer:
            text = await answer.text()
        assert 'llmgw_refused_requests_total{kind="unauthenticated"} 60.0' in text

    async def test_two_different_keys_are_refused(self, house: House) -> None:
        async with house.post(MESSAGES, ask("practice/echo"), **{"x-api-key": "other"}) as answer:
            assert answer.status == 400

    async def test_health_says_nothing_without_a_key(self, house: House) -> None:
        async with house.session.get(f"{house.url}/health") as answer:
            assert await answer.json() == {"status": "ok"}
        async with house.session.get(f"{house.url}/health/detail") as answer:
            assert answer.status == 401
        async with house.get("/health/detail") as answer:
            detail = await answer.json()
        assert detail["gateway"]["state"] == "running"
        assert detail["recorder"]["recording"] is True


class TestStopping:
    async def test_a_short_answer_may_end_and_a_long_one_is_told(self, house: House) -> None:
        house.lane.always = Answer(pieces=20, delivery=Delivery(pace_s=0.02))
        house.lane.then(Answer(text="on and " * 999, pieces=5000, delivery=Delivery(pace_s=0.02)))

        async def whole() -> bytes:
            async with house.post(MESSAGES, ask("claude-stub", stream=True)) as answer:
                return bytes(await answer.read())

        long = asyncio.create_task(whole())
        await until(lambda: house.container.recording.recorder.running())
        short = asyncio.create_task(whole())
        await until(lambda: len(house.lane.requests) == 2)
        await house.container.gateway.stop()

        assert b"message_stop" in await short
        told = await long
        assert b"event: error" in told
        assert b"message_stop" not in told
        assert sorted(flight.state for flight in house.closed) == [FlightState.CUT, FlightState.OK]


async def test_a_flight_belongs_to_its_client_by_its_id(house: House) -> None:
    body = {
        "model": "claude-stub",
        "max_tokens": 8,
        "messages": [{"role": "user", "content": "Hi"}],
    }
    async with house.post("/v1/messages", body) as answer:
        assert answer.status == 200
    async with house.post("/v1/messages", body, Authorization="Bearer wrong") as refused:
        assert refused.status == 401
    await asyncio.to_thread(house.container.recording.store.flush, 5)
    kept = {
        each.client: each.owner
        for each in house.container.recording.reader.page(FlightQuery(), offset=0, limit=9)
    }
    assert kept == {"local": "local", "–": None}
