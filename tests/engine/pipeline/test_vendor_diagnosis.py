"""Anthropic's own word for a cache miss: asked for where a setting says so, kept beside ours."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.model.prompt import EarlierAnswer, ModelRequest, Operation
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind, Upstream
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.engine.front.model_doors import anthropic_dialect
from llmgw_desktop.engine.pipeline import vendor_diagnosis
from tests.engine.conftest import House, house_in
from tests.support.answers import Answer, Refusal, Spent

ON = "[cache_awareness]\nask_anthropic_why = true\n"
WARM = Spent(input_tokens=50, cache_read=0, cache_write_5m=30_000, cache_write_1h=0)
COLD = Answer(spent=WARM, diagnosis={"type": "tools_changed", "cache_missed_input_tokens": 30_000})


def _ask(clock: str, words: str = "How does it begin?", **more: Any) -> dict[str, Any]:
    tool = {"name": "now", "description": f"It is {clock}.", "input_schema": {"type": "object"}}
    said = "All that was ever said. " * 1_500
    mark = {"cache_control": {"type": "ephemeral"}}
    return {
        "model": "claude-stub",
        "max_tokens": 200,
        "tools": [tool],
        "system": [{"type": "text", "text": said, **mark}],
        "messages": [{"role": "user", "content": words}],
        **more,
    }


async def _asked(house: House, body: dict[str, Any], answer: Answer | Refusal) -> str:
    """Its flight."""
    house.lane.then(answer)
    async with house.post("/v1/messages", body) as told:
        await told.read()
    async with asyncio.timeout(20):
        while not house.closed or house.closed[-1].id != told.headers["x-llmgw-flight"]:
            await asyncio.sleep(0.01)
    return house.closed[-1].id


def _diagnostics(house: House) -> list[Any]:
    return [each.json().get("diagnostics", "not asked") for each in house.lane.requests]


@pytest.mark.parametrize("stream", [False, True])
async def test_its_word_stands_beside_ours(tmp_path: Path, stream: bool) -> None:
    async with house_in(tmp_path / "home", ON) as house:
        await _asked(house, _ask("14:02", stream=stream), Answer(spent=WARM))
        missed = await _asked(house, _ask("14:03", stream=stream), COLD)
        first, second = _diagnostics(house)
        assert first == {"previous_message_id": None}
        assert second["previous_message_id"].startswith("msg_01stub")
        await asyncio.to_thread(house.container.recording.store.flush, 5)
        async with house.get(f"/v1/flights/{missed}/cache") as told:
            found = (await told.json())["cache"]
        assert found["vendorReason"] == "tools_changed"
        assert found["cause"] == "tools"
        assert found["place"] == "tools[0].description"
        record = await asyncio.to_thread(house.container.flights.record, missed)
        assert record is not None
        assert b"diagnostics" not in (record.request_body or b""), "as its caller sent it"


async def test_nothing_is_asked_where_nobody_wants_it(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home") as house:
        await _asked(house, _ask("14:02"), Answer())
        assert _diagnostics(house) == ["not asked"]


async def test_who_asks_for_himself_is_not_spoken_for(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", ON) as house:
        own = {"previous_message_id": "msg_of_mine"}
        await _asked(house, _ask("14:02", diagnostics=own), Answer())
        assert _diagnostics(house) == [own]


async def test_each_conversation_has_its_own_and_a_failed_answer_is_none(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", ON) as house:
        await _asked(house, _ask("14:02"), Answer())
        await _asked(house, _ask("14:02", "Something else."), Answer())
        await _asked(house, _ask("14:02"), Refusal(status=400))
        await _asked(house, _ask("14:02"), Answer())
        told = [each["previous_message_id"] for each in _diagnostics(house)]
        assert told[:2] == [None, None]
        assert told[2] == told[3] is not None


async def test_no_more_conversations_are_remembered_than_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vendor_diagnosis, "MOST_CONVERSATIONS", 1)
    async with house_in(tmp_path / "home", ON) as house:
        for words in ("One.", "Two.", "One."):
            await _asked(house, _ask("14:02", words), Answer())
        assert [each["previous_message_id"] for each in _diagnostics(house)] == [None] * 3


@pytest.mark.parametrize(
    ("account", "kind", "told"),
    [
        ("claude", ProviderKind.ANTHROPIC, {"previous_message_id": "msg_1"}),
        ("deputy", ProviderKind.ANTHROPIC, {"previous_message_id": None}),
        ("claude", ProviderKind.OPENAI_COMPATIBLE, None),
    ],
)
def test_only_who_gave_the_answer_is_told_of_it(
    account: str, kind: ProviderKind, told: object
) -> None:
    """After a failover another account, or another vendor with Anthropic's protocol, is asked."""
    body = orjson.dumps(_ask("14:02"))
    request = ModelRequest(
        flight_id="flt_1",
        principal=LOCAL,
        protocol=ModelProtocol.ANTHROPIC,
        operation=Operation.GENERATE,
        model="claude-stub",
        streaming=False,
        body=body,
        fields=orjson.loads(body),
        headers={},
        earlier_answer=EarlierAnswer(account="claude", id="msg_1"),
    )
    upstream = Upstream(
        provider="claude",
        account=account,
        kind=kind,
        protocol=ModelProtocol.ANTHROPIC,
        base_url="http://h",
    )
    sent = anthropic_dialect().edit(request, Candidate(upstream=upstream, model="m")).body
    assert orjson.loads(bytes(sent)).get("diagnostics") == told


async def test_other_vendors_are_asked_as_ever(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", ON) as house:
        await _asked(house, {**_ask("14:02"), "model": "gpt-stub"}, Answer())
        assert _diagnostics(house) == ["not asked"]
