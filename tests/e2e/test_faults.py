"""Every way in which an upstream can fail, seen from the caller and from the record.

Each has one declared outcome in the caller's dialect, is recorded as what it was, and no stream
that broke off ends as if it were whole.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.support.answers import (
    Answer,
    Behaviour,
    Delivery,
    Hangup,
    Raw,
    Refusal,
    Silence,
    SocketBytes,
    html_page,
    json_with_200,
    stream_of,
)
from tests.support.dialects import ANTHROPIC, DIALECTS, OPENAI, DialectOfDoor
from tests.support.flight_log import Flight
from tests.support.house import CLIENT, House, open_house
from tests.support.raw_http import Reply, hang_up, open_exchange, send
from tests.support.upstream import refusing_origin

pytestmark = pytest.mark.e2e

PATIENCE_S = 2.0
IMPATIENT = f"""
[upstream]
connect_timeout_s = {PATIENCE_S}
first_byte_timeout_s = {PATIENCE_S}
idle_timeout_s = {PATIENCE_S}
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with (
        refusing_origin() as nobody,
        open_house(
            tmp_path_factory.mktemp("faults"),
            IMPATIENT
            + _nobody("anthropic", "anthropic", nobody)
            + _nobody("openai", "openai-compatible", nobody),
            lanes=90,
        ) as opened,
    ):
        yield opened


def _nobody(name: str, kind: str, origin: str) -> str:
    """A provider whose address refuses every connection."""
    return (
        f'[providers.nobody-{name}]\nkind = "{kind}"\nbase_url = "{origin}"\n'
        f'models = ["nobody-{name}"]\nlocal = true\n'
    )


@pytest.fixture(params=DIALECTS, ids=lambda dialect: dialect.kind)
def dialect(request: pytest.FixtureRequest) -> DialectOfDoor:
    return request.param


@dataclass
class Ask:
    """Sends requests in one dialect to one fresh lane."""

    house: House
    dialect: DialectOfDoor

    def __post_init__(self) -> None:
        self.lane = self.house.fresh_lane(self.dialect.kind)

    @property
    def url(self) -> str:
        return self.house.url + self.dialect.path

    def once(self, *behaviours: Behaviour, stream: bool) -> Reply:
        self.lane.then(*behaviours)
        fields = self.dialect.untouched if stream else {}
        body = self.dialect.body(self.lane.name, stream=stream, **fields)
        return send(self.url, headers=self.house.headers(self.dialect.kind), body=body)

    def recorded(self, reply: Reply) -> Flight:
        flight = self.house.flight(reply)
        assert flight.client == CLIENT
        assert flight.protocol == self.dialect.protocol
        assert flight.model_asked == self.lane.name
        assert flight.provider == self.lane.name
        return flight


@pytest.fixture
def ask(house: House, dialect: DialectOfDoor) -> Ask:
    return Ask(house, dialect)


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("status", [400, 404, 413, 429, 500, 503, 529])
def test_the_vendor_s_own_errors_come_through_as_they_are(ask: Ask, status: int, stream: bool):
    reply = ask.once(Refusal(status=status, retry_after="7"), stream=stream)
    assert reply.status == status
    assert reply.body == bytes(ask.lane.only.sent)
    assert reply.headers["retry-after"] == "7"
    ask.dialect.error_type(reply.body)
    flight = ask.recorded(reply)
    assert (flight.state, flight.status) == ("failed", status)
    assert flight.error_kind == f"upstream_{status}"
    assert json.loads(reply.body)["error"]["message"] in (flight.error_text or "")
    assert flight.output_tokens is None


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_of_ours_is_not_the_callers_fault(ask: Ask, status: int, stream: bool):
    reply = ask.once(Refusal(status=status), stream=stream)
    assert reply.status == 502
    assert reply.headers["x-should-retry"] == "false"
    ask.dialect.error_type(reply.body)
    assert (
        f"{ask.lane.name}: Its vendor refused the key" in json.loads(reply.body)["error"]["message"]
    )
    flight = ask.recorded(reply)
    assert (flight.state, flight.error_kind) == ("failed", "accounts_unusable")


