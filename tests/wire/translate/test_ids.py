"""Ids of calls on their way through conversations that change their provider from turn to turn."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.model.answer import Answer, Stop, StopKind
from llmgw_desktop.domain.model.content import ToolCall
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind, Upstream
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.engine.front import model_doors, responses_door
from llmgw_desktop.wire.translate.carriers import ANY, MARK, MISTRAL, CallIds, given_id, original_id
from llmgw_desktop.wire.translate.codec import PromptTarget
from llmgw_desktop.wire.translate.in_place import rule_of, with_fitting_ids
from llmgw_desktop.wire.translate.losses import LossReport
from tests.wire.translate.pairs.made import PLAIN, asked, codec

KIMI = "functions.get_weather:0"
ANTHROPIC, CHAT = ModelProtocol.ANTHROPIC, ModelProtocol.OPENAI_CHAT
RESPONSES, GEMINI = ModelProtocol.OPENAI_RESPONSES, ModelProtocol.GEMINI
COMPATIBLE = ProviderKind.OPENAI_COMPATIBLE
TARGETS = [
    PromptTarget(protocol=protocol, kind=kind, model=model)
    for protocol, kind, model in (
        (ANTHROPIC, ProviderKind.ANTHROPIC, "claude-sonnet-4-5"),
        (ANTHROPIC, COMPATIBLE, "kimi-k2"),
        (CHAT, COMPATIBLE, "kimi-k2"),
        (CHAT, ProviderKind.OPENAI, "gpt-4.1"),
        (CHAT, COMPATIBLE, "mistral-large-latest"),
        (CHAT, ProviderKind.OPENROUTER, "anthropic/claude-sonnet-4.5"),
        (RESPONSES, ProviderKind.OPENAI, "gpt-5"),
        (GEMINI, ProviderKind.GOOGLE, "gemini-3-pro"),
    )
]
DOORS = {
    ANTHROPIC: model_doors.anthropic_dialect(),
    CHAT: model_doors.openai_dialect(),
    RESPONSES: responses_door.dialect(RESPONSES),
}
CALLERS = (ANTHROPIC, CHAT, RESPONSES, GEMINI)
IDS = st.one_of(
    st.builds("functions.{}:{}".format, st.sampled_from(["get", "g" * 60]), st.integers(0, 9)),
    st.from_regex(r"\A(?:toolu_|call_|)[A-Za-z0-9_-]{1,50}\Z"),
    st.from_regex(r"\A[A-Za-z0-9]{9}\Z"),
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=90),
    st.builds(lambda said: given_id(given_id(said)), st.text("a.:é", min_size=1, max_size=9)),
    st.just(MARK),
)
TURNS = st.lists(
    st.tuples(IDS, st.sampled_from(TARGETS)), min_size=1, max_size=7, unique_by=lambda turn: turn[0]
)


@dataclass
class Conversation:
    """As a program of one protocol keeps it: ids of calls, each with its result."""

    caller: ModelProtocol
    ids: list[str]

    def body(self) -> dict[str, Any]:
        said: list[Any] = []
        for each in self.ids:
            said += getattr(self, f"_{self.caller.name.lower()}")(each)
        first = {"role": "user", "content": "Go."}
        match self.caller:
            case ModelProtocol.OPENAI_RESPONSES:
                return {"model": "m", "input": [first, *said]}
            case ModelProtocol.GEMINI:
                return {"contents": [{"role": "user", "parts": [{"text": "Go."}]}, *said]}
        return {"model": "m", "max_tokens": 9, "messages": [first, *said]}

    def _anthropic(self, call_id: str) -> list[Any]:
        # what a tool is told and gives back is not ours to change, whatever it looks like
        call = {"type": "tool_use", "id": call_id, "name": "f", "input": {"tool_use_id": KIMI}}
        told = {"type": "tool_result", "tool_use_id": call_id, "content": "x"}
        return [{"role": "assistant", "content": [call]}, {"role": "user", "content": [told]}]

    def _openai_chat(self, call_id: str) -> list[Any]:
        function = {"name": "f", "arguments": json.dumps({"tool_call_id": KIMI})}
        call = {"id": call_id, "type": "function", "function": function}
        said = {"role": "assistant", "content": None, "tool_calls": [call]}
        return [said, {"role": "tool", "tool_call_id": call_id, "content": "x"}]

    def _openai_responses(self, call_id: str) -> list[Any]:
        call = {"type": "function_call", "call_id": call_id, "name": "f", "arguments": "{}"}
        return [call, {"type": "function_call_output", "call_id": call_id, "output": "x"}]

    def _gemini(self, call_id: str) -> list[Any]:
        call = {"functionCall": {"id": call_id, "name": "f", "args": {}}}
        told = {"functionResponse": {"id": call_id, "name": "f", "response": {"output": "x"}}}
        return [{"role": "model", "parts": [call]}, {"role": "user", "parts": [told]}]


def ids_in(body: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Of calls, and of results."""
    calls, results = [], []
    for said in body.get("messages") or body.get("input") or body.get("contents") or ():
        content = said.get("content") or said.get("parts") or said.get("output") or ()
        for part in [said, *(said.get("tool_calls") or ()), *content]:
            match part:
                case {"functionCall": {"id": found}} | {"type": "tool_use", "id": found}:
                    calls.append(found)
                case {"type": "function", "id": found}:
                    calls.append(found)
                case {"type": "function_call", "call_id": found}:
                    calls.append(found)
                case {"functionResponse": {"id": found}} | {"tool_use_id": found}:
                    results.append(found)
                case {"tool_call_id": found} | {"call_id": found}:
                    results.append(found)
    return calls, results


