"""Every door reaches a provider of another protocol, through the whole engine."""

from __future__ import annotations

import json
import re
from typing import Any

import openai
import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.model.content import Signature, Vendor
from llmgw_desktop.wire.translate.carriers import packed
from tests.engine.conftest import House, as_new
from tests.support.answers import Raw

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def house(standing_house: House) -> House:
    return as_new(standing_house)


WORDS = "say pong"
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "anthropic": (
        "/v1/messages",
        {"max_tokens": 99, "messages": [{"role": "user", "content": WORDS}]},
    ),
    "chat": ("/v1/chat/completions", {"messages": [{"role": "user", "content": WORDS}]}),
    "responses": ("/v1/responses", {"input": WORDS}),
    "codex": (
        "/backend-api/codex/responses",
        {"input": [{"role": "user", "content": WORDS}], "store": False},
    ),
    "gemini": (
        "/v1beta/models/{model}:{action}",
        {"contents": [{"role": "user", "parts": [{"text": WORDS}]}]},
    ),
}
TEXT = {
    "anthropic": lambda body: body["content"][0]["text"],
    "chat": lambda body: body["choices"][0]["message"]["content"],
    "responses": lambda body: body["output"][-1]["content"][0]["text"],
    "codex": lambda body: body["output"][-1]["content"][0]["text"],
    "gemini": lambda body: body["candidates"][0]["content"]["parts"][0]["text"],
}
LAST = {
    "anthropic": b"message_stop",
    "chat": b"[DONE]",
    "responses": b"response.completed",
    "codex": b"response.completed",
    "gemini": b'"finishReason":"STOP"',
}


def ask(door: str, model: str, *, streaming: bool) -> tuple[str, dict[str, Any]]:
    path, body = REQUESTS[door]
    if door == "gemini":
        action = "streamGenerateContent?alt=sse" if streaming else "generateContent"
        return path.format(model=model, action=action), body
    return path, {**body, "model": model, "stream": streaming}


@pytest.mark.parametrize("door", REQUESTS)
async def test_a_whole_answer(house: House, door: str) -> None:
    path, body = ask(door, "practice/echo", streaming=False)
    async with house.post(path, body) as reply:
        assert reply.status == 200, await reply.text()
        assert WORDS in TEXT[door](await reply.json())
        assert reply.headers["x-llmgw-provider"] == "practice"
    (flight,) = house.closed
    assert flight.usage.output_tokens
    assert flight.upstream_protocol is not None


@pytest.mark.parametrize("door", REQUESTS)
async def test_a_stream(house: House, door: str) -> None:
    path, body = ask(door, "practice/echo", streaming=True)
    async with house.post(path, body) as reply:
        assert reply.status == 200, await reply.text()
        assert reply.content_type == "text/event-stream"
        stream = await reply.read()
    assert LAST[door] in stream
    (flight,) = house.closed
    assert flight.state == "ok"
    assert flight.usage.output_tokens


@pytest.mark.parametrize("model", ["practice/slow", "claude-stub"])
async def test_google_s_callers_hear_a_count_once_it_is_known(house: House, model: str) -> None:
    path, body = ask("gemini", model, streaming=True)
    async with house.post(path, body) as reply:
        lines = (await reply.text()).splitlines()
    *early, last = [json.loads(line[6:])["usageMetadata"] for line in lines if line]
    assert early
    for told in early:
        assert told["promptTokenCount"]
        assert "candidatesTokenCount" not in told
    assert last["candidatesTokenCount"] > 1


@pytest.mark.parametrize("door", REQUESTS)
async def test_a_stream_that_breaks_never_ends_well(house: House, door: str) -> None:
    path, body = ask(door, "practice/cut", streaming=True)
    async with house.post(path, body) as reply:
        stream = await reply.read()
    assert LAST[door] not in stream
    assert b"error" in stream
    (flight,) = house.closed
    assert (flight.state, flight.error_kind) == ("cut", "upstream_cut")
    if flight.is_translated:
        assert flight.answer_bytes == len(stream)


@pytest.mark.parametrize("door", REQUESTS)
@pytest.mark.parametrize("status", [401, 429, 500, 529])
async def test_a_vendors_error_keeps_its_status(house: House, door: str, status: int) -> None:
    path, body = ask(door, f"practice/fault-{status}", streaming=False)
    async with house.post(path, body) as reply:
        assert reply.status == status
        told = (await reply.json())["error"]
        assert told["message"]
        if status == 429:
            assert reply.headers["retry-after"]
    (flight,) = house.closed
    assert flight.error_kind == f"upstream_{status}"


