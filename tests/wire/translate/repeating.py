"""Streams whose frames repeat themselves around a few words, plain and strange."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

WORDS, PADDING, NUMBER = object(), object(), object()
"""In a payload: the words of this frame; something else in each frame; the frame's number."""


class Pairs(list[tuple[str, Any]]):
    """An object, its members in a row."""


def rendered(told: Any, words: str, number: int, *, ascii_only: bool, gap: str) -> str:
    """JSON as servers write it, with or without blanks and escapes."""

    def of(inner: Any) -> str:
        if isinstance(inner, dict):
            inner = Pairs(inner.items())
        if isinstance(inner, Pairs):
            members = (f"{of(name)}:{gap}{of(value)}" for name, value in inner)
            return "{" + f",{gap}".join(members) + "}"
        if isinstance(inner, list):
            return "[" + f",{gap}".join(map(of, inner)) + "]"
        if inner is WORDS:
            inner = words
        elif inner is NUMBER:
            inner = number
        elif inner is PADDING:
            inner = "x9Z"[: number % 4] + str(number)
        try:
            whole = json.dumps(inner, ensure_ascii=ascii_only)
            whole.encode()
        except UnicodeEncodeError:
            whole = json.dumps(inner)
        return whole

    return of(told)


texts = st.one_of(
    st.sampled_from(
        [
            *("", " ", "a", "tok ", 'say "hi"', "\\", '\\"', "\n", "\r\n\r\n", "é", "😀", "\x00"),
            *("\ud800", "x\udc00y", "content", "text", "id-1", "model-1", "\u2028", "/", "}]"),
            *('"}}]}', "data: [DONE]\n\n", '{"input":"', 'b"}', "learning where the words are"),
        ]
    ),
    st.text(max_size=8),
)
"""Also such as stand elsewhere in the frames."""
mild = st.sampled_from(["a", "tok ", 'say "hi"', "\n", "é", "content", "id-1", "{}", "\\"])
runs = st.one_of(
    st.lists(texts, min_size=1, max_size=6),
    st.lists(mild, min_size=2, max_size=9),
    st.lists(mild, min_size=2, max_size=9),
)
names = st.sampled_from(["id-1", WORDS])


def _some(*members: tuple[str, Any]) -> st.SearchStrategy[Pairs]:
    """A few of these members in any order, some of them twice."""
    return st.lists(st.sampled_from(members), max_size=3).map(Pairs)


chat_pieces = st.builds(
    lambda index, begins, arguments, more: Pairs(
        [*index, *begins, ("function", Pairs([*more, ("arguments", arguments)]))]
    ),
    st.sampled_from([[("index", 0)], [("index", 1)], []]),
    st.sampled_from(
        [[], [], [("id", "c1")], [("id", "c2"), ("type", "function")], [("id", WORDS)]]
    ),
    st.sampled_from([WORDS, WORDS, "{}", None]),
    st.sampled_from([[], [], [("name", "get_weather")], [("name", "free")]]),
)
chat_deltas = st.builds(
    lambda before, main, after: Pairs([*before, *main, *after]),
    _some(("role", "assistant"), ("content", None), ("content", ""), ("content", "dup")),
    st.one_of(
        st.sampled_from(
            [
                [("content", WORDS)],
                [("content", WORDS)],
                [("reasoning_content", WORDS)],
                [("reasoning", WORDS)],
                [("reasoning", WORDS), ("content", WORDS)],
                [("refusal", WORDS)],
                [("content", [{"type": "text", "text": WORDS}])],
                [("reasoning_details", [{"type": "reasoning.text", "text": WORDS}])],
            ]
        ),
        st.lists(chat_pieces, min_size=1, max_size=2).map(lambda made: [("tool_calls", made)]),
    ),
    _some(("refusal", None), ("reasoning", None), ("tool_calls", []), ("content", WORDS)),
)
chat_choices = st.builds(
    lambda index, delta, finish: Pairs([*index, ("delta", delta), *finish]),
    st.sampled_from([[("index", 0)], [("index", 0)], [("index", 1)], []]),
    chat_deltas,
    st.sampled_from([[], [("finish_reason", None)], [("finish_reason", None)]])
    | st.sampled_from([[("finish_reason", "")], [("finish_reason", "stop")]]),
)
chat_payloads = st.builds(
    lambda answer_id, model, choices, more: Pairs(
        [("id", answer_id), ("model", model), ("choices", choices), *more]
    ),
    names,
    names,
    st.lists(chat_choices, min_size=1, max_size=1) | st.lists(chat_choices, max_size=2),
    _some(
        ("usage", None),
        ("usage", {"prompt_tokens": 3, "completion_tokens": 4}),
        ("usage", {"prompt_tokens": 3, "completion_tokens": 5}),
        ("obfuscation", PADDING),
        ("obfuscation", WORDS),
        ("content", WORDS),
        ("error", None),
        ("choices", [{"index": 0, "delta": {"content": WORDS}}]),
    ),
)
chat_others = st.sampled_from(
    [
        b": keep-alive\n\n",
        b'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":9}}\n\n',
        b'data: {"id":"id-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
        b'data: {"error":{"message":"no"},"choices":[{"delta":{"content":"x"}}]}\n\n',
        b"data: [DONE]\n\n",
        b"data: {\n\n",
    ]
)

