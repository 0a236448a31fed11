"""Bytes in, the same bytes out: what passes through the gateway is changed only where it says so.

The declared edits are the model's name, the credential, `stream_options` where a caller did not ask
for usage, and `x_gateway` at the end of a whole chat completion. Everything else is compared byte
by byte, on both ways.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator

import pytest

from tests.support.answers import Answer, Delivery
from tests.support.dialects import ANTHROPIC, DIALECTS, OPENAI, DialectOfDoor
from tests.support.facts import as_the_vendor_said
from tests.support.gateway import PROVIDER_KEY
from tests.support.house import House, open_house
from tests.support.raw_http import open_exchange, send

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("faithful"), lanes=50) as opened:
        yield opened


@pytest.fixture(params=DIALECTS, ids=lambda dialect: dialect.kind)
def dialect(request: pytest.FixtureRequest) -> DialectOfDoor:
    return request.param


def _as_said(dialect: DialectOfDoor, body: bytes) -> bytes:
    return as_the_vendor_said(body) if dialect is OPENAI else body


EXOTIC: dict[str, bytes] = {
    "big numbers": b'"a":18446744073709551616,"b":123456789012345678901234567890,"c":-0',
    "odd floats": b'"a":1.0,"b":1e3,"c":-0.0,"d":0.1000000000000000055511151231257827,"e":1E-7',
    "escapes": rb'"a":"\u00e9\/\b\f\n\r\t\\\"","b":"\ud83d\ude00","c":"\u0000"',
    "unicode": '"ключ":"значение 🦆 \u2028\u2029 \u202e","é":"é"'.encode(),
    "blanks": b'  "a"\t:\r\n [ 1 ,\n 2 ] ,\n\n"b" : { }  ',
    "nested names": b'"metadata":{"model":"inner","stream":true,"x":[{"model":"deeper"}]}',
    "name inside text": rb'"a":"{\"model\":\"fake\",\"stream\":true}"',
    "unknown blocks": b'"a":{"type":"never_seen_before","data":[null,true,false,{}]}',
    "empty keys": b'"":0," ":1,"\\u006dodel2":2',
}


@pytest.mark.parametrize("exotic", EXOTIC.values(), ids=EXOTIC.keys())
@pytest.mark.parametrize("model_last", [False, True], ids=["model first", "model last"])
def test_an_exotic_body_reaches_the_upstream_as_it_is(
    house: House, dialect: DialectOfDoor, exotic: bytes, model_last: bool
):
    lane = house.fresh_lane(dialect.kind)
    model = b'"model":"%b"' % lane.name.encode()
    rest = b'"max_tokens":9,"messages":[{"content":"ping","role":"user"}],' + exotic
    body = b"{" + (rest + b"," + model if model_last else model + b"," + rest) + b"}\n"
    json.loads(body)  # the test's own input must be sound
    reply = send(house.url + dialect.path, headers=house.headers(dialect.kind), body=body)
    assert reply.status == 200, reply.body
    assert lane.only.body == body
    assert _as_said(dialect, reply.body) == bytes(lane.only.sent)


@pytest.mark.parametrize("mark", [b"/", b":", rb"\/", rb"\u002f"])
def test_only_the_model_s_name_is_edited(house: House, dialect: DialectOfDoor, mark: bytes):
    """`provider/model` asks one provider, which knows the model without the prefix."""
    lane = house.fresh_lane(dialect.kind)
    name = lane.name.encode()
    asked = b'"' + name + mark + name + b'"'
    frame = (
        b'{ "metadata":{"model":%(asked)b}, "max_tokens":9 ,\t"mod\\u0065l" : %(model)b,'
        b' "messages":[{"role":"user","content":%(asked)b}],"n":100000000000000000001}'
    )
    body = frame % {b"asked": asked, b"model": asked}
    reply = send(house.url + dialect.path, headers=house.headers(dialect.kind), body=body)
    assert reply.status == 200, reply.body
    assert lane.only.body == frame % {b"asked": asked, b"model": b'"' + name + b'"'}
    assert house.flight(reply).model_asked == json.loads(asked)
    assert reply.headers["x-llmgw-model"] == lane.name


def test_a_large_body_passes_whole(house: House, dialect: DialectOfDoor):
    lane = house.fresh_lane(dialect.kind)
    body = dialect.body(lane.name, image="iVBORw0KGgo" * (20 << 20 >> 3))
    reply = send(house.url + dialect.path, headers=house.headers(dialect.kind), body=body)
    assert reply.status == 200
    assert lane.only.body == body


def test_a_packed_request_is_understood(house: House, dialect: DialectOfDoor):
    lane = house.fresh_lane(dialect.kind)
    body = dialect.body(lane.name)
    headers = [*house.headers(dialect.kind), ("Content-Encoding", "gzip")]
    reply = send(house.url + dialect.path, headers=headers, body=gzip.compress(body))
    assert reply.status == 200
    seen = lane.only
    as_it_came = (
        seen.body if seen.header("content-encoding") is None else gzip.decompress(seen.body)
    )
    assert as_it_came == body


DELIVERIES = {
    "in one go": Delivery(),
    "byte by byte": Delivery(drip=True),
    "gzip": Delivery(gzip=True),
}


@pytest.mark.parametrize("delivery", DELIVERIES.values(), ids=DELIVERIES.keys())
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("accepts", ["gzip", "identity"])
def test_an_answer_comes_back_as_it_is(
    house: House, dialect: DialectOfDoor, delivery: Delivery, stream: bool, accepts: str
):
    lane = house.fresh_lane(dialect.kind)
    lane.then(Answer(text="pong ñ 🦆\n\ndata: {}\n\n", delivery=delivery))
    extra = dialect.untouched if stream else {}
    reply = send(
        house.url + dialect.path,
        headers=house.headers(dialect.kind, Accept_Encoding=accepts),
        body=dialect.body(lane.name, stream=stream, **extra),
    )
    assert reply.status == 200
    assert reply.whole
    assert accepts == "gzip" or "Content-Encoding" not in reply.headers
    told = reply.plain() if stream else _as_said(dialect, reply.plain())
    assert told == bytes(lane.only.sent)
    flight = house.flight(reply)
    assert flight.state == "ok"
    assert (flight.input_tokens, flight.output_tokens) == (2317, 9)
    assert flight.cache_read_tokens == 2000
    assert flight.cache_write_tokens == (300 if dialect is ANTHROPIC else None)
    assert flight.streaming is stream


@pytest.mark.parametrize("options", [..., None, {}, {"include_usage": False}], ids=str)
def test_usage_is_counted_but_not_shown_to_one_who_did_not_ask(house: House, options: object):
    lane = house.fresh_lane("openai")
    extra = {} if options is ... else {"stream_options": options}
    asked = OPENAI.body(lane.name, stream=True, **extra)
    reply = send(house.url + OPENAI.path, headers=house.headers("openai"), body=asked)
    OPENAI.assert_stream_whole(reply)
    assert lane.only.json()["stream_options"]["include_usage"] is True
    assert {k: v for k, v in lane.only.json().items() if k != "stream_options"} == {
        k: v for k, v in json.loads(asked).items() if k != "stream_options"
    }
    frames = bytes(lane.only.sent).split(b"\n\n")
    usage_frames = [f for f in frames if b'"choices":[]' in f]
    assert len(usage_frames) == 1
    shown = [json.loads(data) for _, data in reply.events() if data != "[DONE]"]
    assert all(chunk["choices"] for chunk in shown)
    assert all(chunk.get("usage") is None for chunk in shown)
    flight = house.flight(reply)
    assert (flight.input_tokens, flight.output_tokens) == (2317, 9)


def test_the_upstream_sees_the_provider_s_key_and_never_the_client_s(
    house: House, dialect: DialectOfDoor
):
    """Whatever header carries the client's key, and whatever else it says of itself."""
    for carrier in ("x-api-key", "Authorization", "x-goog-api-key"):
        lane = house.fresh_lane(dialect.kind)
        value = f"Bearer {house.key}" if carrier == "Authorization" else house.key
        headers = [
            (carrier, value),
            ("anthropic-version", "2023-06-01"),
            ("Content-Type", "application/json"),
            ("Cookie", "session=1"),
            ("X-Forwarded-For", "10.0.0.1"),
        ]
        reply = send(house.url + dialect.path, headers=headers, body=dialect.body(lane.name))
        assert reply.status == 200
        seen = lane.only
        assert not seen.mentions(house.key)
        assert seen.mentions(PROVIDER_KEY)
        if dialect is ANTHROPIC:
            assert seen.header("x-api-key") == PROVIDER_KEY
            assert seen.header("authorization") is None
        else:
            assert seen.header("authorization") == f"Bearer {PROVIDER_KEY}"
            assert seen.header("x-api-key") is None
        assert seen.header("cookie") is None
        assert seen.header("x-goog-api-key") is None


