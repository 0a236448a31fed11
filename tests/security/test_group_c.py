"""C: heads that mean two things, and paths in disguise."""

from __future__ import annotations

import json

import pytest

from tests.security.door import JSON, QUESTION, Door, told
from tests.security.trap import Trap
from tests.support.answers import Raw

pytestmark = pytest.mark.e2e

BODY = json.dumps(QUESTION).encode()
SMUGGLED = b"GET /v1/credentials HTTP/1.1\r\nHost: x\r\n\r\n"


def _head(door: Door, *lines: str, method: str = "POST", path: str = "/v1/messages") -> bytes:
    own = [f"Host: 127.0.0.1:{door.port}", f"Authorization: Bearer {door.agent}", JSON]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *own, *lines, "", ""]).encode("latin-1")


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 4", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 4"],
        ["Content-Length: 4", "Content-Length: 5"],
        ["Content-Length: 4", "Content-Length: 4"],
        ["Content-Length: +4"],
        ["Content-Length: 4,4"],
        ["Content-Length: 4 4"],
        ["Content-Length: -1"],
        ["Content-Length: 0x4"],
        ["Content-Length: 4_0"],
        ["Transfer-Encoding: xchunked"],
        ["Transfer-Encoding: chunked, identity"],
        ["Transfer-Encoding: identity"],
        ["Transfer-Encoding:\tchunked", "Content-Length: 4"],
        ["Transfer-Encoding : chunked"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
    ],
)
def test_c1_a_body_has_one_length(door: Door, lines: list[str]) -> None:
    """One answer at most, which is a refusal, and nothing after it."""
    said = door.talk(_head(door, *lines) + b"0\r\n\r\n" + SMUGGLED)
    assert said.count(b"HTTP/1.1 ") <= 1, said
    assert told(said).status in (0, 400, 408, 411, 501), said
    assert b"credentials" not in said


@pytest.mark.parametrize(
    "line",
    [
        b"X-A: 1\r\n folded: 2",
        b"X-A : 1",
        b": 1",
        b"X A: 1",
        b"X-A: a\x00b",
        b"X-A: a\rb",
        b"X-\xe9: 1",
        b"X-A\x80: 1",
        b"no colon",
        b"X-A: 1\nHost: evil.example",
    ],
)
def test_c2_what_is_no_header_ends_the_connection(door: Door, line: bytes) -> None:
    head = _head(door, method="GET", path="/v1/models").removesuffix(b"\r\n")
    said = door.talk(head + line + b"\r\n\r\n" + SMUGGLED)
    assert said.count(b"HTTP/1.1 ") <= 1, said
    assert told(said).status in (0, 400, 421), said


@pytest.mark.parametrize(
    "line",
    [
        "Connection: close, Authorization",
        "Connection: close, X-Api-Key, Host",
        "Connection: close, Content-Type",
        "Keep-Alive: timeout=9",
        "TE: trailers",
        "Trailer: Authorization",
        "Proxy-Connection: keep-alive",
        "Upgrade: h2c",
    ],
)
def test_c3_a_header_of_one_hop_takes_nothing_away_and_goes_no_further(
    door: Door, line: str
) -> None:
    door.lane.forget()
    assert door.chat(line, key=door.agent, model="stub").status == 200
    (seen,) = door.lane.requests
    names = {name.lower() for name, _ in seen.raw_headers}
    assert not names & {b"keep-alive", b"te", b"trailer", b"proxy-connection", b"upgrade"}
    door.lane.forget()
    assert door.chat(line, key="wrong", model="stub").status == 401


SPOOFED = [
    "X-Forwarded-For: 127.0.0.1",
    "X-Forwarded-User: local",
    "X-Real-IP: 127.0.0.1",
    "Forwarded: for=127.0.0.1",
    "X-Gateway-User: local",
    "X-Gateway-User: alice",
    "x-litellm-api-key: x",
    "x-portkey-api-key: x",
    "X-Remote-User: admin",
]


@pytest.mark.parametrize("line", SPOOFED)
def test_c4_only_the_proxys_own_hop_names_anybody(door: Door, line: str) -> None:
    assert door.ask("GET", "/v1/models", line).status == 401
    assert door.ask("GET", "/v1/models", line, key="wrong").status == 401
    assert door.ask("GET", "/metrics", line, key=door.agent).status == 403
    mine = _session(door, door.agent)
    listed = door.ask("GET", "/v1/sessions", line, key=door.agent)
    assert mine in listed.body.decode(), "still the client itself"