GARBLED: dict[str, Behaviour] = {
    "HTML with 200": html_page(),
    "HTML with 503": Raw(status=503, headers={"Content-Type": "text/html"}, frames=(b"<p>no",)),
    "error with 200": json_with_200(
        b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded",'
        b'"param":null,"code":null}}'
    ),
    "half a JSON": json_with_200(b'{"id":"x","type":"mess'),
    "JSON that is no answer": json_with_200(b"[]"),
    "empty body": json_with_200(b""),
    "no known content type": Raw(
        headers={"Content-Type": "application/octet-stream"}, frames=(b'{"id":"x"}',)
    ),
    "bytes that are not HTTP": SocketBytes(data=b"\x00\x01\x02 this is not HTTP\r\n\r\n"),
    "redirect": Raw(status=302, headers={"Location": "http://127.0.0.1:9/"}),
}


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("garbled", GARBLED.values(), ids=GARBLED.keys())
def test_what_is_no_answer_is_a_502(ask: Ask, garbled: Behaviour, stream: bool):
    reply = ask.once(garbled, stream=stream)
    assert reply.status == 502
    ask.dialect.error_type(reply.body)
    assert b"<html" not in reply.body.lower()
    flight = ask.recorded(reply)
    assert (flight.state, flight.error_kind) == ("failed", "upstream_garbage")
    assert flight.status == 502


def test_a_whole_answer_to_a_streaming_request_is_a_502(ask: Ask):
    body = b'{"id":"x","object":"chat.completion","type":"message","content":[],"choices":[]}'
    reply = ask.once(json_with_200(body), stream=True)
    assert reply.status == 502
    assert ask.recorded(reply).error_kind == "upstream_garbage"


def test_a_stream_that_nobody_asked_for_is_a_502(ask: Ask):
    reply = ask.once(stream_of(b"data: {}\n\n"), stream=False)
    assert reply.status == 502
    assert ask.recorded(reply).error_kind == "upstream_garbage"


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_a_refused_connection_is_a_502(house: House, dialect: DialectOfDoor, stream: bool):
    model = f"nobody-{dialect.kind}"
    reply = send(
        house.url + dialect.path,
        headers=house.headers(dialect.kind),
        body=dialect.body(model, stream=stream),
    )
    assert reply.status == 502
    dialect.error_type(reply.body)
    assert model in reply.json()["error"]["message"]
    flight = house.flight(reply)
    assert (flight.state, flight.error_kind) == ("failed", "upstream_refused")


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_a_connection_closed_without_an_answer_is_a_502(ask: Ask, stream: bool):
    ask.lane.always = Hangup()
    reply = ask.once(stream=stream)
    assert reply.status == 502
    ask.dialect.error_type(reply.body)
    flight = ask.recorded(reply)
    assert (flight.state, flight.error_kind) == ("failed", "upstream_cut")


def test_a_request_that_may_have_cost_something_is_sent_again_once_at_most(house: House):
    """Once, because a kept connection may have grown stale; not once for each kept connection."""
    ask = Ask(house, OPENAI)
    ask.lane.always = Answer(delivery=Delivery(pace_s=0.05))
    with ThreadPoolExecutor(6) as callers:
        warm = list(callers.map(lambda _: ask.once(stream=True), range(6)))
    assert {reply.status for reply in warm} == {200}
    ask.lane.requests.clear()
    ask.lane.always = Hangup()
    assert ask.once(stream=True).status == 502
    assert len(ask.lane.requests) <= 2


SILENCES: dict[str, Behaviour] = {
    "before the headers": Silence(),
    "after the headers": Answer(delivery=Delivery(stall_after=0)),
}


