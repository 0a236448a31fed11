"""What came of an answer that broke off is a lower bound of what it generated."""

import json

import pytest

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.tokens import LOOKED_AT_BYTES, least_output_tokens

ANTHROPIC = (
    b'event: message_start\ndata: {"type":"message_start","message":{"content":[],"usage":'
    b'{"input_tokens":9,"output_tokens":1}}}\n\n'
    b'event: content_block_start\ndata: {"type":"content_block_start","index":0,'
    b'"content_block":{"type":"text","text":"not counted here"}}\n\n'
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":"one tw"}}\n\n'
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":"o three\\nfour"}}\n\n'
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"ty'
)
CHAT = (
    b'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\n\n'
    b'data: {"choices": [{"delta": {"reasoning_content": "hm so "}}]}\r\n\r\n'
    b'data: {"choices":[{"delta":{"content":"yes \\ud83d"}}]}\n\n'
    b'data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{}"}}]}}]}\n\n'
)
RESPONSES = (
    b'event: response.created\ndata: {"type":"response.created","response":'
    b'{"instructions":"a b c","text":{"format":{"type":"text"}}}}\n\n'
    b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta",'
    b'"delta":"one two"}\n\n'
    b'event: response.output_text.done\ndata: {"type":"response.output_text.done",'
    b'"text":"one two"}\n\n'
)
GEMINI = b'[{"candidates":[{"content":{"parts":[{"text":"one two three"}]}}]}\r\n,\r\n{"cand'


@pytest.mark.parametrize(
    ("protocol", "answer", "least"),
    [
        (ModelProtocol.ANTHROPIC, ANTHROPIC, 4),
        (ModelProtocol.OPENAI_CHAT, CHAT, 4),
        (ModelProtocol.OPENAI_RESPONSES, RESPONSES, 2),
        (ModelProtocol.CODEX, RESPONSES, 2),
        (ModelProtocol.GEMINI, GEMINI, 3),
        (ModelProtocol.ANTHROPIC, b"", 0),
        (ModelProtocol.OPENAI_CHAT, b'data: {"choices":[{"delta":{"content":"half', 0),
    ],
)
def test_words_that_came(protocol: ModelProtocol, answer: bytes, least: int) -> None:
    assert least_output_tokens(protocol, bytearray(answer)) == least


def test_of_a_long_answer_only_the_beginning_is_read() -> None:
    frame = b"data: %b\n\n" % json.dumps({"choices": [{"delta": {"content": "word "}}]}).encode()
    whole = frame * (4 * LOOKED_AT_BYTES // len(frame))
    least = least_output_tokens(ModelProtocol.OPENAI_CHAT, whole)
    assert 0 < least <= LOOKED_AT_BYTES // len(frame)
