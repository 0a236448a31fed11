"""B: keys that are none, are no more, or are in the wrong hands."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import pytest

from tests.security.door import JSON, Door, told
from tests.support.gateway import PROVIDER_KEY

pytestmark = pytest.mark.e2e

REVOKED_WITHIN_S = 10.0
FLOOD = 10_000
AT_ONCE = 500


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["Authorization: Bearer wrong"], 401),
        (["Authorization: Bearer"], 401),
        (["Authorization: Bearer  "], 401),
        (["Authorization: {agent}"], 401),
        (["Authorization: Basic {agent}"], 401),
        (["Authorization: Bearer {agent}x"], 401),
        (["Authorization: Bearer {agent} {agent}"], 401),
        (["Authorization: Bearer cl\u00e9"], 401),
        (["Authorization: Bearer wrong", "Authorization: Bearer {agent}"], 400),
        (["Authorization: Bearer {agent}", "x-api-key: wrong"], 400),
        (["x-api-key: {agent}", "x-goog-api-key: wrong"], 400),
        (["Authorization: bearer   {agent}"], 200),
        (["Authorization: Bearer {agent}", "x-api-key: {agent}"], 200),
    ],
)
def test_b1_a_key_is_one_key_and_whole(door: Door, lines: list[str], status: int) -> None:
    given = [line.format(agent=door.agent) for line in lines]
    assert door.ask("GET", "/v1/models", *given).status == status


@pytest.mark.parametrize("key", [b"k" * 1_000_000, b"a\x00b", b"\x00" * 32])
def test_b1_a_key_that_is_no_text_ends_the_connection(door: Door, key: bytes) -> None:
    head = f"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1:{door.port}\r\nAuthorization: Bearer "
    said = told(door.talk(head.encode() + key + b"\r\n\r\n"))
    assert said.status in (0, 400, 401, 431)
    assert door.ask("GET", "/health").status == 200


@pytest.mark.parametrize(
    "key",
    ["' OR 1=1 --", "'; DROP TABLE clients; --", "1' AND pg_sleep(9)--", '" OR ""="', "%' --", "*"],
)
def test_b2_sql_is_a_wrong_key_like_any_other(door: Door, key: str) -> None:
    plain = door.ask("GET", "/v1/models", key="wrong")
    said = door.ask("GET", "/v1/models", key=key)
    assert (said.status, said.body) == (401, plain.body)
    assert door.ask("GET", "/v1/models", key=door.agent).status == 200


def test_b3_a_revoked_key_opens_no_more_and_cuts_a_running_answer(door: Door) -> None:
    setup = door.gateway.setup
    key = setup.add_key("short-lived")
    asked = json.dumps(
        {"model": "practice/slow", "stream": True, "messages": [{"role": "user", "content": "x"}]}
    ).encode()
    head = [
        "POST /v1/chat/completions HTTP/1.1",
        *(f"Host: 127.0.0.1:{door.port}", JSON, f"Authorization: Bearer {key}"),
        *(f"Content-Length: {len(asked)}", "Connection: close", "", ""),
    ]
    with socket.create_connection(("127.0.0.1", door.port), 30) as plug:
        plug.sendall("\r\n".join(head).encode() + asked)
        said = plug.recv(65536)
        assert b" 200 " in said[:20]
        assert setup.command("key", "revoke", "short-lived").returncode == 0
        deadline = time.monotonic() + REVOKED_WITHIN_S
        while door.ask("GET", "/v1/models", key=key).status != 401:
            assert time.monotonic() < deadline, "the key still opens"
            time.sleep(0.05)
        while piece := plug.recv(65536):
            said += piece
    assert b"access_revoked" in said
    assert b"[DONE]" not in said


def test_b4_no_key_of_ours_reaches_a_vendor(door: Door) -> None:
    door.lane.forget()
    keys = (door.agent, door.local, door.token)
    lines = (
        f"x-api-key: {door.agent}",
        f"Cookie: key={door.agent}",
        "Proxy-Authorization: Basic x",
    )
    assert door.chat(*lines, key=door.agent, model="stub").status == 200
    (seen,) = door.lane.requests
    assert not [key for key in keys if seen.mentions(key)]
    assert seen.header("authorization") == f"Bearer {PROVIDER_KEY}"
    names = {name.lower() for name, _ in seen.raw_headers}
    assert not names & {b"cookie", b"proxy-authorization", b"x-api-key"}
    door.lane.forget()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", "/v1/credentials"), ("POST", "/v1/credentials"), ("GET", "/v1/files")),
        *(("GET", "/metrics"), ("GET", "/health/detail"), ("DELETE", "/v1/credentials/1")),
        ("POST", "/v1/vault/rotate"),
    ],
)
def test_b5_an_ordinary_key_administers_nothing(door: Door, method: str, path: str) -> None:
    body = b"{}" if method == "POST" else None
    for key in (door.agent, door.other, door.token):
        assert door.ask(method, path, JSON, key=key, body=body).status == 403
    cookie = f"Cookie: session={door.local}; key={door.local}"
    assert door.ask(method, path, JSON, cookie, body=body).status == 401


def test_b6_ten_thousand_wrong_keys_leave_no_trace_but_a_count(door: Door) -> None:
    """Counted, not timed: every one is answered alike, memory stays, the log has no line each."""
    _flood(door, 2 * AT_ONCE)  # what is made once is made now
    lines, memory = len(door.gateway.said.splitlines()), _resident_kb(door)
    bodies = _flood(door, FLOOD)
    assert sum(bodies.values()) == FLOOD
    assert len(bodies) == 1, bodies.keys()
    assert _resident_kb(door) - memory < 24 * 1024
    assert len(door.gateway.said.splitlines()) - lines < 5
    assert door.ask("GET", "/v1/models", key=door.agent).status == 200


def _flood(door: Door, count: int) -> dict[bytes, int]:
    """How often each answer came."""
    bodies: dict[bytes, int] = {}
    for start in range(0, count, AT_ONCE):
        with socket.create_connection(("127.0.0.1", door.port), 60) as plug:
            stream = plug.makefile("rb")
            for number in range(start, start + AT_ONCE):
                head = f"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1:{door.port}\r\n"
                plug.sendall(f"{head}Authorization: Bearer llmgw-{number:043}\r\n\r\n".encode())
                status, length = stream.readline(), 0
                while (line := stream.readline()) != b"\r\n":
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                answer = status + stream.read(length)
                bodies[answer] = bodies.get(answer, 0) + 1
    return bodies


def _resident_kb(door: Door) -> int:
    status = Path(f"/proc/{door.gateway.process.pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