@pytest.mark.parametrize("silence", SILENCES.values(), ids=SILENCES.keys())
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_silence_before_the_first_byte_is_a_504(ask: Ask, silence: Behaviour, stream: bool):
    reply = ask.once(silence, stream=stream)
    assert reply.status == 504
    ask.dialect.error_type(reply.body)
    flight = ask.recorded(reply)
    assert (flight.state, flight.error_kind) == ("failed", "upstream_timeout")
    assert ask.lane.only.wait_over()
    assert ask.lane.only.peer_closed_at is not None, "the silent connection was given up"


@pytest.mark.parametrize("by", ["fin", "reset"])
@pytest.mark.parametrize("after", [1, 2, 4])
def test_a_stream_cut_in_the_middle_says_so(ask: Ask, after: int, by: str):
    reply = ask.once(Answer(delivery=Delivery(cut_after=after, cut_by=by)), stream=True)
    assert reply.status == 200
    assert reply.body.startswith(bytes(ask.lane.only.sent))
    ask.dialect.assert_stream_broken(reply)
    flight = ask.recorded(reply)
    assert (flight.state, flight.error_kind) == ("cut", "upstream_cut")
    assert flight.streaming


def test_a_stream_that_ends_politely_but_too_early_says_so(ask: Ask):
    """The connection closes in order, yet the protocol's own end never came."""
    proper = ask.once(Answer(), stream=True)
    early = ask.lane.only.sent.split(b"\n\n")[:3]
    reply = ask.once(stream_of(*(frame + b"\n\n" for frame in early)), stream=True)
    ask.dialect.assert_stream_whole(proper)
    ask.dialect.assert_stream_broken(reply)
    assert ask.recorded(reply).state == "cut"


def test_a_cut_before_the_first_event_is_a_502(ask: Ask):
    reply = ask.once(Answer(delivery=Delivery(cut_after=0)), stream=True)
    assert reply.status == 502
    flight = ask.recorded(reply)
    assert (flight.state, flight.error_kind) == ("failed", "upstream_cut")


def test_a_whole_answer_cut_in_the_middle_is_a_502(ask: Ask):
    reply = ask.once(Answer(delivery=Delivery(cut_after=1)), stream=False)
    assert reply.status == 502
    ask.dialect.error_type(reply.body)
    assert ask.recorded(reply).error_kind == "upstream_cut"


def test_a_stream_that_falls_silent_says_so(ask: Ask):
    reply = ask.once(Answer(delivery=Delivery(stall_after=3)), stream=True)
    assert reply.body.startswith(bytes(ask.lane.only.sent))
    ask.dialect.assert_stream_broken(reply)
    flight = ask.recorded(reply)
    assert (flight.state, flight.error_kind) == ("cut", "upstream_timeout")


def test_usage_told_before_a_cut_is_kept_and_the_rest_stays_unknown(house: House):
    ask = Ask(house, ANTHROPIC)
    reply = ask.once(Answer(delivery=Delivery(cut_after=3)), stream=True)
    flight = ask.recorded(reply)
    assert (flight.input_tokens, flight.cache_read_tokens) == (2317, 2000)
    assert flight.stop_reason is None


@pytest.mark.parametrize("after", [1, 3])
def test_an_error_event_inside_a_stream_comes_through(ask: Ask, after: int):
    reply = ask.once(Answer(error_after=after), stream=True)
    assert reply.status == 200
    assert reply.body == bytes(ask.lane.only.sent), "the vendor has said it: nothing is added"
    ask.dialect.assert_stream_broken(reply)
    flight = ask.recorded(reply)
    assert (flight.state, flight.error_kind) == ("cut", "upstream_stream_error")
    assert flight.error_text


def test_an_error_as_the_first_event_is_a_status(ask: Ask):
    reply = ask.once(Answer(error_after=0), stream=True)
    assert reply.status == 502
    ask.dialect.error_type(reply.body)
    assert ask.recorded(reply).state == "failed"