@pytest.mark.parametrize(
    "lines",
    [
        ["X-Gateway-User:"],
        ["X-Gateway-User: local"],
        ["X-Gateway-User: LoCaL"],
        ["X-Gateway-User: gateway-bearer"],
        ["X-Gateway-User: cli_0123456789abcdef"],
        ["X-Gateway-User: proxied:alice"],
        ["X-Gateway-User: alice bob"],
        ["X-Gateway-User: alice, bob"],
        ["X-Gateway-User: alice", "X-Gateway-User: bob"],
        ["X-Gateway-User: alice", "x-gateway-user: alice"],
        ["X-Gateway-User: " + "a" * 257],
        ["X-Gateway-User: \u0430lice"],
    ],
)
def test_c4_a_name_that_is_none_is_refused_and_never_shared(door: Door, lines: list[str]) -> None:
    said = door.ask("GET", "/v1/sessions", *lines, key=door.token)
    assert said.status == 403
    assert b"names nobody" in said.body


def test_c4_whom_the_proxy_names_sees_ones_own_alone(door: Door) -> None:
    alice, bob = "X-Gateway-User: alice@example.com", "X-Gateway-User: bob@example.com"
    mine = _session(door, door.token, alice)
    assert mine in door.ask("GET", "/v1/sessions", alice, key=door.token).body.decode()
    for lines, key in (((bob,), door.token), ((), door.token), ((), door.local), ((), door.agent)):
        assert mine not in door.ask("GET", "/v1/sessions", *lines, key=key).body.decode()
        assert door.ask("GET", f"/v1/sessions/{mine}", *lines, key=key).status == 404
        assert door.ask("DELETE", f"/v1/sessions/{mine}", *lines, key=key).status == 404
    assert door.ask("GET", f"/v1/sessions/{mine}", alice, key=door.token).status == 200


def _session(door: Door, key: str, *lines: str) -> str:
    body = b'{"cli": "claude"}'
    said = door.ask("POST", "/v1/sessions", JSON, *lines, key=key, body=body)
    assert said.status in (200, 201), said.body
    return str(json.loads(said.body)["session"]["id"])


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/v1/%6dodels/../credentials",
            "/v1/models/../credentials",
            "/v1/models/%2e%2e/credentials",
        ),
        *("//v1/credentials", "/v1//credentials", "/v1/credentials/", "/v1/credentials;x=1"),
        *("/V1/credentials", "/v1/credentials%00", "/v1/credentials%20", "/v1%2fcredentials"),
        *("/v1/./credentials", "/v1/models/..;/credentials", "/v1/\u0441redentials"),
        *("/health/../v1/credentials", "/health/%2e%2e/v1/credentials", "/health;/v1/credentials"),
    ],
)
def test_c5_no_disguise_of_a_path_opens_another_door(door: Door, path: str) -> None:
    """Neither without a key nor with one that may less."""
    for key in (None, door.agent):
        said = door.ask("GET", path, key=key)
        assert said.status in (400, 401, 403, 404, 405), said.head
        assert b'"credentials"' not in said.body


@pytest.mark.parametrize(
    "lines",
    [
        ["X-A: " + "a" * 65_536],
        [f"X-{number}: 1" for number in range(500)],
        [f"X-{number}: {'a' * 8000}" for number in range(200)],
    ],
)
def test_c5_a_head_beyond_all_bounds_is_refused_and_nobody_suffers(
    door: Door, lines: list[str]
) -> None:
    said = door.ask("GET", "/v1/models", *lines, key="wrong")
    assert said.status in (0, 400, 401, 431)
    assert door.ask("GET", "/v1/models" + "x" * 9000, key=door.agent).status in (0, 400, 404, 414)
    assert door.ask("GET", "/health").status == 200


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_c8_a_vendor_sends_our_key_nowhere_else(door: Door, status: int) -> None:
    with Trap() as trap:
        away = {"Location": f"http://127.0.0.1:{trap.port}/v1/chat/completions"}
        door.lane.then(Raw(status=status, headers=away, frames=(b"",)))
        said = door.chat(key=door.agent, model="stub")
    assert said.status >= 300
    assert not trap.came
    door.lane.forget()
