"""Prompts as requests in Responses and in the Codex flavour."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, with_config

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import (
    Audio,
    CacheMark,
    CallKind,
    Citation,
    Document,
    Hosted,
    Image,
    Media,
    RedactedThinking,
    Refusal,
    Role,
    Signature,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Turn,
    Vendor,
    Video,
)
from llmgw_desktop.domain.model.prompt import (
    Effort,
    HostedKind,
    HostedTool,
    OutputFormat,
    OutputKind,
    Prompt,
    Reasoning,
    Sampling,
    Tool,
    ToolChoice,
    ToolMode,
)
from llmgw_desktop.domain.provider import ProviderKind
from tests.wire.translate.openai_responses.support import R, X, read, write

OTHER = ProviderKind.OPENAI_COMPATIBLE
F = Tool(name="f", schema={"type": "object", "properties": {}})
PATCH = Tool(
    name="patch",
    kind=CallKind.CUSTOM,
    grammar={"type": "grammar", "syntax": "lark", "definition": "start: x"},
)
SPACED = Tool(name="f", namespace="mcp__x", namespace_description="n", schema={"type": "object"})


def prompt(*items: Any, role: Role = Role.USER, **more: Any) -> Prompt:
    return Prompt(model="m", turns=(Turn(role=role, items=items or (Text(text="hi"),)),), **more)


def said(*items: Any) -> list[Any]:
    """The input that a model's turn becomes."""
    return write(prompt(*items, role=Role.ASSISTANT))[0]["input"]


def sealed(vendor: Vendor) -> Signature:
    return Signature(vendor=vendor, data="s")


def test_a_plain_prompt() -> None:
    body, lost = write(prompt())
    assert body == {
        "model": "gpt-x",
        "stream": False,
        "input": [
            {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "hi"}],
            }
        ],
        "include": ["reasoning.encrypted_content"],
        "store": False,
    }
    assert lost == ()


def test_the_codex_flavour_demands_its_own() -> None:
    body, lost = write(
        prompt(
            role=Role.SYSTEM,
            tools=(F,),
            max_tokens=9,
            sampling=Sampling(temperature=0.5, top_p=0.5),
            user="u",
            metadata={"a": "b"},
            cache_key="k",
            cache_retention="24h",
            store=True,
            service_tier="flex",
        ),
        X,
    )
    assert body["input"][0]["role"] == "developer"
    assert (body["stream"], body["store"], body["instructions"]) == (True, False, "")
    assert body["reasoning"] == {"effort": "medium"}
    assert body["parallel_tool_calls"] is True
    assert body["prompt_cache_key"] == "k"
    assert body.keys() == {
        "model", "stream", "instructions", "input", "tools", "parallel_tool_calls", "reasoning",
        "include", "prompt_cache_key", "store",
    }  # fmt: skip
    assert set(lost) == {
        "max_tokens", "temperature", "top_p", "user", "metadata", "cache_key", "store",
        "service_tier",
    }  # fmt: skip
    assert write(prompt(service_tier="priority"), X)[0]["service_tier"] == "priority"