@pytest.mark.parametrize(
    "frames",
    [(b"\xff\xfe\x00garbage\n\n",), (b"data: {not json}\n\n",), (b": only a comment\n\n",)],
    ids=["bytes", "no JSON", "a comment"],
)
def test_a_stream_of_garbage_is_never_whole(ask: Ask, frames: tuple[bytes, ...]):
    reply = ask.once(stream_of(*frames), stream=True)
    if reply.status == 200:
        ask.dialect.assert_stream_broken(reply)
    else:
        assert reply.status == 502
    assert ask.recorded(reply).state in ("failed", "cut")


def test_an_upstream_that_stays_open_after_the_end_is_let_go(ask: Ask):
    began = time.monotonic()
    reply = ask.once(Answer(delivery=Delivery(linger=True)), stream=True)
    ask.dialect.assert_stream_whole(reply)
    assert reply.body == bytes(ask.lane.only.sent)
    assert ask.recorded(reply).state == "ok"
    assert time.monotonic() - began < 30


LEAVINGS: dict[str, Behaviour] = {
    "a silent stream": Answer(delivery=Delivery(stall_after=3)),
    "a paced stream": Answer(text="x" * 4000, pieces=2000, delivery=Delivery(pace_s=0.005)),
}


@pytest.mark.parametrize("behaviour", LEAVINGS.values(), ids=LEAVINGS.keys())
def test_a_client_that_leaves_closes_the_upstream_at_once(ask: Ask, behaviour: Behaviour):
    """The best of three counts: the machine may be busy once, not three times."""
    took = []
    for round_number in range(3):
        ask.lane.then(behaviour)
        body = ask.dialect.body(ask.lane.name, stream=True)
        headers = ask.house.headers(ask.dialect.kind)
        with open_exchange(ask.url, headers=headers, body=body) as response:
            flight_id = response.headers["x-llmgw-flight"]
            assert response.read1(1)
            left_at = time.monotonic()
            hang_up(response)
        seen = ask.lane.requests[round_number]
        assert seen.wait_over()
        assert seen.peer_closed_at is not None
        took.append(seen.peer_closed_at - left_at)
        flight = ask.house.flight_of(flight_id)
        assert (flight.state, flight.error_kind) == ("canceled", "client_gone")
    print(f"upstream closed after {[f'{s * 1000:.1f} ms' for s in took]}")
    assert min(took) < 0.1


def test_a_client_that_leaves_before_the_answer_closes_the_upstream(ask: Ask):
    ask.lane.then(Silence())
    body = ask.dialect.body(ask.lane.name)
    with pytest.raises(TimeoutError):
        send(ask.url, headers=ask.house.headers(ask.dialect.kind), body=body, timeout_s=0.5)
    left_at = time.monotonic()
    seen = ask.lane.wait_for(1)[0]
    assert seen.wait_over()
    assert seen.peer_closed_at is not None
    assert seen.peer_closed_at - left_at < 1, "left to its own time-out"


def test_a_slow_reader_holds_the_upstream_back_and_loses_nothing(house: House):
    """Its slowness is not the upstream's silence, however long it lasts."""
    ask = Ask(house, OPENAI)
    ask.lane.then(Answer(text="0123456789abcdef" * (3 << 20), pieces=768))
    body = ask.dialect.body(ask.lane.name, stream=True, **ask.dialect.untouched)
    headers = house.headers(ask.dialect.kind)
    with open_exchange(ask.url, headers=headers, body=body) as response:
        first = response.read1(1024)
        seen = ask.lane.wait_for(1)[0]
        time.sleep(PATIENCE_S + 1)
        assert len(seen.sent) < 36 << 20, "the gateway swallowed what its caller did not read"
        rest = response.read()
    assert first + rest == bytes(seen.sent)
    assert len(seen.sent) > 48 << 20


def test_after_all_this_the_gateway_still_answers(ask: Ask):
    reply = ask.once(Answer(), stream=True)
    ask.dialect.assert_stream_whole(reply)
    assert ask.recorded(reply).state == "ok"