@pytest.mark.parametrize(
    ("door", "model"),
    [
        ("anthropic", "gpt-stub"),
        ("chat", "claude-stub"),
        ("responses", "gpt-stub"),
        ("codex", "gpt-stub"),
        ("gemini", "gpt-stub"),
    ],
)
async def test_a_malformed_body_is_refused_with_its_place(
    house: House, door: str, model: str
) -> None:
    path, body = ask(door, model, streaming=False)
    member = next(name for name in ("messages", "input", "contents") if name in body)
    async with house.post(path, {**body, member: [{"role": 7}]}) as reply:
        assert reply.status == 400
        told = (await reply.json())["error"]["message"]
    assert f"{member}[0]" in told
    assert not house.lane.requests


async def test_counts_for_everybody(house: House) -> None:
    for path, body, member in (
        ("/v1/messages/count_tokens", REQUESTS["anthropic"][1], "input_tokens"),
        ("/v1/responses/input_tokens", REQUESTS["responses"][1], "input_tokens"),
        ("/v1beta/models/gpt-stub:countTokens", REQUESTS["gemini"][1], "totalTokens"),
    ):
        async with house.post(path, {**body, "model": "gpt-stub"}) as reply:
            assert reply.status == 200, await reply.text()
            assert reply.headers["x-llmgw-estimate"] == "true"
            assert (await reply.json())[member] >= 2


@pytest.mark.parametrize("streaming", [False, True])
async def test_an_answer_names_the_one_it_goes_on_from(house: House, streaming: bool) -> None:
    key = house.headers()["Authorization"].removeprefix("Bearer ")
    asked: Any = {"model": "gpt-stub", "input": "and now?"}
    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=key) as sdk:
        first = await sdk.responses.create(model="practice/echo", input="remember me")
        assert first.previous_response_id is None
        if streaming:
            async with sdk.responses.stream(**asked, previous_response_id=first.id) as stream:
                begun = await anext(aiter(stream))
                assert begun.response.previous_response_id == first.id
                second = await stream.get_final_response()
        else:
            second = await sdk.responses.create(**asked, previous_response_id=first.id)
        assert second.previous_response_id == first.id
        kept = await sdk.responses.retrieve(second.id)
        assert kept.previous_response_id == first.id
        third = await sdk.responses.create(**asked, previous_response_id=second.id)
    assert third.previous_response_id == second.id
    sent = house.lane.requests[-1].json()
    assert "remember me" in str(sent["messages"][0])
    assert "previous_response_id" not in sent


async def test_what_a_kept_answer_was_asked_with_is_listed(house: House) -> None:
    key = house.headers()["Authorization"].removeprefix("Bearer ")
    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=key) as sdk:
        first = await sdk.responses.create(model="gpt-stub", input="remember me")
        second = await sdk.responses.create(
            model="gpt-stub",
            input=[{"role": "user", "content": "one"}, {"role": "user", "content": "two"}],
            previous_response_id=first.id,
        )
        items = [
            item async for item in sdk.responses.input_items.list(second.id, limit=1, order="asc")
        ]
        with pytest.raises(openai.BadRequestError, match="background"):
            await sdk.responses.cancel(second.id)
        with pytest.raises(openai.NotFoundError):
            await sdk.responses.input_items.list("resp_of_nobody")
    assert [item.content[0].text for item in items] == ["one", "two"]  # type: ignore[union-attr]


async def test_a_streamed_answer_is_kept_as_its_caller_heard_it(house: House) -> None:
    words = [f"word {number}, " for number in range(20)]
    told: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"id": "msg_1", "content": [], "usage": {}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": word},
            }
            for word in words
        ),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
        {"type": "message_stop"},
    ]
    frames = tuple(f"data: {json.dumps(each)}\n\n".encode() for each in told)
    house.lane.always = Raw(headers={"Content-Type": "text/event-stream"}, frames=frames)
    asked = {"model": "claude-stub", "input": "hi", "stream": True}
    async with house.post("/v1/responses", asked) as reply:
        stream = await reply.read()
    data = [line[6:] for line in stream.splitlines() if line.startswith(b"data: ")]
    events = [json.loads(each) for each in data]
    deltas = [each["delta"] for each in events if each["type"] == "response.output_text.delta"]
    assert deltas == words
    assert [each["sequence_number"] for each in events] == list(range(len(events)))
    answer = events[-1]["response"]
    assert answer["output"][0]["content"][0]["text"] == "".join(words)
    async with house.get(f"/v1/responses/{answer['id']}") as reply:
        assert (await reply.json())["output"] == answer["output"]