def test_instructions_and_later_systems() -> None:
    turns = (
        Turn(role=Role.SYSTEM, items=(Text(text="a"),)),
        Turn(role=Role.USER, items=(Text(text="b"),)),
        Turn(role=Role.SYSTEM, items=(Text(text="c"),)),
        Turn(role=Role.DEVELOPER, items=(Text(text="d"),)),
    )
    body, lost = write(Prompt(model="m", turns=turns))
    assert body["instructions"] == "a"
    assert [item["role"] for item in body["input"]] == ["user", "system", "developer"]
    assert lost == ()
    two = Turn(role=Role.SYSTEM, items=(Text(text="a"), Text(text="b")))
    body, _ = write(Prompt(model="m", turns=(two,)))
    assert "instructions" not in body
    assert [part["text"] for part in body["input"][0]["content"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("item", "part"),
    [
        (
            Image(media=Media(media_type="image/png", data="AAAA"), detail="high"),
            {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "high"},
        ),
        (
            Image(media=Media(url="https://a.example")),
            {"type": "input_image", "image_url": "https://a.example", "detail": "auto"},
        ),
        (
            Image(media=Media(file_id="f", file_vendor=Vendor.OPENAI)),
            {"type": "input_image", "file_id": "f", "detail": "auto"},
        ),
        (
            Document(media=Media(media_type="application/pdf", data="AAAA")),
            {
                "type": "input_file",
                "filename": "document.pdf",
                "file_data": "data:application/pdf;base64,AAAA",
            },
        ),
        (
            Document(media=Media(url="https://a.example/b.pdf")),
            {"type": "input_file", "file_url": "https://a.example/b.pdf"},
        ),
        (
            Document(media=Media(), text="words", name="a.txt"),
            {"type": "input_text", "text": "a.txt\n\nwords"},
        ),
        (
            Audio(media=Media(media_type="audio/wav", data="AAAA")),
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        ),
        (Refusal(text="No."), {"type": "input_text", "text": "No."}),
    ],
)
def test_what_users_say(item: Any, part: dict[str, Any]) -> None:
    body, lost = write(prompt(item))
    assert body["input"][0]["content"] == [part]
    assert lost == ()


@pytest.mark.parametrize(
    ("item", "lost"),
    [
        (Image(media=Media(file_id="f", file_vendor=Vendor.ANTHROPIC)), "file_id"),
        (Audio(media=Media(media_type="audio/ogg", data="AAAA")), "audio"),
        (Video(media=Media(url="https://a.example")), "video"),
        (Hosted(vendor=Vendor.ANTHROPIC, what="x", raw={}), "hosted_item:x"),
    ],
)
def test_what_users_cannot_say(item: Any, lost: str) -> None:
    body, losses = write(prompt(Text(text="hi"), item))
    assert len(body["input"][0]["content"]) == 1
    assert losses == (lost,)


def test_a_turn_of_the_model_keeps_its_order() -> None:
    items = said(
        Thinking(text="Hm.", signature=sealed(Vendor.OPENAI)),
        RedactedThinking(signature=sealed(Vendor.OPENAI)),
        Text(text="a"),
        Refusal(text="b"),
        ToolCall(id="c1", name="f", arguments='{"a": 1.0}', namespace="mcp__x"),
        Text(text="c"),
        ToolCall(id="c2", name="patch", arguments="*** Begin", kind=CallKind.CUSTOM),
        Hosted(vendor=Vendor.OPENAI, what="web_search_call", raw={"type": "web_search_call"}),
    )
    assert [item["type"] for item in items] == [
        "reasoning",
        "reasoning",
        "message",
        "function_call",
        "message",
        "custom_tool_call",
        "web_search_call",
    ]
    assert items[0] == {
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": "Hm."}],
        "encrypted_content": "s",
    }
    assert items[1]["summary"] == []
    assert [part["type"] for part in items[2]["content"]] == ["output_text", "refusal"]
    assert items[3]["arguments"] == '{"a": 1.0}'
    assert items[3]["namespace"] == "mcp__x"
    assert items[5]["input"] == "*** Begin"


@pytest.mark.parametrize("vendor", [Vendor.ANTHROPIC, Vendor.GOOGLE, Vendor.OTHER])
def test_no_seal_goes_to_a_vendor_that_did_not_make_it(vendor: Vendor) -> None:
    turn = (
        Thinking(text="Hm.", signature=sealed(vendor)),
        RedactedThinking(signature=sealed(vendor)),
        ToolCall(id="c", name="f", arguments="{}", signature=sealed(vendor)),
    )
    body, lost = write(prompt(*turn, role=Role.ASSISTANT))
    assert [item["type"] for item in body["input"]] == ["function_call"]
    assert set(lost) == {"thinking", "signature"}


def test_own_seals_do_not_go_to_servers_of_others() -> None:
    turn = (Thinking(text="Hm.", signature=sealed(Vendor.OPENAI)),)
    body, lost = write(prompt(*turn, role=Role.ASSISTANT), R, OTHER)
    assert body["input"] == []
    assert "include" not in body
    assert set(lost) == {"thinking", "signature"}


def test_results_and_words_of_one_turn() -> None:
    body, lost = write(
        prompt(
            ToolResult(call_id="c1", items=(Text(text="ok"),)),
            ToolResult(call_id="c2", items=(Text(text="no"),), is_error=True),
            ToolResult(call_id="c3", items=(), is_error=True),
            ToolResult(call_id="c4", items=()),
            ToolResult(
                call_id="c5",
                kind=CallKind.CUSTOM,
                items=(Text(text="see"), Image(media=Media(url="https://a.example"))),
            ),
            Text(text="and now?"),
        )
    )
    outputs = body["input"]
    assert [item["type"] for item in outputs] == [
        *["function_call_output"] * 4,
        "custom_tool_call_output",
        "message",
    ]
    assert [item["output"] for item in outputs[:2]] == ["ok", "Error: no"]
    assert outputs[2]["output"] == "Error"
    assert outputs[3]["output"] == ""
    assert [part["type"] for part in outputs[4]["output"]] == ["input_text", "input_image"]
    assert lost == ("result_is_error",)


def test_long_ids_still_meet() -> None:
    long = "toolu_" + "x" * 80
    call = Turn(role=Role.ASSISTANT, items=(ToolCall(id=long, name="f", arguments="{}"),))
    result = Turn(role=Role.USER, items=(ToolResult(call_id=long, items=(Text(text="x"),)),))
    items = write(Prompt(model="m", turns=(call, result)))[0]["input"]
    assert items[0]["call_id"] == items[1]["call_id"]
    assert len(items[0]["call_id"]) <= 64


def test_tools_of_every_kind() -> None:
    search = HostedTool(
        kind=HostedKind.WEB_SEARCH,
        vendor=Vendor.ANTHROPIC,
        raw={"type": "web_search_20250305", "name": "web_search", "max_uses": 3,
             "allowed_domains": ["a.example"]},
    )  # fmt: skip
    code = HostedTool(kind=HostedKind.OTHER, vendor=Vendor.OPENAI, raw={"type": "shell"})
    body, lost = write(prompt(tools=(F, PATCH, SPACED, search, code)))
    assert body["tools"] == [
        {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}},
         "strict": False},
        {"type": "custom", "name": "patch",
         "format": {"type": "grammar", "syntax": "lark", "definition": "start: x"}},
        {"type": "namespace", "name": "mcp__x", "description": "n", "tools": [
            {"type": "function", "name": "f",
             "parameters": {"type": "object", "properties": {}}, "strict": False}]},
        {"type": "web_search", "filters": {"allowed_domains": ["a.example"]}},
        {"type": "shell"},
    ]  # fmt: skip
    assert lost == ("hosted_tool:web_search.max_uses",)


