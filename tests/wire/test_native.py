"""One prompt in, one text out, and the way of an answer inside it."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.wire.native.generate import generate_answer, with_gateway_facts

FACTS = {"resolvedProvider": "p"}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"a": 1.0}', b'{"a": 1.0,"x_gateway":{"resolvedProvider":"p"}}'),
        (b'{"a":1}\n', b'{"a":1,"x_gateway":{"resolvedProvider":"p"}}\n'),
        (b"{ }", b'{ "x_gateway":{"resolvedProvider":"p"}}'),
        (b'{"x_gateway":1,"b":2}', b'{"x_gateway":{"resolvedProvider":"p"},"b":2}'),
    ],
)
def test_all_else_stays_byte_for_byte(body: bytes, told: bytes) -> None:
    assert with_gateway_facts(body, orjson.dumps(FACTS)) == told


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text() | st.just("x_gateway"), _json, max_size=4))
def test_whatever_stood_there_still_does(fields: dict[str, object]) -> None:
    told = orjson.loads(with_gateway_facts(orjson.dumps(fields), orjson.dumps(FACTS)))
    assert told == {**fields, "x_gateway": FACTS}


def test_an_answer_without_text_is_an_empty_text() -> None:
    facts = {
        "resolvedProvider": "p",
        "resolvedModel": "m",
        "tokensUsed": None,
        "fallbackUsed": True,
    }
    for choices in ([], [{}], [{"message": {"content": None}}]):
        body = orjson.dumps({"choices": choices, "x_gateway": facts})
        told = orjson.loads(generate_answer(body, {}, 5))
        assert (told["text"], told["latencyMs"], told["tokensUsed"]) == ("", 5, None)
    refused = orjson.dumps({"choices": [{"message": {"refusal": "no"}}], "x_gateway": facts})
    assert orjson.loads(generate_answer(refused, {}, 5))["text"] == "no"


@pytest.mark.parametrize(
    "answer",
    [
        {"choices": 5},
        {"choices": {"0": 5}},
        {"choices": [5]},
        {"choices": [{"message": 5}]},
        {"choices": [{"message": {"content": [1]}}]},
    ],
)
def test_what_is_no_chat_completion_is_the_providers_fault(answer: dict[str, object]) -> None:
    with pytest.raises(UpstreamGarbage, match="no chat completion"):
        generate_answer(orjson.dumps({**answer, "x_gateway": FACTS}), {}, 1)


def test_half_a_letter_is_no_fault() -> None:
    facts = dict.fromkeys(
        ("resolvedProvider", "resolvedModel", "tokensUsed", "fallbackUsed"), "known"
    )
    told = {"choices": [{"message": {"content": "half ?"}}], "x_gateway": facts}
    answer = orjson.dumps(told).replace(b"?", b"\\ud83d")
    assert orjson.loads(generate_answer(answer, {}, 1))["text"] == "half \ufffd"