async def test_a_conversation_goes_on_from_an_answers_id(house: House) -> None:
    first = {"model": "practice/echo", "input": "remember me"}
    async with house.post("/v1/responses", first) as reply:
        answer = await reply.json()
    again = {"model": "gpt-stub", "input": "and now?", "previous_response_id": answer["id"]}
    async with house.post("/v1/responses", again) as reply:
        assert reply.status == 200, await reply.text()
    sent = house.lane.only.json()
    said = [message["content"] for message in sent["messages"]]
    assert "remember me" in str(said[0])
    assert "and now?" in str(said[-1])
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "user"]
    async with house.get(f"/v1/responses/{answer['id']}") as reply:
        assert await reply.json() == answer
    url = f"{house.url}/v1/responses/{answer['id']}"
    async with house.session.delete(url, headers=house.headers()) as reply:
        assert (await reply.json())["deleted"] is True
    async with house.get(f"/v1/responses/{answer['id']}") as reply:
        assert reply.status == 404
    unknown = {**again, "previous_response_id": "resp_unknown"}
    async with house.post("/v1/responses", unknown) as reply:
        assert reply.status == 400
        assert "not found" in (await reply.json())["error"]["message"]


async def test_an_item_that_is_only_named_is_filled_in(house: House) -> None:
    """As the AI SDK does, which goes on from items by their ids alone."""
    async with house.post("/v1/responses", {"model": "gpt-stub", "input": "ping"}) as reply:
        [message] = (await reply.json())["output"]
    question = {"role": "user", "content": "ping"}
    named = {"type": "item_reference", "id": message["id"]}
    more = {"role": "user", "content": "and now?"}
    asked = {"model": "gpt-stub", "input": [question, named, more]}
    async with house.post("/v1/responses", asked) as reply:
        assert reply.status == 200, await reply.text()
        second = await reply.json()
    said = [each["content"] for each in house.lane.requests[-1].json()["messages"]]
    assert said == ["ping", message["content"][0]["text"], "and now?"]
    on = {"model": "gpt-stub", "previous_response_id": second["id"], "input": [named, more]}
    async with house.post("/v1/responses", on) as reply:
        assert reply.status == 200, await reply.text()
    assert len(house.lane.requests[-1].json()["messages"]) == 5


@pytest.mark.parametrize("name", ["msg_unknown_0", "msg_1", "rs_68af"])
async def test_a_name_of_nothing_that_is_kept_is_refused(house: House, name: str) -> None:
    asked = {"model": "gpt-stub", "input": [{"type": "item_reference", "id": name}]}
    async with house.post("/v1/responses", asked) as reply:
        assert reply.status == 400
        assert "item of this id" in (await reply.json())["error"]["message"]


async def test_an_item_of_another_client_is_not_found(house: House) -> None:
    async with house.post("/v1/responses", {"model": "gpt-stub", "input": "ping"}) as reply:
        [message] = (await reply.json())["output"]
    access, clock = house.container.access, house.container.clock
    assert access.clients is not None
    made = ClientKeys(access.clients, clock, TimedIds(clock)).add("bob", (Scope.MODELS_USE,))
    named = {"type": "item_reference", "id": message["id"]}
    asked = {"model": "gpt-stub", "input": [{"role": "user", "content": "ping"}, named]}
    for authorization, status in ((house.headers()["Authorization"], 200), (made, 400)):
        key = {"Authorization": f"Bearer {authorization.removeprefix('Bearer ')}"}
        async with house.post("/v1/responses", asked, **key) as reply:
            assert reply.status == status, await reply.text()


async def test_what_is_not_kept_is_told_without_false_advice(house: House) -> None:
    async with house.post("/v1/responses", {"model": "practice/echo", "input": "hi"}) as reply:
        known = (await reply.json())["id"]
    path = f"/v1/responses/{known}"
    for missing, words in (
        ("/v1/responses/resp_1", "'resp_1' not found"),
        ("/v1/responses/resp_1/input_items", "'resp_1' not found"),
        (f"{path}/cancel", "There is nothing at"),
    ):
        async with house.get(missing) as reply:
            assert reply.status == 404
            told = (await reply.json())["error"]["message"]
        assert words in told
        assert "base URL" not in told
    async with house.post(f"{path}/cancel", {}) as reply:
        assert reply.status == 400
        assert "background" in await reply.text()
    async with house.get("/v1/responses/compact") as reply:
        assert (reply.status, reply.headers["allow"]) == (405, "POST")
    asked = {"model": "practice/echo", "input": "hi", "background": True}
    async with house.post("/v1/responses", asked) as reply:
        assert reply.status == 400
        told = (await reply.json())["error"]
    assert told["param"] == "background"
    assert "Correct" not in told["message"]


async def test_losses_are_told_or_refused(house: House) -> None:
    body = {**REQUESTS["anthropic"][1], "model": "gpt-stub", "top_k": 5, "container": "c"}
    async with house.post("/v1/messages", body) as reply:
        assert reply.status == 200, await reply.text()
        assert "container" in reply.headers["x-llmgw-dropped"]
    (flight,) = house.closed
    assert any("container" in name for name in flight.losses)
    async with house.post("/v1/messages", body, **{"x-llmgw-strict": "1"}) as reply:
        assert reply.status == 400
        assert "container" in (await reply.json())["error"]["message"]
    assert house.closed[1].error_kind == "loss_refused"