anthropic_payloads = st.builds(
    lambda index, kind, more, tail: Pairs(
        [
            ("type", "content_block_delta"),
            ("index", index),
            ("delta", Pairs([("type", kind[0]), *more, (kind[1], WORDS)])),
            *tail,
        ]
    ),
    st.sampled_from([0, 0, 0, 1]),
    st.sampled_from(
        [
            ("text_delta", "text"),
            ("text_delta", "text"),
            ("thinking_delta", "thinking"),
            ("input_json_delta", "partial_json"),
            ("signature_delta", "signature"),
            ("text_delta", "other"),
        ]
    ),
    _some(("text", "dup"), ("text", WORDS), ("text", None), ("id", WORDS)),
    _some(("delta", {"type": "text_delta", "text": "x"}), ("text", WORDS), ("p", PADDING)),
)
_BLOCKS: tuple[dict[str, Any], ...] = (
    {"type": "text", "text": ""},
    {"type": "thinking", "thinking": "", "signature": ""},
    {"type": "tool_use", "id": "t", "name": "get_weather", "input": {}},
    {"type": "tool_use", "id": "t", "name": "free", "input": {}},
    {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},
)


def _named(payload: dict[str, Any]) -> bytes:
    return f"event: {payload['type']}\ndata: {json.dumps(payload)}\n\n".encode()


anthropic_others = st.builds(
    lambda index, block: _named(
        {"type": "content_block_start", "index": index, "content_block": block}
    ),
    st.sampled_from([0, 0, 1]),
    st.sampled_from(_BLOCKS),
) | st.sampled_from(
    [
        _named({"type": "ping"}),
        _named({"type": "content_block_stop", "index": 0}),
        _named({"type": "message_start", "message": {"id": "id-1", "model": "model-1"}}),
        _named({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}),
        _named({"type": "message_stop"}),
        _named({"type": "error", "error": {"type": "overloaded_error", "message": "no"}}),
    ]
)

gemini_parts = st.builds(
    lambda before, after: Pairs([*before, ("text", WORDS), *after]),
    _some(("text", "dup"), ("thought", True), ("thought", False)),
    st.one_of(
        st.just(Pairs()),
        _some(("thoughtSignature", "c2ln"), ("thought", True), ("text", WORDS), ("id", WORDS)),
    ),
)
gemini_candidates = st.builds(
    lambda parts, more: Pairs([("content", {"parts": parts, "role": "model"}), *more]),
    st.lists(gemini_parts, min_size=1, max_size=1) | st.lists(gemini_parts, max_size=2),
    st.just(Pairs())
    | _some(
        ("index", 0),
        ("index", 1),
        ("finishReason", "STOP"),
        ("groundingMetadata", {"groundingSupports": [{"segment": {"text": WORDS}}]}),
        ("citationMetadata", {"citationSources": [{"startIndex": 0, "endIndex": 1, "uri": "u"}]}),
    ),
)
gemini_payloads = st.builds(
    lambda candidates, more, answer_id: Pairs(
        [("candidates", candidates), *more, ("responseId", answer_id)]
    ),
    st.lists(gemini_candidates, min_size=1, max_size=1)
    | st.lists(gemini_candidates, min_size=1, max_size=2),
    _some(
        ("usageMetadata", {"promptTokenCount": 3, "candidatesTokenCount": 4}),
        ("usageMetadata", {"promptTokenCount": 3, "candidatesTokenCount": 5}),
        ("text", WORDS),
        ("error", None),
        ("obfuscation", PADDING),
        ("modelVersion", WORDS),
    ),
    names,
)
_CALL = {"functionCall": {"name": "get_weather", "args": {"city": "Bern"}}}
gemini_others = st.sampled_from(
    [
        {"candidates": [{"content": {"parts": [_CALL]}}]},
        {"candidates": [{"content": {"parts": [{"thoughtSignature": "c2ln"}]}}]},
        {"candidates": [{"finishReason": "STOP"}], "usageMetadata": {"promptTokenCount": 9}},
        {"error": {"message": "no"}, "candidates": [{"content": {"parts": [{"text": "x"}]}}]},
        {"promptFeedback": {"blockReason": "SAFETY"}},
    ]
).map(lambda told: f"data: {json.dumps(told)}\n\n".encode())


