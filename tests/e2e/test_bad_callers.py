"""Who is turned away at the door: wrong keys, foreign hosts, pages of other sites. They get one
constant answer, in the dialect of the door they came to, and reach no upstream."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from tests.support.dialects import ANTHROPIC, DIALECTS, OPENAI, DialectOfDoor
from tests.support.house import CLIENT, House, open_house
from tests.support.lane import Lane
from tests.support.raw_http import JSON_TYPE, HeaderList, Reply, send

pytestmark = pytest.mark.e2e

FOREIGN_HOSTS = (
    "evil.example",
    "evil.example:{port}",
    "localhost.evil.example:{port}",
    "127.0.0.1.evil.example:{port}",
    "127.0.0.1:1",
    "user@127.0.0.1:{port}",
    "0.0.0.0:{port}",
    "[::ffff:127.0.0.1]:{port}",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("callers"), lanes=40) as opened:
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


WRONG_KEYS: dict[str, HeaderList] = {
    "none": [],
    "wrong bearer": [("Authorization", "Bearer llmgw-wrong")],
    "wrong x-api-key": [("x-api-key", "llmgw-wrong")],
    "empty bearer": [("Authorization", "Bearer ")],
    "empty x-api-key": [("x-api-key", "")],
    "not bearer": [("Authorization", "Basic dXNlcjpwYXNz")],
    "SQL": [("x-api-key", "' OR 1=1 --")],
    "8 KB": [("x-api-key", "k" * 7000)],
    "not ASCII": [("x-api-key", "cl\xc3\xa9")],
}


def _constant(reply: Reply) -> object:
    """The answer without what must differ from one request to the next."""
    body = reply.json()
    body.pop("request_id", None)
    return body


@pytest.mark.parametrize("wrong", WRONG_KEYS.values(), ids=WRONG_KEYS.keys())
def test_every_wrong_key_gets_the_same_401(
    house: House, dialect: DialectOfDoor, lane: Lane, wrong: HeaderList
):
    url, body = house.url + dialect.path, dialect.body(lane.name)
    extra = [("anthropic-version", "2023-06-01"), JSON_TYPE]
    missing = send(url, headers=extra, body=body)
    reply = send(url, headers=[*wrong, *extra], body=body)
    assert reply.status == 401
    dialect.error_type(reply.body)
    if dialect is ANTHROPIC:
        assert dialect.error_type(reply.body) == "authentication_error"
    assert _constant(reply) == _constant(missing)


def test_part_of_a_right_key_is_a_wrong_key(house: House, dialect: DialectOfDoor, lane: Lane):
    url, body = house.url + dialect.path, dialect.body(lane.name)
    for key in (house.key[:-1], house.key + "x", house.key.upper(), house.key[1:]):
        assert send(url, headers=[("x-api-key", key), JSON_TYPE], body=body).status == 401


def test_two_different_keys_are_a_400(house: House, dialect: DialectOfDoor, lane: Lane):
    headers = [("x-api-key", house.key), ("Authorization", "Bearer other"), JSON_TYPE]
    reply = send(house.url + dialect.path, headers=headers, body=dialect.body(lane.name))
    assert reply.status == 400
    assert house.key.encode() not in reply.body


@pytest.mark.parametrize("path", ["/v1/models", "/metrics", "/v1/models/practice%2Fecho"])
def test_reading_needs_a_key_too(house: House, path: str):
    reply = send(house.url + path, method="GET")
    assert reply.status == 401
    assert b"practice" not in reply.body


TURNED_AWAY = {
    "unauthenticated": (401, JSON_TYPE),
    "foreign_host": (421, ("Host", "evil.example")),
    "foreign_origin": (403, ("Origin", "https://evil.example")),
    "unsupported_media": (415, ("Content-Type", "text/plain")),
}


@pytest.mark.parametrize("kind", TURNED_AWAY)
def test_who_is_turned_away_is_recorded(house: House, dialect: DialectOfDoor, kind: str):
    time.sleep(1.1)  # the second in which other tests were turned away is over
    status, line = TURNED_AWAY[kind]
    reply = send(house.url + dialect.path, headers=[line], body=dialect.body("m"))
    assert reply.status == status
    flight = house.flight(reply)
    assert (flight.state, flight.error_kind, flight.status) == ("failed", kind, status)
    assert flight.protocol == dialect.protocol
    assert flight.client != CLIENT


def test_a_flood_is_turned_away_too(house: House, dialect: DialectOfDoor):
    url, body = house.url + dialect.path, dialect.body("m")
    flood = [send(url, headers=[JSON_TYPE], body=body) for _ in range(60)]
    assert {reply.status for reply in flood} == {401}
    recorded = sum("x-llmgw-flight" in reply.headers for reply in flood)
    assert recorded < len(flood), "a flood is counted, not written down"


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
@pytest.mark.parametrize("path", ["/v1/messages", "/v1/chat/completions", "/v1/models", "/health"])
@pytest.mark.parametrize("with_key", [True, False], ids=["key", "no key"])
def test_a_foreign_host_is_turned_away_before_anything_else(
    house: House, host: str, path: str, with_key: bool
):
    headers = [("Host", host.format(port=house.gateway.port)), JSON_TYPE]
    if with_key:
        headers.append(("x-api-key", house.key))
    method = "POST" if path in (ANTHROPIC.path, OPENAI.path) else "GET"
    reply = send(house.url + path, method=method, headers=headers, body=b"{}")
    assert reply.status == 421
    assert b"practice" not in reply.body


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}"])
def test_our_own_names_are_let_in(house: House, host: str):
    headers = [("Host", host.format(port=house.gateway.port))]
    assert send(house.url + "/health", method="GET", headers=headers).status == 200


@pytest.mark.parametrize(
    "lines", [[], ["Host: 127.0.0.1:{port}", "Host: evil.example"], ["Host:"]], ids=len
)
def test_no_host_or_two_are_turned_away(house: House, lines: list[str]):
    port = house.gateway.port
    head = ["GET /health HTTP/1.1", *(line.format(port=port) for line in lines), "\r\n"]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plug:
        plug.sendall("\r\n".join(head).encode())
        status = int(plug.recv(4096).split()[1])
    assert status in (400, 403, 421)


FOREIGN_PAGES = {
    "origin": ("Origin", "https://evil.example"),
    "null origin": ("Origin", "null"),
    "look-alike origin": ("Origin", "http://127.0.0.1.evil.example"),
    "other port's origin": ("Origin", "http://127.0.0.1:1"),
    "cross-site": ("Sec-Fetch-Site", "cross-site"),
    "same-site": ("Sec-Fetch-Site", "same-site"),
}


@pytest.mark.parametrize("page", FOREIGN_PAGES.values(), ids=FOREIGN_PAGES.keys())
def test_a_foreign_page_is_turned_away_even_with_a_key(
    house: House, dialect: DialectOfDoor, lane: Lane, page: tuple[str, str]
):
    headers = [*house.headers(dialect.kind), page]
    reply = send(house.url + dialect.path, headers=headers, body=dialect.body(lane.name))
    assert reply.status == 403
    dialect.error_type(reply.body)
    assert not [name for name in reply.headers if name.lower().startswith("access-control-")]


def test_a_preflight_of_a_foreign_page_is_given_nothing(house: House, dialect: DialectOfDoor):
    headers = [
        ("Origin", "https://evil.example"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "x-api-key, content-type"),
        ("Access-Control-Request-Private-Network", "true"),
    ]
    reply = send(house.url + dialect.path, method="OPTIONS", headers=headers)
    assert reply.status >= 400
    assert not [name for name in reply.headers if name.lower().startswith("access-control-")]


def test_health_says_only_ok_to_strangers(house: House):
    reply = send(house.url + "/health", method="GET")
    assert reply.status == 200
    assert house.gateway.home.name.encode() not in reply.body
    assert len(reply.body) < 50
