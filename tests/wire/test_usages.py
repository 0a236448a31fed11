"""What is believed of the figures that vendors tell: the same for every protocol and every way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import NO_BILLING_FACTS, UNKNOWN_USAGE, BillingFacts, Usage
from llmgw_desktop.wire.usages.openai import chat_usage
from tests.wire.usage_ways import (
    ANTHROPIC,
    CHAT,
    GEMINI,
    RESPONSES,
    frames,
    passed_on,
    read_every_way,
    translated,
)

PLAIN: dict[ModelProtocol, dict[str, Any]] = {
    ANTHROPIC: {"input_tokens": 10, "output_tokens": 4},
    CHAT: {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14},
    RESPONSES: {"input_tokens": 10, "output_tokens": 4, "total_tokens": 14},
    GEMINI: {"promptTokenCount": 10, "candidatesTokenCount": 4, "totalTokenCount": 14},
}
PATHS = {ANTHROPIC: "usage", CHAT: "usage", RESPONSES: "usage", GEMINI: "usageMetadata"}
INPUT = {
    ANTHROPIC: "input_tokens",
    CHAT: "prompt_tokens",
    RESPONSES: "input_tokens",
    GEMINI: "promptTokenCount",
}
OUTPUT = {
    ANTHROPIC: "output_tokens",
    CHAT: "completion_tokens",
    RESPONSES: "output_tokens",
    GEMINI: "candidatesTokenCount",
}
NAMES = (
    "cost",
    "is_byok",
    "cost_details",
    "server_tool_use",
    "iterations",
    "service_tier",
    "inference_geo",
    "cache_creation",
    "prompt_tokens_details",
    "completion_tokens_details",
    "input_tokens_details",
    "promptTokensDetails",
)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
EVERY = pytest.mark.parametrize("protocol", [ANTHROPIC, CHAT, RESPONSES, GEMINI], ids=str)


def read(protocol: ModelProtocol, usage: Any, **more: Any) -> Usage:
    """All ways give the same."""
    told = read_every_way(protocol, usage, **more)
    assert told == [told[0]] * 4
    return told[0]


@EVERY
def test_a_plain_usage_has_the_one_empty_bill(protocol: ModelProtocol) -> None:
    usage = read(protocol, PLAIN[protocol])
    assert usage == Usage(input_tokens=10, output_tokens=4)
    assert usage.billing is NO_BILLING_FACTS


@EVERY
@pytest.mark.parametrize(
    ("told", "words"),
    [
        (-5, "-5"),
        ("9", '"9"'),
        (1.5, "1.5"),
        (10**13, "10000000000000"),
        (True, "true"),
        (False, "false"),
        ("x" * 300, '"' + "x" * 39),
        ({"a": 1}, "an object"),
        ([3], "a list"),
    ],
    ids=str,
)
def test_what_cannot_be_a_count_is_unknown_and_named(
    protocol: ModelProtocol, told: object, words: str
) -> None:
    usage = read(protocol, PLAIN[protocol] | {OUTPUT[protocol]: told})
    assert (usage.input_tokens, usage.output_tokens) == (10, None)
    assert usage.billing.unsound == (f"{PATHS[protocol]}.{OUTPUT[protocol]} = {words}",)


@EVERY
def test_whole_numbers_with_a_point_count(protocol: ModelProtocol) -> None:
    told = {INPUT[protocol]: 100.0, OUTPUT[protocol]: 0.0}
    assert read(protocol, told) == Usage(input_tokens=100, output_tokens=0)


@EVERY
@given(
    told=st.one_of(
        st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(), st.booleans()
    )
)
def test_a_count_is_taken_or_named_and_never_both(protocol: ModelProtocol, told: object) -> None:
    usage = passed_on(protocol, frames(protocol, {**PLAIN[protocol], OUTPUT[protocol]: told}))
    assert (usage.output_tokens is None) == bool(usage.billing.unsound)
    if usage.output_tokens is not None:
        assert usage.output_tokens == told
    assert all(len(each) < 120 for each in usage.billing.unsound)


@EVERY
@pytest.mark.parametrize("nothing", [None, 0, 0.0, "", [], {}, False])
def test_a_strange_member_that_tells_nothing_is_nothing(
    protocol: ModelProtocol, nothing: object
) -> None:
    usage = read(protocol, PLAIN[protocol] | {"brand_new_tokens": nothing})
    assert usage.billing is NO_BILLING_FACTS


@EVERY
def test_a_strange_member_is_named_by_its_path(protocol: ModelProtocol) -> None:
    strange = {"new_details": {"foo_tokens": 7, "bar": 0, "deep": {"er": "x"}}, "tax": 1.5}
    path = PATHS[protocol]
    assert read(protocol, PLAIN[protocol] | strange).billing == BillingFacts(
        not_understood=(
            f"{path}.new_details.foo_tokens",
            f"{path}.new_details.deep.er",
            f"{path}.tax",
        )
    )


@EVERY
def test_a_flood_of_strange_members_is_named_in_part(protocol: ModelProtocol) -> None:
    flood = {f"{'n' * 500}{number}": {"x" * 900: 1} for number in range(200)}
    named = read(protocol, PLAIN[protocol] | flood).billing.not_understood
    assert 0 < len(named) <= 8
    assert all(len(each) < 200 for each in named)


class _Noticed:
    """A value that notices who looks at it."""

    def __init__(self) -> None:
        self.looks = 0

    def __bool__(self) -> bool:
        self.looks += 1
        return True


def test_no_more_of_a_flood_is_looked_at_than_is_named() -> None:
    """Ten thousand members took 40 ms, in which nobody else was served."""
    one = _Noticed()
    flood: dict[str, Any] = {f"n{number}": one for number in range(1000)}
    chat_usage(PLAIN[CHAT] | {"flood": flood} | flood, {})
    assert 0 < one.looks < 50


@EVERY
@given(data=st.data())
def test_any_json_in_the_place_of_a_usage_does_no_harm(
    protocol: ModelProtocol, data: st.DataObject
) -> None:
    names = st.sampled_from([INPUT[protocol], OUTPUT[protocol], *NAMES])
    leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4))
    anything = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
        max_leaves=12,
    )
    read(protocol, data.draw(st.dictionaries(names, anything)))


@pytest.mark.parametrize("protocol", [CHAT, RESPONSES], ids=str)
def test_a_usage_that_is_no_object_is_named(protocol: ModelProtocol) -> None:
    assert read(protocol, "plenty").billing.unsound == ('usage = "plenty"',)
    assert read(protocol, None) == UNKNOWN_USAGE


@pytest.mark.parametrize(
    ("protocol", "usage", "more", "tier"),
    [
        (CHAT, {}, {"service_tier": "default"}, ""),
        (CHAT, {}, {"service_tier": "flex"}, "flex"),
        (CHAT, {}, {"service_tier": "priority"}, "priority"),
        (CHAT, {}, {"service_tier": "on_demand"}, ""),
        (CHAT, {}, {"service_tier": 7}, ""),
        (CHAT, {"service_tier": "flex"}, {}, "flex"),
        (RESPONSES, {}, {"service_tier": "default"}, ""),
        (RESPONSES, {}, {"service_tier": "flex"}, "flex"),
        (ANTHROPIC, {"service_tier": "standard"}, {}, ""),
        (ANTHROPIC, {"service_tier": "batch"}, {}, "batch"),
        (ANTHROPIC, {"service_tier": "standard", "speed": "fast"}, {}, "fast"),
        (GEMINI, {"trafficType": "ON_DEMAND"}, {}, ""),
        (GEMINI, {"trafficType": "PROVISIONED_THROUGHPUT"}, {}, "provisioned_throughput"),
        (GEMINI, {"serviceTier": "SERVICE_TIER_FLEX"}, {}, "flex"),
    ],
)
def test_how_a_request_was_served_is_read(
    protocol: ModelProtocol, usage: dict[str, Any], more: dict[str, Any], tier: str
) -> None:
    told = read(protocol, PLAIN[protocol] | usage, **more).billing
    assert told == BillingFacts(service_tier=tier)
    assert tier or told is NO_BILLING_FACTS


def call(kind: str, **members: Any) -> dict[str, Any]:
    return {"type": kind, "id": f"{kind}_1", "status": "completed", **members}


@pytest.mark.parametrize(
    ("protocol", "usage", "more", "fees"),
    [
        (
            ANTHROPIC,
            {"server_tool_use": {"web_search_requests": 3, "web_fetch_requests": 2}},
            {},
            (("web_search", 3),),
        ),
        (ANTHROPIC, {"server_tool_use": {"web_search_requests": 0}}, {}, ()),
        (
            RESPONSES,
            {},
            {
                "output": [
                    call("web_search_call", action={"type": "search", "query": "a"}),
                    call("web_search_call", action={"type": "open_page", "url": "u"}),
                    call("file_search_call"),
                    call("code_interpreter_call", container_id="c1", code="1"),
                    call("code_interpreter_call", container_id="c1", code="2"),
                ]
            },
            (("web_search", 1), ("file_search", 1), ("code_interpreter", 1)),
        ),
        (CHAT, {}, {"model": "gpt-4o-search-preview"}, (("web_search", 1),)),
        (CHAT, {}, {"model": "my-search-model"}, ()),
        (CHAT, {"server_tool_use": {"web_search_requests": 2}}, {}, (("web_search", 2),)),
    ],
)
def test_calls_of_the_vendors_own_tools_are_counted(
    protocol: ModelProtocol,
    usage: dict[str, Any],
    more: dict[str, Any],
    fees: tuple[tuple[str, int], ...],
) -> None:
    assert read(protocol, PLAIN[protocol] | usage, **more).billing == BillingFacts(fees=fees)


@pytest.mark.parametrize(("model", "paid"), [("gemini-2.5-pro", 1), ("gemini-3-pro", 2)])
def test_searches_of_gemini_are_counted_as_its_models_charge_them(model: str, paid: int) -> None:
    candidate = {
        "content": {"parts": [{"text": "yes"}], "role": "model"},
        "finishReason": "STOP",
        "groundingMetadata": {"webSearchQueries": ["a", "b"]},
    }
    told = read_every_way(GEMINI, PLAIN[GEMINI], candidates=[candidate], modelVersion=model)
    fees = BillingFacts(fees=(("google_search", paid),))
    assert [each.billing for each in (told[0], told[2])] == [fees, fees]
    stream = frames(GEMINI, PLAIN[GEMINI], candidates=[candidate])
    stream = [frame.replace(b'"modelVersion": "m"', b'"modelVersion": "%b"' % model.encode())
              for frame in stream]  # fmt: skip
    assert passed_on(GEMINI, stream).billing == translated(GEMINI, stream).billing == fees


@pytest.mark.parametrize(
    ("protocol", "usage", "facts"),
    [
        (
            CHAT,
            {
                "prompt_tokens_details": {"audio_tokens": 3, "image_tokens": 2, "text_tokens": 5},
                "completion_tokens_details": {"audio_tokens": 1, "rejected_prediction_tokens": 9},
            },
            BillingFacts(audio_input_tokens=3, image_input_tokens=2, audio_output_tokens=1),
        ),
        (
            RESPONSES,
            {"input_tokens_details": {"cached_tokens": None, "image_tokens": 6}},
            BillingFacts(image_input_tokens=6),
        ),
        (
            GEMINI,
            {
                "promptTokensDetails": [
                    {"modality": "TEXT", "tokenCount": 4},
                    {"modality": "AUDIO", "tokenCount": 6},
                    {"modality": "SMELL", "tokenCount": 1},
                ],
                "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 4}],
            },
            BillingFacts(
                audio_input_tokens=6,
                image_output_tokens=4,
                not_understood=("usageMetadata.promptTokensDetails.SMELL",),
            ),
        ),
    ],
)
def test_sound_and_pictures_are_counted_apart(
    protocol: ModelProtocol, usage: dict[str, Any], facts: BillingFacts
) -> None:
    assert read(protocol, PLAIN[protocol] | usage).billing == facts


@pytest.mark.parametrize(
    ("usage", "facts"),
    [
        ({"cost": 0.25, "is_byok": False}, BillingFacts(vendor_cost_usd=0.25)),
        ({"cost": 0}, BillingFacts(vendor_cost_usd=0.0)),
        (
            {"cost": 0.25, "is_byok": True, "cost_details": {"upstream_inference_cost": 1.5}},
            BillingFacts(vendor_cost_usd=1.75),
        ),
        ({"cost": 0.25, "is_byok": True}, BillingFacts(not_understood=("usage.cost",))),
        ({"cost_in_usd_ticks": 37_756_000}, BillingFacts(vendor_cost_usd=0.0037756)),
        (
            {"cost": {"total_cost": 0.006, "request_cost": 0.005}},
            BillingFacts(vendor_cost_usd=0.006),
        ),
        ({"cost": None}, NO_BILLING_FACTS),
        ({"cost": -1}, BillingFacts(unsound=("usage.cost = -1",))),
        ({"cost": 1.7e308}, BillingFacts(unsound=("usage.cost = 1.7e+308",))),
        ({"cost": 1_000_001}, BillingFacts(unsound=("usage.cost = 1000001",))),
        (
            {"cost_in_usd_ticks": 10**17},
            BillingFacts(unsound=("usage.cost_in_usd_ticks = 100000000000000000",)),
        ),
        ({"cost": "free"}, BillingFacts(unsound=('usage.cost = "free"',))),
    ],
)
@pytest.mark.parametrize("protocol", [CHAT, RESPONSES, ANTHROPIC], ids=str)
def test_the_vendors_own_bill_is_read(
    protocol: ModelProtocol, usage: dict[str, Any], facts: BillingFacts
) -> None:
    assert read(protocol, PLAIN[protocol] | usage).billing == facts


@pytest.mark.parametrize(
    ("protocol", "usage"),
    [
        (CHAT, {"queue_time": 0.1, "prompt_time": 0.2, "completion_time": 0.3, "total_time": 0.6}),
        (CHAT, {"prompt_cache_miss_tokens": 10, "estimated_cost": 0.1}),
        (CHAT, {"completion_tokens_details": {"accepted_prediction_tokens": 2}}),
        (
            RESPONSES,
            {"input_tokens_details": {"cache_write_tokens_details": {"ttl_30m_tokens": 1}}},
        ),
        (ANTHROPIC, {"inference_geo": "global", "speed": "standard"}),
        (ANTHROPIC, {"inference_geo": "not_available", "iterations": [{"type": "message"}]}),
        (GEMINI, {"cacheTokensDetails": [{"modality": "TEXT", "tokenCount": 2}]}),
    ],
)
def test_what_is_known_to_cost_nothing_more_is_plain(
    protocol: ModelProtocol, usage: dict[str, Any]
) -> None:
    assert read(protocol, PLAIN[protocol] | usage).billing is NO_BILLING_FACTS


@pytest.mark.parametrize(
    ("usage", "path"),
    [
        ({"inference_geo": "us"}, "usage.inference_geo"),
        ({"iterations": [{"type": "message"}, {"type": "compaction"}]}, "usage.iterations"),
        ({"cache_creation": {"ephemeral_24h_input_tokens": 5}},
         "usage.cache_creation.ephemeral_24h_input_tokens"),
        ({"server_tool_use": {"moon_flights": 1}}, "usage.server_tool_use.moon_flights"),
    ],
)  # fmt: skip
def test_what_may_cost_more_is_named(usage: dict[str, Any], path: str) -> None:
    assert read(ANTHROPIC, PLAIN[ANTHROPIC] | usage).billing.not_understood == (path,)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"promptTokenCount": 7}, Usage(input_tokens=7, output_tokens=0)),
        (
            {"promptTokenCount": 7, "thoughtsTokenCount": 2},
            Usage(input_tokens=7, output_tokens=2, reasoning_tokens=2),
        ),
        ({"totalTokenCount": 7}, UNKNOWN_USAGE),
    ],
)
def test_gemini_leaves_out_what_is_zero(figures: dict[str, Any], expected: Usage) -> None:
    assert read(GEMINI, figures) == expected


def test_gemini_has_not_said_nothing_before_the_end() -> None:
    stream = frames(GEMINI, {"promptTokenCount": 7})
    running = stream[1].replace(b'"finishReason": "STOP", ', b"")
    assert passed_on(GEMINI, [stream[0], running]) == Usage(input_tokens=7)
    blocked = b'data: {"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":%b}\n\n'
    told = [blocked % b'{"promptTokenCount":7}']
    expected = Usage(input_tokens=7, output_tokens=0)
    assert passed_on(GEMINI, told) == translated(GEMINI, told) == expected


def test_a_calls_arguments_are_no_usage() -> None:
    call = {"functionCall": {"name": "f", "args": {"usageMetadata": {"promptTokenCount": 99}}}}
    late = {"candidates": [{"content": {"parts": [call], "role": "model"}, "index": 0}]}
    stream = [*frames(GEMINI, PLAIN[GEMINI]), b"data: %b\n\n" % json.dumps(late).encode()]
    expected = Usage(input_tokens=10, output_tokens=4)
    assert passed_on(GEMINI, stream) == translated(GEMINI, stream) == expected


@EVERY
def test_of_two_usages_the_last_whole_one_counts(protocol: ModelProtocol) -> None:
    first, last = frames(protocol, PLAIN[protocol] | {"tax": 1}), frames(protocol, PLAIN[protocol])
    at = -2 if protocol in (ANTHROPIC, CHAT) else -1
    if protocol is RESPONSES:  # a second end is no end
        return
    assert passed_on(protocol, [*last[:at], first[at], *last[at:]]).output_tokens == 4
    for way in (passed_on, translated):
        torn = [*last[:-1], last[-1], last[at][:-10]]
        assert way(protocol, torn) == Usage(input_tokens=10, output_tokens=4)
        twice = [*first[:at], first[at].replace(b"10", b"99"), last[at], *last[at:][1:]]
        assert way(protocol, twice).input_tokens == 10


@pytest.mark.parametrize("together", [True, False])
def test_usage_after_the_last_word_counts(together: bool) -> None:
    said = frames(CHAT, PLAIN[CHAT])
    late = [*said[:-2], said[-1], said[-2]]
    late = [b"".join(late)] if together else late
    expected = Usage(input_tokens=10, output_tokens=4)
    assert passed_on(CHAT, late) == translated(CHAT, late) == expected


def test_the_placeholder_of_a_beginning_is_no_figure() -> None:
    usage = {"input_tokens": 10, "output_tokens": 1}
    usage["output_tokens_details"] = {"thinking_tokens": 1}
    told = frames(ANTHROPIC, {})[:1]
    told = [told[0].replace(b'"usage": {}', b'"usage": %b' % json.dumps(usage).encode())]
    assert passed_on(ANTHROPIC, told) == translated(ANTHROPIC, told) == Usage(input_tokens=10)
