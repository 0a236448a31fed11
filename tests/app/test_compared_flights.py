"""Two flights beside each other: of one dialect, of two, whole, cut, and not recorded at all."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from llmgw_desktop.app.flights.compared import compare_records
from llmgw_desktop.domain.flights.alignment import TextChange
from llmgw_desktop.domain.flights.comparison import (
    BlockChange,
    BlockDifference,
    FlightComparison,
    differs,
)
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.native.flight_diff import MOST_TEXT, diff_object
from tests.support.dialect_flights import in_dialect
from tests.support.made_flights import anthropic_stream, record, running, summary

TOOLS = [
    {
        "name": name,
        "description": f"What {name} does. It is 15:01:12.",
        "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}},
    }
    for name in ("Read", "Write", "Search")
]
ASKED: dict[str, Any] = {
    "model": "claude-sonnet",
    "max_tokens": 1024,
    "stream": True,
    "temperature": 0.5,
    "system": "You are terse.",
    "tools": TOOLS,
    "messages": [
        {"role": "user", "content": "Why is the sky blue?"},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "I look it up."},
                {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"path": "sky"}},
            ],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "It is."}],
        },
        {"role": "user", "content": "Say it in a word."},
    ],
}
SPEAKERS = (
    ModelProtocol.ANTHROPIC,
    ModelProtocol.OPENAI_CHAT,
    ModelProtocol.OPENAI_RESPONSES,
    ModelProtocol.CODEX,
    ModelProtocol.GEMINI,
)


def _asked(number: int = 1, said: str = "Rayleigh scattering.", **changes: object) -> FlightRecord:
    body = json.dumps({**ASKED, **changes}).encode()
    return replace(
        record(number, summary=summary(number)),
        request_body=body,
        answer_body=anthropic_stream(said),
    )


def _changed(differences: tuple[BlockDifference, ...]) -> list[tuple[str, str, str]]:
    return [
        (each.change.value, each.block.kind.value, each.block.name or each.block.role)
        for each in differences
        if differs(each)
    ]


def _words(each: BlockDifference) -> list[str]:
    return [run.text for run in each.runs if run.change is not TextChange.SAME]


def _found(comparison: FlightComparison) -> dict[str, Any]:
    told = diff_object(comparison)
    assert json.loads(json.dumps(told))
    return told


@pytest.mark.parametrize("other", SPEAKERS)
@pytest.mark.parametrize("one", SPEAKERS)
def test_the_same_in_two_dialects_is_the_same(one: ModelProtocol, other: ModelProtocol) -> None:
    comparison = compare_records(in_dialect(_asked(1), one), in_dialect(_asked(2), other))
    assert not comparison.before.missing
    assert not _changed(comparison.messages)
    assert not _changed(comparison.answer)
    assert [each for each in _changed(comparison.tools) if each[0] != "changed"] == []
    assert comparison.is_answer_same
    if one is other:
        assert comparison.is_request_same


@pytest.mark.parametrize("protocol", SPEAKERS)
def test_each_change_is_found_in_each_dialect(protocol: ModelProtocol) -> None:
    tools = json.loads(json.dumps(TOOLS))
    tools[1]["description"] = tools[1]["description"].replace("12", "40")
    del tools[2]
    messages = [*ASKED["messages"][:-1], {"role": "user", "content": "Say it in two words."}]
    after = _asked(2, "Rayleigh's scattering.", tools=tools, messages=messages, system="Be terse.")
    comparison = compare_records(in_dialect(_asked(1), protocol), in_dialect(after, protocol))
    assert _changed(comparison.tools) == [
        ("changed", "tool", "Write"),
        ("removed", "tool", "Search"),
    ]
    assert _words(comparison.tools[1]) == ["12", "40"]
    assert [each[:2] for each in _changed(comparison.messages)] == [("changed", "text")] * 2
    assert _words(comparison.messages[-1]) == ["a word", "two words"]
    assert _changed(comparison.answer) == [("changed", "text", "assistant")]
    assert comparison.is_request_same is comparison.is_answer_same is False


def test_parameters_are_told_by_name_and_unknown_ones_too() -> None:
    after = _asked(2, temperature=0.9, thinking={"type": "enabled", "budget_tokens": 600}, ours=[1])
    told = _found(compare_records(_asked(1), after))["request"]["parameters"]
    assert {each["name"]: each["values"] for each in told} == {
        "temperature": ["0.5", "0.9"],
        "thinking budget": [None, "600"],
        "thinking shown": [None, "auto"],
        "ours": [None, "[\n  1\n]"],
    }


def test_a_cache_mark_that_moved_is_a_parameter_and_changes_no_block() -> None:
    def marked(place: int) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = json.loads(json.dumps(ASKED["messages"]))
        text = {"type": "text", "text": messages[place]["content"]}
        messages[place]["content"] = [{**text, "cache_control": {"type": "ephemeral"}}]
        return messages

    comparison = compare_records(_asked(1, messages=marked(0)), _asked(2, messages=marked(3)))
    told = _found(comparison)["request"]
    assert [each["name"] for each in told["parameters"]] == ["cache marks"]
    assert told["messages"] == [{"change": "same", "count": 6}]


def test_tools_in_another_order_are_the_same_tools() -> None:
    comparison = compare_records(_asked(1), _asked(2, tools=TOOLS[::-1]))
    assert comparison.tools_moved
    assert not _changed(comparison.tools)
    assert comparison.is_request_same is False


def test_a_message_put_between_is_one_that_was_added() -> None:
    more = {"role": "user", "content": "And the sea?"}
    messages = [*ASKED["messages"][:1], more, *ASKED["messages"][1:]]
    comparison = compare_records(_asked(1), _asked(2, messages=messages))
    assert _changed(comparison.messages) == [("added", "text", "user")]
    told = _found(comparison)["request"]["messages"]
    assert [each["change"] for each in told] == ["same", "added", "same"]
    assert told[1]["text"] == "And the sea?"


def test_what_is_missing_is_said_and_is_no_difference() -> None:
    for gone in (
        replace(_asked(2), request_body=None, answer_body=None),
        replace(_asked(2), request_body=None, answer_body=None, request_body_whole=False),
        replace(_asked(2), request_body=None, answer_body=None, unreadable="Unlock the vault."),
        FlightRecord(summary=running(2)),
    ):
        comparison = compare_records(_asked(1), gone)
        assert comparison.is_request_same is comparison.is_answer_same is None
        assert not comparison.messages
        assert not comparison.answer
        assert len(comparison.after.missing) == 2
        told = _found(comparison)
        assert told["flights"][1]["missing"] == comparison.after.missing
        assert told["request"]["same"] is None


def test_a_request_of_which_the_beginning_is_kept_is_compared_as_far_as_it_goes() -> None:
    whole = _asked(2)
    body = (whole.request_body or b"")[:-40]
    cut = replace(whole, request_body=body, request_body_whole=False)
    comparison = compare_records(_asked(1), cut)
    assert comparison.after.missing[0].startswith("Only the first ")
    assert not _changed(comparison.tools)
    assert [each for each in comparison.messages if each.change is BlockChange.SAME]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff\x00" * 40, b'"a"', b'{"messages": 7}', b'{"messages": [[[[' * 200],
    ids=["nothing", "half", "a list", "bytes", "a text", "a number", "deep"],
)
def test_whatever_was_recorded_is_compared(body: bytes) -> None:
    odd = replace(_asked(2), request_body=body, answer_body=body)
    for protocol in (*SPEAKERS, ModelProtocol.CLI):
        of_other = replace(odd, summary=replace(odd.summary, protocol=protocol))
        for pair in ((_asked(1), of_other), (of_other, _asked(1)), (of_other, of_other)):
            assert _found(compare_records(*pair))


def test_an_error_is_compared_by_its_words() -> None:
    def failed(number: int, words: str) -> FlightRecord:
        error = {"type": "error", "error": {"type": "overloaded_error", "message": words}}
        return replace(_asked(number), answer_body=json.dumps(error).encode())

    comparison = compare_records(failed(1, "Too many requests."), failed(2, "Too many tokens."))
    assert _changed(comparison.answer) == [("changed", "text", "error")]
    assert _words(comparison.answer[0]) == ["requests", "tokens"]


def test_runs_of_clis_and_embeddings_have_words_too() -> None:
    def run(number: int, prompt: str) -> FlightRecord:
        flight = summary(number, protocol=ModelProtocol.CLI, streaming=False)
        body = json.dumps({"prompt": prompt, "permissionMode": "plan"}).encode()
        return FlightRecord(summary=flight, request_body=body, answer_body=prompt.encode())

    comparison = compare_records(run(1, "Do it."), run(2, "Do it now."))
    assert len(_changed(comparison.messages)) == len(_changed(comparison.answer)) == 1

    def embedding(number: int, text: str) -> FlightRecord:
        flight = summary(number, protocol=ModelProtocol.OPENAI_CHAT, operation=Operation.EMBED)
        body = json.dumps({"model": "e", "input": [text]}).encode()
        return FlightRecord(summary=flight, request_body=body, answer_body=b'{"data": []}')

    comparison = compare_records(embedding(1, "sky"), embedding(2, "sea"))
    assert len(_changed(comparison.messages)) == 1
    assert comparison.is_answer_same is not False


def test_long_texts_are_shortened_where_nothing_changed() -> None:
    long = "All is well. " * 4_000
    before, after = (_asked(n, system=f"{long}It is {n}. {long}") for n in (1, 2))
    told = _found(compare_records(before, after))["request"]["messages"][0]
    assert len(json.dumps(told)) < MOST_TEXT
    assert [run["change"] for run in told["words"]] == ["same", "removed", "added", "same"]
    assert told["words"][0]["omitted"] > 10_000


def test_half_a_megabyte_a_side_takes_a_fraction_of_a_second() -> None:
    """Long conversations of many tools, of which some of all kinds changed."""

    def long(number: int) -> FlightRecord:
        tools = [{**TOOLS[0], "name": f"t{n}", "description": f"{n} " * 300} for n in range(60)]
        messages = [
            {"role": "user" if n % 2 == 0 else "assistant", "content": f"Message {n}. " * 75}
            for n in range(460)
        ]
        messages[200]["content"] += f" It is {number}."
        messages.insert(300, {"role": "user", "content": f"More of {number}."})
        return _asked(number, tools=tools, messages=messages)

    one, other = long(1), long(2)
    assert len(one.request_body or b"") > 500_000
    begun = time.process_time()
    comparison = compare_records(one, other)
    took = time.process_time() - begun
    print(f"{took * 1000:.0f} ms")
    assert took < 5, "0.2 s on a machine that does nothing else"
    assert len(_changed(comparison.messages)) == 2


def test_however_much_differs_what_is_told_has_an_end() -> None:
    def talk(number: int) -> FlightRecord:
        messages = [
            {"role": "user", "content": f"{number} says {n}. " + "word " * 300} for n in range(900)
        ]
        return _asked(number, messages=messages)

    comparison = compare_records(talk(1), talk(2))
    for most in (2_000, 20_000, 200_000):
        told = diff_object(comparison, most)
        assert len(json.dumps(told)) < most + 10 * MOST_TEXT
        blocks = told["request"]["messages"]
        assert blocks[-1]["change"] == "more"
        told_of = sum(each.get("count", 1) for each in blocks)
        assert told_of == len(comparison.messages)