def test_servers_of_others_get_functions_alone() -> None:
    call = ToolCall(id="c", name="patch", arguments="*** Begin", kind=CallKind.CUSTOM)
    asked = Prompt(
        model="m",
        turns=(
            Turn(role=Role.ASSISTANT, items=(call,)),
            Turn(role=Role.USER, items=(
                ToolResult(call_id="c", items=(Text(text="x"),), kind=CallKind.CUSTOM),)),
        ),
        tools=(PATCH, SPACED, HostedTool(kind=HostedKind.WEB_SEARCH, vendor=Vendor.OPENAI,
                                         raw={"type": "web_search"})),
        tool_choice=ToolChoice(mode=ToolMode.ANY, names=("patch",)),
    )  # fmt: skip
    body, lost = write(asked, R, OTHER)
    assert [tool["name"] for tool in body["tools"]] == ["patch", "mcp__x__f"]
    assert body["tools"][0]["type"] == "function"
    assert body["tool_choice"] == {"type": "function", "name": "patch"}
    assert body["input"][0]["arguments"] == '{"input":"*** Begin"}'
    assert body["input"][1]["type"] == "function_call_output"
    assert set(lost) == {"custom_grammar", "hosted_tool:web_search"}


@pytest.mark.parametrize(
    ("choice", "written"),
    [
        (ToolChoice(), None),
        (ToolChoice(mode=ToolMode.AUTO), "auto"),
        (ToolChoice(mode=ToolMode.ANY), "required"),
        (ToolChoice(mode=ToolMode.NONE), "none"),
        (ToolChoice(mode=ToolMode.ANY, names=("f",)), {"type": "function", "name": "f"}),
        (ToolChoice(mode=ToolMode.ANY, names=("patch",)), {"type": "custom", "name": "patch"}),
        (
            ToolChoice(mode=ToolMode.ANY, names=("f", "patch")),
            {
                "type": "allowed_tools",
                "mode": "required",
                "tools": [{"type": "function", "name": "f"}, {"type": "custom", "name": "patch"}],
            },
        ),
    ],
)
def test_the_choice_of_tools_is_flat(choice: ToolChoice, written: Any) -> None:
    body, _ = write(prompt(tools=(F, PATCH), tool_choice=choice))
    assert body.get("tool_choice") == written


