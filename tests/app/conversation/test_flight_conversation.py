"""Messages read out of recorded bodies: Anthropic's, Chat's, cut ones, any shape of all."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.app.flights.conversation.message_parts import (
    Part,
    SpeakerRole,
    SpokenMessage,
    SpokenPart,
    answer_text,
)
from llmgw_desktop.app.flights.conversation.transcript import conversation_of
from llmgw_desktop.domain.provider import CALLER_PROTOCOLS, ModelProtocol
from llmgw_desktop.wire.errors import foreign_error
from tests.support.made_flights import anthropic_stream, chat_stream, record, sse, summary


def anthropic_request(fields: object) -> tuple[SpokenMessage, ...]:
    return conversation_of(record(request_body=json.dumps(fields).encode()), of_request=True)


def anthropic_answer(body: bytes) -> tuple[SpokenMessage, ...]:
    return conversation_of(record(answer_body=body), of_request=False)


def chat(body: bytes, *, of_request: bool) -> tuple[SpokenMessage, ...]:
    flight = summary(1, protocol=ModelProtocol.OPENAI_CHAT)
    made = record(summary=flight, request_body=body, answer_body=body)
    return conversation_of(made, of_request=of_request)


def kinds(messages: tuple[SpokenMessage, ...]) -> list[tuple[SpeakerRole, list[SpokenPart]]]:
    return [(message.role, [part.kind for part in message.parts]) for message in messages]


def test_anthropic_request_with_everything() -> None:
    messages = anthropic_request(
        {
            "system": [{"type": "text", "text": "Be brief."}],
            "tools": [{"name": "Bash", "description": "Runs", "input_schema": {"type": "object"}}],
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "Look"},
                        {
                            "type": "image",
                            "source": {
                                "type": "base64",
                                "media_type": "image/png",
                                "data": "A" * 4096,
                            },
                        },
                    ],
                },
                {
                    "role": "assistant",
                    "content": [
                        {"type": "thinking", "thinking": "Hm", "signature": "x"},
                        {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"c": "ls"}},
                    ],
                },
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "tool_result",
                            "tool_use_id": "t1",
                            "is_error": True,
                            "content": [{"type": "text", "text": "no such file"}],
                        }
                    ],
                },
                {"role": "user", "content": "plain"},
                {"role": "narrator", "content": [{"type": "hologram", "x": 1}]},
            ],
        }
    )
    assert kinds(messages) == [
        (SpeakerRole.SYSTEM, [SpokenPart.TEXT]),
        (SpeakerRole.TOOLS, [SpokenPart.TOOL_OFFER]),
        (SpeakerRole.USER, [SpokenPart.TEXT, SpokenPart.IMAGE]),
        (SpeakerRole.ASSISTANT, [SpokenPart.THINKING, SpokenPart.TOOL_CALL]),
        (SpeakerRole.TOOL, [SpokenPart.TOOL_RESULT]),
        (SpeakerRole.USER, [SpokenPart.TEXT]),
        (SpeakerRole.OTHER, [SpokenPart.OTHER]),
    ]
    assert messages[2].parts[1].title == "image/png, 3 KB"
    assert messages[3].parts[1] == Part(
        kind=SpokenPart.TOOL_CALL, title="Bash", text='{\n  "c": "ls"\n}', call_id="t1"
    )
    assert messages[4].parts[0] == Part(
        kind=SpokenPart.TOOL_RESULT, text="no such file", call_id="t1", is_failure=True
    )
    assert messages[6].name == "narrator"


def test_anthropic_stream_is_put_together() -> None:
    (message,) = anthropic_answer(anthropic_stream("Rayleigh scattering.", pieces=7))
    assert message.note == "end_turn"
    assert answer_text((message,)) == "Rayleigh scattering."


def test_anthropic_stream_with_a_tool_call_in_pieces() -> None:
    body = sse(
        [
            {"type": "message_start", "message": {}},
            {
                "type": "content_block_start",
                "index": 1,
                "content_block": {"type": "tool_use", "name": "Read", "input": {}},
            },
            {
                "type": "content_block_delta",
                "index": 1,
                "delta": {"type": "input_json_delta", "partial_json": '{"path": "a'},
            },
            {
                "type": "content_block_delta",
                "index": 1,
                "delta": {"type": "input_json_delta", "partial_json": '.py"}'},
            },
            {"type": "message_stop"},
        ]
    )
    (message,) = anthropic_answer(body)
    assert message.parts == (
        Part(kind=SpokenPart.TOOL_CALL, title="Read", text='{\n  "path": "a.py"\n}'),
    )


def test_a_broken_stream_says_so_and_keeps_what_came() -> None:
    whole = anthropic_stream("Half of an answer", is_whole=False)
    (message,) = anthropic_answer(whole[:-20])
    assert message.note == "broke off"
    assert "Half of an answer".startswith(answer_text((message,)))
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    answer, trouble = anthropic_answer(whole + sse([error]))
    assert (answer.note, trouble.role) == ("broke off", SpeakerRole.ERROR)
    assert trouble.parts[0].text == "Overloaded"


def test_anthropic_answers_in_one_piece() -> None:
    fields = {"content": [{"type": "text", "text": "Hi"}], "stop_reason": "max_tokens"}
    (message,) = anthropic_answer(json.dumps(fields).encode())
    assert (message.note, answer_text((message,))) == ("max_tokens", "Hi")
    assert anthropic_answer(b'{"input_tokens": 12}') == ()
    (trouble,) = anthropic_answer(
        b'{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}'
    )
    assert (trouble.role, trouble.note) == (SpeakerRole.ERROR, "rate_limit_error")


def test_chat_request_with_everything() -> None:
    body = json.dumps(
        {
            "tools": [{"type": "function", "function": {"name": "get", "parameters": {}}}],
            "messages": [
                {"role": "developer", "content": "Be brief."},
                {
                    "role": "user",
                    "name": "kim",
                    "content": [
                        {"type": "text", "text": "Look"},
                        {"type": "image_url", "image_url": {"url": "data:image/gif;base64,QUJD"}},
                        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
                        {"type": "file", "file": {"filename": "a.pdf", "file_data": "QUJD"}},
                    ],
                },
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {"id": "c1", "function": {"name": "get", "arguments": '{"a":1}'}}
                    ],
                },
                {"role": "tool", "tool_call_id": "c1", "content": "42"},
            ],
        }
    ).encode()
    messages = chat(body, of_request=True)
    assert kinds(messages) == [
        (SpeakerRole.TOOLS, [SpokenPart.TOOL_OFFER]),
        (SpeakerRole.SYSTEM, [SpokenPart.TEXT]),
        (SpeakerRole.USER, [SpokenPart.TEXT, SpokenPart.IMAGE, SpokenPart.IMAGE, SpokenPart.FILE]),
        (SpeakerRole.ASSISTANT, [SpokenPart.TOOL_CALL]),
        (SpeakerRole.TOOL, [SpokenPart.TOOL_RESULT]),
    ]
    assert [part.title for part in messages[2].parts[1:]] == [
        "image/gif, 3 bytes",
        "image at https://example.com/a.png",
        "a.pdf, 3 bytes",
    ]


def test_chat_stream_with_reasoning_text_and_two_calls() -> None:
    def delta(**fields: object) -> dict[str, object]:
        return {"choices": [{"index": 0, "delta": fields}]}

    def call(index: int, **function: str) -> dict[str, object]:
        return {"index": index, "function": function}

    chunks = [
        delta(role="assistant", reasoning_content="think "),
        delta(reasoning_content="more"),
        delta(content="Hel"),
        delta(content="lo"),
        delta(tool_calls=[call(0, name="a", arguments=""), call(1, name="b", arguments="{")]),
        delta(tool_calls=[call(0, arguments='{"x":1}'), call(1, arguments="}")]),
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
        {"choices": [], "usage": {"prompt_tokens": 3}},
    ]
    (message,) = chat(chat_stream(chunks), of_request=False)
    assert message.note == "tool_calls"
    assert [(part.kind, part.title, part.text) for part in message.parts] == [
        (SpokenPart.THINKING, "", "think more"),
        (SpokenPart.TEXT, "", "Hello"),
        (SpokenPart.TOOL_CALL, "a", '{\n  "x": 1\n}'),
        (SpokenPart.TOOL_CALL, "b", "{}"),
    ]


def test_chat_stream_that_broke_off() -> None:
    body = chat_stream([{"choices": [{"index": 0, "delta": {"content": "Hal"}}]}], is_whole=False)
    (message,) = chat(body, of_request=False)
    assert (message.note, answer_text((message,))) == ("broke off", "Hal")


def test_bodies_that_are_no_conversation() -> None:
    assert conversation_of(record(request_body=None), of_request=True) == ()
    assert conversation_of(record(answer_body=b"<html>"), of_request=False) == ()


@pytest.mark.parametrize("protocol", CALLER_PROTOCOLS)
def test_an_error_is_shown_in_every_dialect(protocol: ModelProtocol) -> None:
    reply = foreign_error(429, "Slow down", protocol, "flt_1")
    flight = summary(1, protocol=protocol)
    made = record(summary=flight, answer_body=reply.body)
    (trouble,) = conversation_of(made, of_request=False)
    assert (trouble.role, trouble.parts[0].text) == (SpeakerRole.ERROR, "Slow down")
    assert trouble.note


def test_a_stream_that_is_recorded_in_part_did_not_break_off() -> None:
    body = anthropic_stream("Half of an answer", is_whole=False)
    made = record(answer_body=body, answer_body_whole=False)
    (message,) = conversation_of(made, of_request=False)
    assert (message.note, answer_text((message,))) == ("recorded up to here", "Half of an answer")


def test_what_the_provider_searched_stands_by_its_call() -> None:
    content = [
        {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}},
        {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [{"title": "X"}]},
    ]
    (message,) = anthropic_answer(json.dumps({"content": content}).encode())
    assert [part.kind for part in message.parts] == [SpokenPart.TOOL_CALL, SpokenPart.TOOL_RESULT]
    assert message.parts[1].call_id == "s1"
    assert '"title": "X"' in message.parts[1].text


def test_chat_pictures_of_the_model_are_placeholders() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}}
    whole = {"choices": [{"message": {"role": "assistant", "images": [picture]}}]}
    streamed = chat_stream([{"choices": [{"index": 0, "delta": {"images": [picture]}}]}])
    for body in (json.dumps(whole).encode(), streamed):
        (message,) = chat(body, of_request=False)
        assert [part.title for part in message.parts] == ["image/png, 3 bytes"]


def test_results_inside_results_without_end() -> None:
    deep: object = "x"
    for _ in range(400):
        deep = [{"type": "tool_result", "content": deep}]
    body = json.dumps({"messages": [{"role": "user", "content": deep}]}).encode()
    assert isinstance(conversation_of(record(request_body=body), of_request=True), tuple)


_WORDS = """type role content messages system tools choices delta index message tool_calls function
source image_url error images input output item response output_index summary action contents
previous_response_id parts candidates text functionCall functionResponse inlineData
promptFeedback args"""
_KINDS = """text image tool_use tool_result document user message reasoning function_call model
function_call_output web_search_call shell_call shell_call_output namespace additional_tools error
response.output_item.added response.output_text.delta response.failed response.completed"""

wild = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(_WORDS.split()),
            inner | st.sampled_from(_KINDS.split()),
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(fields=wild, protocol=st.sampled_from(CALLER_PROTOCOLS), cut=st.integers(0, 200))
def test_nothing_fails_on_any_shape(fields: object, protocol: ModelProtocol, cut: int) -> None:
    text = json.dumps(fields)
    for body in (text.encode(), text[:cut].encode(), f"data: {text}\n\n".encode()):
        made = record(summary=summary(1, protocol=protocol), request_body=body, answer_body=body)
        for of_request in (True, False):
            for message in conversation_of(made, of_request=of_request):
                assert isinstance(message.note, str)
                assert all(isinstance(part.text, str) for part in message.parts)
                assert all(isinstance(part.title, str) for part in message.parts)