def candidate(target: PromptTarget) -> Candidate:
    upstream = Upstream(provider="p", kind=target.kind, protocol=target.protocol, base_url="")
    return Candidate(upstream=upstream, model=target.model)


def sent(talk: Conversation, target: PromptTarget) -> dict[str, Any]:
    """What the target gets: the body as it came but for ids, or another one."""
    fields = talk.body()
    if talk.caller is not target.protocol or talk.caller is GEMINI:
        read = codec(talk.caller).read_prompt(fields, "m", False, LossReport())
        return json.loads(codec(target.protocol).write_prompt(read, target, LossReport()).body)
    request = ModelRequest(
        operation=Operation.GENERATE,
        protocol=talk.caller,
        model=target.model,
        body=json.dumps(fields | {"model": target.model}).encode(),
        fields=fields | {"model": target.model},
        streaming=False,
        flight_id="f",
        principal=LOCAL,
        headers={},
    )
    return json.loads(bytes(DOORS[talk.caller].edit(request, candidate(target)).body))


def answered(talk: Conversation, target: PromptTarget, call_id: str) -> str:
    """The id as the caller hears it."""
    if talk.caller is target.protocol:
        return call_id
    call = ToolCall(id=call_id, name="f", arguments="{}")
    answer = Answer(id="a", model="m", items=(call,), stop=Stop(kind=StopKind.TOOLS))
    body = json.loads(codec(talk.caller).write_answer(answer, asked(PLAIN), LossReport()))
    found = ids_in({"input": body["output"]} if talk.caller is RESPONSES else {"input": [body]})
    if talk.caller is CHAT:
        return str(body["choices"][0]["message"]["tool_calls"][0]["id"])
    if talk.caller is GEMINI:
        return str(body["candidates"][0]["content"]["parts"][0]["functionCall"]["id"])
    return found[0][0]


@given(st.sampled_from(CALLERS), TURNS)
def test_over_turns_and_switches_of_the_provider(
    caller: ModelProtocol, turns: list[tuple[str, PromptTarget]]
) -> None:
    """What fits stays, a server gets its own ids again, all are in its grammar, no two are one, and
    each turn says the same of what was before."""
    talk, made = Conversation(caller, []), list[str]()
    before: dict[PromptTarget, list[str]] = {}
    for call_id, target in turns:
        is_passed_on = caller is target.protocol
        if is_passed_on or caller in (CHAT, GEMINI):  # whose ids stay, whatever they look like
            assume(not call_id.startswith(MARK))
        calls, results = ids_in(sent(talk, target))
        rule = rule_of(candidate(target))
        assert calls == results
        assert len(calls) == len(set(calls)) == len(made)
        assert calls[: len(before.get(target, []))] == before.get(target, [])
        for was, written in zip(made, calls, strict=True):
            assert rule.fits(written) or target.protocol is GEMINI or (rule is ANY and is_passed_on)
            if rule.fits(was):
                assert written == was
        before[target] = calls
        heard = answered(talk, target, call_id)
        if caller in (ANTHROPIC, RESPONSES) and not is_passed_on:
            assert heard == call_id or heard.startswith(MARK)
        talk.ids.append(heard)
        made.append(call_id)