def _chat(delta: Any, *more: tuple[str, Any], **beside: Any) -> Pairs:
    choice = {"index": 0, "delta": delta, "finish_reason": None, **beside}
    return Pairs([("id", "id-1"), ("model", "model-1"), ("choices", [choice]), *more])


def _chat_call(**piece: Any) -> Pairs:
    return _chat({"tool_calls": [{"function": {"arguments": WORDS}, **piece}]})


_OTHER_CALL = {"index": 1, "id": "c9", "type": "custom", "custom": {"name": "own", "input": "z"}}

chat_usual = st.sampled_from(
    [
        _chat({"content": WORDS}),
        _chat({"role": "assistant", "content": WORDS, "refusal": None}, ("usage", None)),
        _chat({"content": WORDS}, ("usage", {"prompt_tokens": 3})),
        _chat({"content": WORDS}, ("usage", {"prompt_tokens": 4})),
        _chat({"content": WORDS}, finish_reason="stop"),
        _chat({"content": WORDS}, ("obfuscation", PADDING)),
        _chat({"reasoning": WORDS, "content": ""}),
        _chat({"content": WORDS, "reasoning": WORDS}),
        _chat_call(index=0),
        _chat_call(index=1),
        _chat_call(),
        _chat_call(index=0, id="c1", function={"name": "get_weather", "arguments": WORDS}),
        _chat_call(index=1, id="c2", function={"name": "free", "arguments": WORDS}),
        _chat_call(id="c3", function={"name": "get_weather", "arguments": WORDS}),
        _chat_call(index=0, type="custom", custom={"name": "own", "input": WORDS}),
        _chat({"tool_calls": [{"index": 0, "function": {"arguments": WORDS}}, _OTHER_CALL]}),
    ]
)


def _anthropic(kind: str, name: str, index: int = 0, **more: Any) -> Pairs:
    return Pairs(
        [
            ("type", "content_block_delta"),
            ("index", index),
            ("delta", {"type": kind, name: WORDS}),
            *more.items(),
        ]
    )


anthropic_usual = st.sampled_from(
    [
        _anthropic("text_delta", "text"),
        _anthropic("text_delta", "text", p=PADDING),
        _anthropic("text_delta", "text", 1),
        _anthropic("thinking_delta", "thinking"),
        _anthropic("input_json_delta", "partial_json"),
        _anthropic("input_json_delta", "partial_json", 1),
    ]
)


def _gemini(part: Any, usage: Any = None, *parts: Any, **more: Any) -> Pairs:
    candidate = {"content": {"parts": [{"text": WORDS, **part}, *parts], "role": "model"}, **more}
    return Pairs([("candidates", [candidate]), ("usageMetadata", usage), ("responseId", "id-1")])


_GROUNDING = {
    "groundingChunks": [{"web": {"uri": "https://a.b/"}}],
    "groundingSupports": [
        {"segment": {"startIndex": 0, "endIndex": 1}, "groundingChunkIndices": [0]}
    ],
}
_CITED = {"citationSources": [{"startIndex": 0, "endIndex": 1, "uri": "https://c.d/"}]}