def test_without_tools_there_is_no_choice() -> None:
    body, lost = write(prompt(tool_choice=ToolChoice(mode=ToolMode.ANY, parallel=False)))
    assert not body.keys() & {"tools", "tool_choice", "parallel_tool_calls"}
    assert lost == ("tool_choice",)


def test_schemas_are_objects_at_their_root() -> None:
    tool = Tool(
        name="t",
        schema={
            "$schema": "x",
            "anyOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {}}}, True],
        },
    )
    body, lost = write(prompt(tools=(tool, Tool(name="u"))))
    assert body["tools"][0]["parameters"]["type"] == "object"
    assert body["tools"][0]["parameters"]["properties"].keys() == {"a", "b"}
    assert body["tools"][1]["parameters"] == {"type": "object", "properties": {}}
    assert lost == ("tool_schema:t",)


@pytest.mark.parametrize(
    ("wanted", "written"),
    [
        (Reasoning(effort=Effort.MAX), {"effort": "max"}),
        (Reasoning(effort=Effort.HIGH, show="auto"), {"effort": "high", "summary": "auto"}),
        (Reasoning(effort=Effort.NONE, show="auto"), {"effort": "none"}),
        (Reasoning(budget_tokens=0), {"effort": "none"}),
        (Reasoning(budget_tokens=512), {"effort": "minimal"}),
        (Reasoning(budget_tokens=1024), {"effort": "low"}),
        (Reasoning(budget_tokens=8000), {"effort": "medium"}),
        (Reasoning(budget_tokens=24576), {"effort": "high"}),
        (Reasoning(budget_tokens=32000), {"effort": "xhigh"}),
        (Reasoning(budget_tokens=-1, show="none"), None),
        (Reasoning(is_adaptive=True, show="auto"), {"summary": "auto"}),
    ],
)
def test_reasoning(wanted: Reasoning, written: Any) -> None:
    assert write(prompt(reasoning=wanted))[0].get("reasoning") == written


def test_models_that_do_not_reason_are_not_asked_to() -> None:
    body, lost = write(prompt(reasoning=Reasoning(effort=Effort.LOW)), model="gpt-4o")
    assert not body.keys() & {"reasoning", "include"}
    assert lost == ("reasoning",)
    assert write(prompt(reasoning=Reasoning(effort=Effort.NONE)), model="gpt-4.1")[1] == ()


@pytest.mark.parametrize("model", ["gpt-5.4", "o4-mini", "openai/gpt-5"])
def test_models_that_reason_take_no_sampling(model: str) -> None:
    hot = prompt(sampling=Sampling(temperature=1.0, top_p=0.5))
    body, lost = write(hot, model=model)
    assert not body.keys() & {"temperature", "top_p"}
    assert set(lost) == {"temperature", "top_p"}
    assert write(hot, R, OTHER, model=model)[0]["temperature"] == 1.0


def test_the_rest_of_how_to_answer() -> None:
    body, lost = write(
        prompt(
            streaming=True,
            max_tokens=1,
            stop=("END",),
            sampling=Sampling(temperature=0.5, top_k=3, seed=4, presence_penalty=1, logprobs=2),
            output=OutputFormat(
                kind=OutputKind.SCHEMA, name="my name", schema={"type": "object"}, verbosity="low"
            ),
            service_tier="flex",
            user="u" * 80,
            metadata={"a": "b"},
            cache_key="k" * 80,
            store=True,
        ),
        model="gpt-4.1",
    )
    assert body["stream"] is True
    assert body["max_output_tokens"] == 16
    assert body["text"] == {
        "format": {"type": "json_schema", "name": "my_name", "schema": {"type": "object"}},
        "verbosity": "low",
    }
    assert (body["temperature"], body["service_tier"], body["store"]) == (0.5, "flex", True)
    assert len(body["user"]) == len(body["prompt_cache_key"]) == 64
    assert body["metadata"] == {"a": "b"}
    assert set(lost) == {"max_tokens", "stop", "top_k", "seed", "penalties", "logprobs"}
    assert write(prompt(max_tokens=1), R, OTHER)[0]["max_output_tokens"] == 1