async def test_codex_is_told_that_there_is_no_web_socket(house: House) -> None:
    async with house.get("/backend-api/codex/responses", Upgrade="websocket") as reply:
        assert reply.status == 426
    async with house.get("/backend-api/codex/models?client_version=1") as reply:
        assert {"slug", "display_name"} <= set((await reply.json())["models"][0])


async def test_models_in_geminis_shape(house: House) -> None:
    async with house.get("/v1beta/models") as reply:
        names = [model["name"] for model in (await reply.json())["models"]]
    assert "models/gpt-stub" in names


async def test_other_vendors_seals_stay_behind(house: House) -> None:
    """A conversation that moved from one vendor to another, in the same dialect."""
    seal = packed(Signature(vendor=Vendor.GOOGLE, data="google's own"), Vendor.ANTHROPIC)
    foreign = {"type": "thinking", "thinking": "hm", "signature": seal}
    said = [foreign, {"type": "text", "text": "It rains."}]
    messages = [
        {"role": "user", "content": "The weather?"},
        {"role": "assistant", "content": said},
        {"role": "user", "content": "And now?"},
    ]
    body = {"model": "claude-stub", "max_tokens": 99, "messages": messages}
    async with house.post("/v1/messages", body) as reply:
        assert reply.status == 200, await reply.text()
    details = [{"type": "reasoning.encrypted", "data": seal, "format": "llmgw", "index": 0}]
    answered = {"role": "assistant", "content": "It rains.", "reasoning_details": details}
    chat = [{"role": "user", "content": "The weather?"}, answered, messages[2]]
    async with house.post("/v1/chat/completions", {"model": "gpt-stub", "messages": chat}) as reply:
        assert reply.status == 200, await reply.text()
        assert (await reply.json())["choices"][0]["message"]["content"]
    for seen in house.lane.requests:
        assert b"llmgw1." not in seen.body
        assert b"It rains." in seen.body


@pytest.mark.parametrize("streaming", [False, True])
async def test_an_id_that_only_its_maker_takes_goes_both_ways(
    house: House, streaming: bool
) -> None:
    """Kimi's, heard by a caller of Anthropic's protocol, who then goes on at either."""
    kimis = "functions.get:0"
    call = {"id": kimis, "type": "function", "function": {"name": "get", "arguments": "{}"}}
    whole = {"message": {"role": "assistant", "content": None, "tool_calls": [call]}}
    choice = {"index": 0, "finish_reason": "tool_calls"}
    body = {"id": "c", "object": "chat.completion", "model": "kimi-k2", "choices": [choice | whole]}
    frame = body | {"choices": [choice | {"delta": {"tool_calls": [call | {"index": 0}]}}]}
    json_, events = {"Content-Type": "application/json"}, {"Content-Type": "text/event-stream"}
    house.lane.always = (
        Raw(headers=events, frames=(f"data: {json.dumps(frame)}\n\n".encode(), b"data: [DONE]\n\n"))
        if streaming
        else Raw(headers=json_, frames=(json.dumps(body).encode(),))
    )
    tool = {"name": "get", "input_schema": {"type": "object"}}
    messages: list[Any] = [{"role": "user", "content": "Get it."}]
    asked = {"model": "chat/kimi-k2", "max_tokens": 9, "tools": [tool], "stream": streaming}
    async with house.post("/v1/messages", {**asked, "messages": messages}) as reply:
        told = await reply.text()
        assert reply.status == 200, told
    assert kimis not in told
    heard = re.findall(r'"id":"(llmgw-[A-Za-z0-9_-]+)"', told)
    assert len(heard) == 1, told
    used = {"type": "tool_use", "id": heard[0], "name": "get", "input": {}}
    given = {"type": "tool_result", "tool_use_id": heard[0], "content": "x"}
    messages += [{"role": "assistant", "content": [used]}, {"role": "user", "content": [given]}]
    async with house.post("/v1/messages", {**asked, "messages": messages}) as reply:
        assert reply.status == 200, await reply.text()
    went = json.loads(house.lane.requests[-1].body)["messages"]
    assert went[1]["tool_calls"][0]["id"] == went[2]["tool_call_id"] == kimis
    for raw in (kimis, heard[0]):  # as an earlier version gave it, and as this one does
        used["id"] = given["tool_use_id"] = raw
        claude = {**asked, "model": "claude-stub", "messages": messages}
        async with house.post("/v1/messages", claude) as reply:
            await reply.read()
        went = json.loads(house.lane.requests[-1].body)["messages"]
        assert went[1]["content"][0]["id"] == went[2]["content"][0]["tool_use_id"] == heard[0]