gemini_usual = st.sampled_from(
    [
        _gemini({}),
        _gemini({"thought": True}),
        _gemini({}, {"promptTokenCount": 3}),
        _gemini({}, {"promptTokenCount": 3, "candidatesTokenCount": 4}),
        _gemini({"thoughtSignature": "c2ln"}),
        _gemini({}, finishReason="STOP"),
        _gemini({}, None, _CALL),
        _gemini({}, groundingMetadata=_GROUNDING),
        _gemini({}, groundingMetadata=_GROUNDING, citationMetadata=_CITED),
    ]
)


_RESPONSES_KINDS = {
    "output_text": [("content_index", 0), ("logprobs", [])],
    "refusal": [("content_index", 1)],
    "reasoning_summary_text": [("summary_index", 0)],
    "reasoning_text": [("content_index", 0)],
    "function_call_arguments": [],
    "custom_tool_call_input": [],
}


def _responses(
    what: str, before: list[tuple[str, Any]], at: int, after: list[tuple[str, Any]]
) -> Pairs:
    told = [("type", f"response.{what}.delta"), *before, ("item_id", f"i-{at}")]
    return Pairs([*told, ("output_index", at), *_RESPONSES_KINDS[what], ("delta", WORDS), *after])


_COUNTED = ("sequence_number", NUMBER)
responses_usual = st.sampled_from(
    [
        _responses("output_text", [_COUNTED], 0, []),
        _responses("output_text", [], 0, [_COUNTED]),
        _responses("output_text", [], 0, []),
        _responses("output_text", [_COUNTED], 0, [("obfuscation", PADDING)]),
        _responses("output_text", [], 0, [_COUNTED, ("obfuscation", PADDING)]),
        _responses("reasoning_summary_text", [_COUNTED], 0, []),
        _responses("function_call_arguments", [_COUNTED], 1, []),
        _responses("refusal", [_COUNTED], 0, []),
    ]
)
responses_payloads = st.builds(
    _responses,
    st.sampled_from(list(_RESPONSES_KINDS)),
    _some(_COUNTED, ("sequence_number", 5), ("response", {"sequence_number": NUMBER})),
    st.integers(0, 2),
    _some(
        _COUNTED,
        ("sequence_number", "7"),
        ("delta", WORDS),
        ("type", "response.output_text.delta"),
        ("obfuscation", PADDING),
        ("item", {"sequence_number": NUMBER, "delta": WORDS}),
    ),
)
_CALLED = {"type": "function_call", "id": "i-2", "name": "get_weather", "call_id": "c2"}
_SAID = {"type": "message", "id": "i-0", "content": [{"type": "output_text", "text": "all"}]}
responses_others = st.sampled_from(
    [
        {"type": "response.output_item.added", "output_index": 2, "item": _CALLED},
        {"type": "response.output_item.done", "output_index": 0, "item": _SAID},
        {"type": "response.output_text.done", "output_index": 0, "text": "all"},
        {"type": "response.in_progress", "response": {"id": "r"}},
        {"type": "response.completed", "response": {"id": "r", "status": "completed"}},
        {"type": "error", "message": "no"},
        {"type": "keepalive", "sequence_number": 3},
    ]
).map(lambda told: f"data: {json.dumps(told)}\n\n".encode())


@st.composite
def streams(
    draw: Callable[..., Any],
    usual: st.SearchStrategy[Any],
    payloads: st.SearchStrategy[Any],
    others: st.SearchStrategy[bytes],
) -> list[bytes]:
    """Runs of frames that differ in their words alone, and what comes between."""
    frames: list[bytes] = []
    kept = draw(st.lists(st.one_of(usual, usual, payloads), min_size=1, max_size=3))
    ascii_only, gap = draw(st.booleans()), draw(st.sampled_from(["", " "]))
    end = draw(st.sampled_from(["\n\n", "\n\n", "\r\n\r\n"]))
    head = draw(
        st.sampled_from(["data: ", "data: ", "event: content_block_delta\ndata: ", "data:"])
    )
    for _ in range(draw(st.integers(1, 6))):
        if draw(st.integers(0, 4)) == 4:
            frames.append(draw(others))
        payload = draw(st.sampled_from(kept))
        for words in draw(runs):
            told = rendered(payload, words, len(frames), ascii_only=ascii_only, gap=gap)
            frames.append((head + told + end).encode())
    return frames