def test_what_else_is_lost_is_named() -> None:
    marked = Text(text="x", cache=CacheMark(), citations=(Citation(cited_text="y"),))
    asked = Prompt(
        model="m",
        turns=(
            Turn(role=Role.USER, items=(marked,), name="Ann"),
            Turn(
                role=Role.ASSISTANT,
                items=(
                    Image(media=Media(url="https://a.example")),
                    Hosted(
                        vendor=Vendor.ANTHROPIC, what="server_tool_use", raw={}, text="searched"
                    ),
                    marked,
                ),
            ),
        ),
    )
    body, lost = write(asked)
    assert [part["text"] for part in body["input"][1]["content"]] == ["searched", "x"]
    assert set(lost) == {
        "speaker_name",
        "cache_mark",
        "citations",
        "image",
        "hosted_item:server_tool_use",
        "prefill",
    }


def test_several_candidates_are_refused() -> None:
    with pytest.raises(MalformedRequest):
        write(prompt(sampling=Sampling(candidates=2)))


def test_a_request_comes_back_as_it_was_read() -> None:
    fields: dict[str, Any] = {
        "instructions": "Be brief.",
        "input": [
            {"type": "message", "role": "user", "content": [
                {"type": "input_text", "text": "hi"},
                {"type": "input_image", "image_url": "https://a.example", "detail": "auto"}]},
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}],
             "encrypted_content": "gAAA"},
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{ }",
             "namespace": "mcp__x"},
            {"type": "function_call_output", "call_id": "c", "output": "ok"},
            {"type": "custom_tool_call", "call_id": "d", "name": "patch", "input": "x"},
            {"type": "custom_tool_call_output", "call_id": "d", "output": "ok"},
            {"type": "web_search_call", "id": "ws", "status": "completed",
             "action": {"type": "search", "query": "q"}},
            {"type": "message", "role": "developer", "content": [
                {"type": "input_text", "text": "go on"}]},
        ],
        "tools": [
            {"type": "namespace", "name": "mcp__x", "description": "n", "tools": [
                {"type": "function", "name": "f", "strict": True,
                 "parameters": {"type": "object", "properties": {}}}]},
            {"type": "custom", "name": "patch"},
            {"type": "web_search"},
        ],
        "tool_choice": "auto",
        "parallel_tool_calls": False,
        "reasoning": {"effort": "low", "summary": "auto"},
        "text": {"format": {"type": "json_object"}},
        "max_output_tokens": 99,
        "store": True,
        "prompt_cache_key": "k",
    }  # fmt: skip
    body, lost = write(read(**fields))
    extra = {"model": "gpt-x", "stream": False, "include": ["reasoning.encrypted_content"]}
    assert body == fields | extra
    assert lost == ()


def test_the_body_is_what_the_sdks_types_describe() -> None:
    from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming

    strict = with_config({"extra": "forbid"})(ResponseCreateParamsNonStreaming)
    body, _ = write(
        prompt(
            Text(text="x"),
            Image(media=Media(url="https://a.example")),
            Document(media=Media(media_type="application/pdf", data="AAAA")),
            ToolResult(call_id="c", items=(Text(text="x"),)),
            tools=(F, PATCH, SPACED),
            tool_choice=ToolChoice(mode=ToolMode.ANY, names=("f", "patch"), parallel=False),
            reasoning=Reasoning(effort=Effort.LOW, show="auto"),
            output=OutputFormat(kind=OutputKind.JSON, verbosity="high"),
            max_tokens=99,
        )
    )
    assert TypeAdapter(strict).validate_python(body)["model"] == "gpt-x"
