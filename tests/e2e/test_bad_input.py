"""What a caller can send wrong: bodies, sizes, types, names. Each has one declared answer in the
caller's dialect, is recorded as what it was, and reaches no upstream."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import time
from collections.abc import Iterator

import pytest

from tests.support.answers import Answer
from tests.support.dialects import ANTHROPIC, DIALECTS, DialectOfDoor
from tests.support.house import CLIENT, House, open_house
from tests.support.lane import Lane
from tests.support.raw_http import JSON_TYPE, Reply, send

pytestmark = pytest.mark.e2e

LIMIT = 1 << 20


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    toml = f"[http]\nmax_body_bytes = {LIMIT}\n"
    with open_house(tmp_path_factory.mktemp("input"), toml, lanes=60) as opened:
        yield opened


@pytest.fixture(params=DIALECTS, ids=lambda dialect: dialect.kind)
def dialect(request: pytest.FixtureRequest) -> DialectOfDoor:
    return request.param


@pytest.fixture
def lane(house: House, dialect: DialectOfDoor) -> Iterator[Lane]:
    """Nothing may have reached it in the end."""
    lane = house.fresh_lane(dialect.kind)
    yield lane
    assert lane.requests == []


def post(house: House, dialect: DialectOfDoor, body: bytes) -> Reply:
    return send(house.url + dialect.path, headers=house.headers(dialect.kind), body=body)


MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "blank": b"  \n",
    "truncated": b'{"model": "m", "messages": [',
    "array": b'[{"model": "m"}]',
    "number": b"42",
    "string": b'"m"',
    "null": b"null",
    "trailing comma": b'{"model": "m", "messages": [],}',
    "comment": b'{"model": "m" /* here */, "messages": []}',
    "NaN": b'{"model": "m", "messages": [], "temperature": NaN}',
    "Infinity": b'{"model": "m", "messages": [], "temperature": -Infinity}',
    "two documents": b'{"model": "m", "messages": []}{"model": "m"}',
    "byte order mark": b'\xef\xbb\xbf{"model": "m", "messages": []}',
    "UTF-16": '{"model": "m", "messages": []}'.encode("utf-16"),
    "broken UTF-8": b'{"model": "m\xff\xfe", "messages": []}',
    "NUL": b'{"model": "m", "messages": []}\x00',
    "depth": b'{"model": "m", "messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "form": b"model=m&messages=ping",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_body_is_a_400(house: House, dialect: DialectOfDoor, body: bytes):
    reply = post(house, dialect, body)
    assert reply.status == 400
    assert dialect.error_type(reply.body) == "invalid_request_error"
    flight = house.flight(reply)
    assert (flight.state, flight.error_kind) == ("failed", "malformed_request")
    assert (flight.status, flight.client, flight.provider) == (400, CLIENT, None)


WRONG_TYPES = {
    "model missing": {"model": ...},
    "model null": {"model": None},
    "model number": {"model": 5},
    "model list": {"model": ["m"]},
    "model empty": {"model": ""},
    "stream text": {"stream": "true"},
    "stream number": {"stream": 1},
}


@pytest.mark.parametrize("fields", WRONG_TYPES.values(), ids=WRONG_TYPES.keys())
def test_a_field_of_the_wrong_type_is_a_400(
    house: House, dialect: DialectOfDoor, lane: Lane, fields: dict[str, object]
):
    asked = json.loads(dialect.body(lane.name)) | fields
    body = json.dumps({k: v for k, v in asked.items() if v is not ...}).encode()
    reply = post(house, dialect, body)
    assert reply.status == 400
    assert dialect.error_type(reply.body) == "invalid_request_error"
    assert next(iter(fields)) in reply.json()["error"]["message"]
    assert house.flight(reply).error_kind == "malformed_request"


UNKNOWN_MODELS = {
    "plain": "no-such-model",
    "unknown provider": "no-such-provider/m",
    "unknown provider, other mark": "no-such-provider:m",
    "unknown practice": "practice/no-such-thing",
    "path": "../../etc/passwd",
    "slashes": "a/b/c",
    "letter case": "ANTHROPIC-00",
    "look-alike": "аnthropic-00",
    "long": "m" * 10_000,
    "markup": "<img src=x onerror=alert(1)>",
    "control characters": "m\r\nx-evil: 1",
}


@pytest.mark.parametrize("model", UNKNOWN_MODELS.values(), ids=UNKNOWN_MODELS.keys())
def test_an_unknown_model_is_a_404(house: House, dialect: DialectOfDoor, model: str):
    reply = post(house, dialect, dialect.body(model))
    assert reply.status == 404
    assert "x-evil" not in reply.headers
    if dialect is ANTHROPIC:
        assert dialect.error_type(reply.body) == "not_found_error"
    else:
        assert dialect.error_type(reply.body) == "invalid_request_error"
        assert reply.json()["error"]["code"] == "model_not_found"
    assert len(reply.body) < 1000, "a name is not given back at full length"
    flight = house.flight(reply)
    assert (flight.state, flight.error_kind) == ("failed", "unknown_model")


def test_a_model_behind_the_other_protocol_is_translated_for(house: House):
    theirs = house.fresh_lane("openai")
    reply = post(house, ANTHROPIC, ANTHROPIC.body(theirs.name))
    assert reply.status == 200
    assert reply.json()["type"] == "message"
    assert theirs.only.path == "/v1/chat/completions"
    assert house.flight(reply).state == "ok"


class TestTooLarge:
    def test_an_announced_size_is_refused_before_the_body_comes(
        self, house: House, dialect: DialectOfDoor, lane: Lane
    ):
        headers = [*house.headers(dialect.kind), ("Content-Length", str(LIMIT + 1))]
        reply = send(house.url + dialect.path, headers=headers, body=b"{", timeout_s=5)
        self.assert_refused(house, dialect, reply)

    def test_a_size_that_shows_only_on_the_way_is_refused_too(
        self, house: House, dialect: DialectOfDoor, lane: Lane
    ):
        headers = [*house.headers(dialect.kind), ("Transfer-Encoding", "chunked")]
        piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        reply = send(
            house.url + dialect.path, headers=headers, body=(piece for _ in range(40)), timeout_s=5
        )
        self.assert_refused(house, dialect, reply)

    def test_a_body_at_the_limit_passes(self, house: House, dialect: DialectOfDoor):
        lane = house.fresh_lane(dialect.kind)
        body = dialect.body(lane.name)
        body += b" " * (LIMIT - len(body))
        assert post(house, dialect, body).status == 200
        assert lane.only.body == body

    def test_a_small_body_that_unpacks_to_a_large_one_is_refused(
        self, house: House, dialect: DialectOfDoor, lane: Lane
    ):
        bomb = gzip.compress(dialect.body(lane.name, padding="x" * (40 * LIMIT)))
        assert len(bomb) < LIMIT
        headers = [*house.headers(dialect.kind), ("Content-Encoding", "gzip")]
        reply = send(house.url + dialect.path, headers=headers, body=bomb)
        self.assert_refused(house, dialect, reply)

    @staticmethod
    def assert_refused(house: House, dialect: DialectOfDoor, reply: Reply) -> None:
        assert reply.status == 413
        wanted = "request_too_large" if dialect is ANTHROPIC else "invalid_request_error"
        assert dialect.error_type(reply.body) == wanted
        assert house.flight(reply).error_kind == "request_too_large"


class TestLyingLength:
    def test_more_announced_than_sent_reaches_nobody(
        self, house: House, dialect: DialectOfDoor, lane: Lane
    ):
        body = dialect.body(lane.name)
        self.raw(house, dialect, body, announced=len(body) + 100, then_leave=True)
        time.sleep(0.2)  # long enough for a request that should not be sent on to arrive
        assert lane.requests == []

    def test_less_announced_than_sent_is_malformed(
        self, house: House, dialect: DialectOfDoor, lane: Lane
    ):
        body = dialect.body(lane.name)
        answer = self.raw(house, dialect, body, announced=len(body) - 10)
        assert answer.split()[1] == b"400"

    @pytest.mark.parametrize("value", ["+5", "-1", "5,5", "five", "5\r\nContent-Length: 6"])
    def test_a_length_that_is_no_number_is_a_400(
        self, house: House, dialect: DialectOfDoor, lane: Lane, value: str
    ):
        answer = self.raw(house, dialect, dialect.body(lane.name), announced=value)
        assert answer.split()[1] == b"400"
        assert b"aiohttp" not in answer, "the answer tells what it is made with"
        assert "Traceback" not in house.gateway.said, "a stranger can fill the log"

    @staticmethod
    def raw(
        house: House,
        dialect: DialectOfDoor,
        body: bytes,
        *,
        announced: object,
        then_leave: bool = False,
    ) -> bytes:
        lines = [f"{k}: {v}" for k, v in house.headers(dialect.kind)]
        head = "\r\n".join(
            [
                f"POST {dialect.path} HTTP/1.1",
                f"Host: 127.0.0.1:{house.gateway.port}",
                *lines,
                f"Content-Length: {announced}",
                "Connection: close",
                "\r\n",
            ]
        )
        answer = b""
        with socket.create_connection(("127.0.0.1", house.gateway.port), timeout=10) as plug:
            plug.sendall(head.encode() + body)
            if then_leave:
                plug.shutdown(socket.SHUT_WR)
            try:
                while part := plug.recv(65536):
                    answer += part
            except ConnectionResetError:
                pass
        return answer


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain; application/json",
        "application/jsonp",
    ],
)
def test_what_a_plain_web_form_can_send_is_a_415(
    house: House, dialect: DialectOfDoor, lane: Lane, content_type: str
):
    headers = [h for h in house.headers(dialect.kind) if h != JSON_TYPE]
    headers.append(("Content-Type", content_type))
    reply = send(house.url + dialect.path, headers=headers, body=dialect.body(lane.name))
    assert reply.status == 415
    dialect.error_type(reply.body)


def test_an_unknown_content_encoding_is_a_415(house: House, dialect: DialectOfDoor, lane: Lane):
    headers = [*house.headers(dialect.kind), ("Content-Encoding", "rot13")]
    reply = send(house.url + dialect.path, headers=headers, body=dialect.body(lane.name))
    assert reply.status == 415


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_the_wrong_method_is_a_405(house: House, dialect: DialectOfDoor, method: str):
    headers = house.headers(dialect.kind)
    reply = send(house.url + dialect.path, method=method, headers=headers, body=b"{}")
    assert reply.status == 405
    assert "POST" in reply.headers["Allow"]


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v2/messages", "/v1/messages/../models", "//v1/models"]
)
def test_an_unknown_path_is_a_404(house: House, path: str):
    reply = send(house.url + path, headers=house.headers("openai"), body=b"{}")
    assert reply.status == 404


def test_json_in_another_spelling_of_its_type_is_read(house: House, dialect: DialectOfDoor):
    lane = house.fresh_lane(dialect.kind)
    lane.then(Answer())
    headers = [h for h in house.headers(dialect.kind) if h != JSON_TYPE]
    headers.append(("content-TYPE", "Application/JSON; charset=UTF-8"))
    reply = send(house.url + dialect.path, headers=headers, body=dialect.body(lane.name))
    assert reply.status == 200


def test_after_all_this_a_connection_is_used_again(house: House):
    """An error answered whole leaves its connection in order."""
    connection = http.client.HTTPConnection("127.0.0.1", house.gateway.port, timeout=10)
    try:
        for _ in range(2):
            connection.request("POST", ANTHROPIC.path, b"{", dict(house.headers("anthropic")))
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 400
    finally:
        connection.close()