@pytest.mark.parametrize("caller", [ANTHROPIC, RESPONSES])
def test_kimis_own_id_is_plain_for_the_caller_and_its_own_again_at_kimi(
    caller: ModelProtocol,
) -> None:
    kimi = TARGETS[2]
    talk = Conversation(caller, [])
    talk.ids.append(answered(talk, kimi, KIMI))
    assert talk.ids == ["llmgw-ZnVuY3Rpb25zLmdldF93ZWF0aGVyOjA"]
    assert ids_in(sent(talk, kimi)) == ([KIMI], [KIMI])
    for target in TARGETS:  # and where the caller's protocol is spoken it goes as it is
        if target.protocol is caller and rule_of(candidate(target)) is not ANY:
            assert ids_in(sent(talk, target))[0] == talk.ids
    assert ids_in(sent(talk, TARGETS[1]))[0] == [KIMI]


@pytest.mark.parametrize("call_id", ["call_0", KIMI])
def test_a_server_that_counts_anew_gives_no_caller_one_id_twice(call_id: str) -> None:
    """Claude's own service refuses that, and programs know a call by its id."""
    talk = Conversation(ANTHROPIC, [])
    for _ in range(3):
        read = codec(ANTHROPIC).read_prompt(talk.body(), "m", False, LossReport())
        call = ToolCall(id=call_id, name="f", arguments="{}")
        answer = Answer(id="a", model="m", items=(call,), stop=Stop(kind=StopKind.TOOLS))
        told = json.loads(codec(ANTHROPIC).write_answer(answer, asked(read), LossReport()))
        talk.ids.append(told["content"][0]["id"])
    made = [call_id, f"{call_id}-2", f"{call_id}-3"]
    assert talk.ids == [given_id(each) for each in made]
    assert ids_in(sent(talk, TARGETS[2])) == (made, made)
    assert ids_in(sent(talk, TARGETS[0])) == (talk.ids, talk.ids)


def test_only_ids_change_in_a_body_that_is_passed_on() -> None:
    talk = Conversation(ANTHROPIC, ["toolu_1", KIMI])
    claude, mistral = TARGETS[0], TARGETS[4]
    went, came = sent(talk, claude), talk.body()
    assert went["messages"][3]["content"][0]["id"] == given_id(KIMI)
    assert went["messages"][3]["content"][0]["input"] == {"tool_use_id": KIMI}
    assert went["messages"][:3] == came["messages"][:3]
    chat = Conversation(CHAT, ["call_1", "a1B2c3D4e"])
    written = ids_in(sent(chat, mistral))[0]
    assert MISTRAL.fits(written[0])
    assert written[1] == "a1B2c3D4e"
    fields = Conversation(CHAT, ["a1B2c3D4e", KIMI.replace(".", "\u00e9")]).body()
    body = json.dumps(fields).encode()
    assert with_fitting_ids(body, fields, candidate(TARGETS[2])) is body


@given(st.text(st.characters(), max_size=200))
def test_what_we_gave_becomes_again_what_it_was(call_id: str) -> None:
    assert original_id(given_id(call_id)) == call_id
    assert given_id(original_id(call_id)) == given_id(call_id) or call_id.startswith(MARK)


def test_a_collision_of_short_digests_is_kept_apart() -> None:
    ids = CallIds(MISTRAL)
    first = ids.written("functions.get:0")
    again = CallIds(MISTRAL)
    assert again.written(first) == first
    other = again.written("functions.get:0")
    assert other != first
    assert MISTRAL.fits(other)
    assert again.written("functions.get:0") == other


def test_a_monstrous_id_gets_a_digest() -> None:
    assert given_id("é" * 100_000) == given_id("é" * 100_000)
    assert len(given_id("é" * 100_000)) < 64
    assert original_id(MARK + "A" * 100_000) == MARK + "A" * 100_000