def test_hop_headers_stay_on_their_hop(house: House, dialect: DialectOfDoor):
    """A name in Connection is dropped, but cannot take away what authenticates."""
    lane = house.fresh_lane(dialect.kind)
    headers = house.headers(
        dialect.kind,
        Connection="close, x-secret-hop, x-api-key, authorization",
        X_Secret_Hop="1",
        Proxy_Authorization="Basic eA==",
        TE="trailers",
    )
    reply = send(house.url + dialect.path, headers=headers, body=dialect.body(lane.name))
    assert reply.status == 200
    for name in ("x-secret-hop", "proxy-authorization", "te"):
        assert lane.only.header(name) is None
    assert lane.only.mentions(PROVIDER_KEY)


def test_what_the_vendor_says_beside_the_answer_comes_through(house: House):
    lane = house.fresh_lane("anthropic")
    headers = house.headers("anthropic", anthropic_beta="context-1m-2025-08-07,other-2026-01-01")
    reply = send(
        house.url + "/v1/messages?beta=true", headers=headers, body=ANTHROPIC.body(lane.name)
    )
    seen = lane.only
    assert seen.query == "beta=true"
    assert seen.header("anthropic-version") == "2023-06-01"
    assert seen.header("anthropic-beta") == "context-1m-2025-08-07,other-2026-01-01"
    assert reply.headers["anthropic-ratelimit-requests-remaining"] == "49"
    assert reply.headers["request-id"].startswith("req_")
    assert reply.headers["x-llmgw-provider"] == lane.name
    assert reply.headers["x-llmgw-model"] == lane.name


def test_a_version_is_added_for_a_client_that_sends_none(house: House):
    lane = house.fresh_lane("anthropic")
    headers = [h for h in house.headers("anthropic") if h[0] != "anthropic-version"]
    reply = send(house.url + ANTHROPIC.path, headers=headers, body=ANTHROPIC.body(lane.name))
    assert reply.status == 200
    assert lane.only.header("anthropic-version") == "2023-06-01"


def test_paced_chunks_are_passed_on_as_they_come(house: House, dialect: DialectOfDoor):
    """Twenty events 40 ms apart: none may wait for the next."""
    lane = house.fresh_lane(dialect.kind)
    lane.then(Answer(text="0123456789" * 2, pieces=20, delivery=Delivery(pace_s=0.04)))
    body = dialect.body(lane.name, stream=True)
    arrived: list[float] = []
    headers = house.headers(dialect.kind)
    with open_exchange(house.url + dialect.path, headers=headers, body=body) as response:
        while response.read1(65536):
            arrived.append(time.monotonic())
    assert len(arrived) >= 10, "events were joined on the way"
    assert arrived[-1] - arrived[0] > 0.5, "the stream was held back and sent at once"
