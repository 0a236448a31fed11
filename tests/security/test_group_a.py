"""A: what a web page, a stranger on this computer or a mistake can reach on loopback."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from tests.security.door import JSON, Door
from tests.support.gateway import GatewaySetup

pytestmark = pytest.mark.e2e

ROUTES = [
    *(("GET", "/"), ("GET", "/health"), ("GET", "/health/detail"), ("GET", "/metrics")),
    *(("POST", "/v1/messages"), ("POST", "/v1/chat/completions"), ("POST", "/v1/responses")),
    *(("GET", "/v1/models"), ("GET", "/v1/jobs"), ("POST", "/v1/jobs"), ("GET", "/v1/sessions")),
    *(("POST", "/mcp"), ("GET", "/mcp"), ("GET", "/oauth/authorize"), ("POST", "/oauth/token")),
    *(("POST", "/oauth/register"), ("GET", "/.well-known/oauth-protected-resource")),
    *(("GET", "/v1/credentials"), ("OPTIONS", "/v1/messages"), ("GET", "/nowhere")),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a1_a_rebound_name_is_turned_away_before_its_body_is_read(
    door: Door, method: str, path: str
) -> None:
    """The body that is announced never comes, and nobody waits for it."""
    told = door.ask(method, path, JSON, "Content-Length: 9", key=door.local, host="evil.example")
    assert told.status == 421
    assert door.local.encode() not in told.body
    assert door.lane.requests == []


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([], 400),
        (["Host: 127.0.0.1:{port}", "Host: evil.example"], 400),
        (["Host: 127.0.0.1:{port}", "Host: 127.0.0.1:{port}"], 400),
        (["Host:"], 421),
        (["Host: user@127.0.0.1:{port}"], 421),
        (["Host: 127.0.0.1:1"], 421),
        (["Host: 127.0.0.1"], 421),
        (["Host: [::ffff:127.0.0.1]:{port}"], 421),
        (["Host: 0.0.0.0:{port}"], 421),
        (["Host: 127.0.0.1.evil.example:{port}"], 421),
        (["Host: 127.0.0.1:{port}#.evil.example"], 421),
        (["Host: 127.0.0.1:{port}"], 200),
        (["Host: LOCALHOST:{port}"], 200),
        (["Host: [::1]:{port}"], 200),
    ],
)
def test_a2_a_host_header_is_ours_or_nobodys(door: Door, lines: list[str], status: int) -> None:
    given = [line.format(port=door.port) for line in lines]
    raw = "\r\n".join(["GET /health HTTP/1.1", *given, "Connection: close", "", ""]).encode()
    first = door.talk(raw).split(b" ", 2)[1]
    assert int(first) in (status, 421 if status == 400 else status)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "file://"]
)
def test_a3_a_foreign_page_with_a_good_key_asks_for_nothing(door: Door, origin: str) -> None:
    told = door.chat(f"Origin: {origin}", key=door.agent, model="stub")
    assert told.status == 403
    assert not told.header("access-control-allow-origin")
    assert door.lane.requests == []


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "x/json",
    ],
)
def test_a4_what_a_form_can_send_starts_nothing(door: Door, kind: str) -> None:
    for path in ("/v1/chat/completions", "/v1/jobs", "/mcp", "/v1/sessions", "/oauth/register"):
        told = door.ask("POST", path, f"Content-Type: {kind}", key=door.agent, body=b'{"model":1}')
        assert told.status == 415, path
    assert door.lane.requests == []


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/jobs", "/mcp", "/oauth/token"])
def test_a5_a_preflight_of_a_foreign_page_is_given_nothing(door: Door, path: str) -> None:
    told = door.ask(
        "OPTIONS",
        path,
        "Origin: https://evil.example",
        "Access-Control-Request-Method: POST",
        "Access-Control-Request-Headers: authorization",
        "Access-Control-Request-Private-Network: true",
    )
    assert told.status in (403, 405)
    assert "access-control" not in told.head.lower()


@pytest.mark.parametrize(
    "path",
    [
        *("/v1/jobs/job_1/cancel", "/v1/sessions/s_1/activate", "/v1/sessions/s_1/deactivate"),
        *("/v1/responses/r_1/cancel", "/oauth/token", "/oauth/revoke", "/oauth/register"),
        *("/v1/messages", "/v1/chat/completions", "/v1/generate"),
    ],
)
def test_a6_a_picture_changes_nothing(door: Door, path: str) -> None:
    told = door.ask("GET", path, key=door.local)
    assert told.status in (404, 405)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a7_a_page_without_an_origin_is_a_page_all_the_same(door: Door, site: str) -> None:
    for method, path in ROUTES:
        if path == "/oauth/authorize":
            continue
        told = door.ask(method, path, f"Sec-Fetch-Site: {site}", key=door.local)
        assert told.status == 403, path
    framed = ("Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe")
    told = door.ask("GET", "/oauth/authorize", f"Sec-Fetch-Site: {site}", *framed)
    assert told.status == 403


@pytest.mark.parametrize("name", ["key", "token", "access_token", "api_key", "Authorization"])
def test_a8_a_key_in_an_address_opens_nothing_and_is_not_kept(door: Door, name: str) -> None:
    for path in ("/v1/jobs", "/v1/jobs/job_1/events", "/v1/models", "/mcp", "/metrics"):
        assert door.ask("GET", f"{path}?{name}={door.local}").status == 401, path
    assert door.local not in door.gateway.said


def test_a9_no_page_of_ours_is_shown_in_a_frame(door: Door) -> None:
    """Also not the one that says what is wrong."""
    told = door.ask("GET", "/oauth/authorize?client_id=%3Cimg%20src=x%20onerror=alert(1)%3E")
    assert told.status in (400, 401, 403)
    policy = told.header("content-security-policy")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert told.header("x-content-type-options") == "nosniff"
    assert told.header("referrer-policy") in ("no-referrer", "same-origin")
    assert b"<img" not in told.body


def test_a11_strangers_learn_nothing(door: Door) -> None:
    keys = [None, "", "x", door.agent[:-1], door.local[:-1], door.token[:-1], "llmgw-" + "0" * 43]
    for path in ("/v1/models", "/v1/jobs", "/v1/jobs/job_1", "/v1/credentials", "/metrics"):
        bodies = {door.ask("GET", path, key=key).body for key in keys}
        assert len(bodies) == 1, path
    health = door.ask("GET", "/health")
    assert health.body.strip() in (b'{"status":"ok"}', b'{"ok":true}')
    for said in (health.head, door.ask("GET", "/nowhere").head):
        assert "aiohttp" not in said.lower()
        assert "python" not in said.lower()


@pytest.mark.parametrize(
    ("toml", "environment", "words"),
    [
        ('host = "0.0.0.0"\n', {}, "keys would cross the network"),
        ('host = "::"\n', {"LLM_GATEWAY_AUTH_TOKEN": "x" * 32}, "keys would cross the network"),
        ('host = "0.0.0.0"\ntls_at_proxy = true\n', {}, "none of them could come in"),
        ("", {"LLM_GATEWAY_AUTH_TOKEN": "short"}, "at least 32"),
        ("", {"LLM_GATEWAY_TRUSTED_PRINCIPAL_HEADER": "X-User"}, "LLM_GATEWAY_AUTH_TOKEN"),
        ('tls_certificate = "/nowhere.pem"\ntls_key = "/nowhere.key"\n', {}, "cannot be read"),
        ('tls_certificate = "/nowhere.pem"\n', {}, "go together"),
    ],
)
def test_a12_a_door_that_stands_open_by_mistake_does_not_open(
    tmp_path: Path, toml: str, environment: dict[str, str], words: str
) -> None:
    setup = GatewaySetup(
        home=tmp_path / "home", toml=f"[http]\nport = 0\n{toml}", environment=environment
    )
    setup.write_config()
    done = setup.command("serve")
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert not done.stdout


def test_a13_another_user_finds_no_key_and_comes_in_without_none(door: Door) -> None:
    key = Path(door.gateway.ready["key_file"])
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    folders = [key.parent, door.gateway.home / "data", door.gateway.home / "config"]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    for folder, _, names in os.walk(door.gateway.home):
        for name in names:
            mode = stat.S_IMODE((Path(folder) / name).stat().st_mode)
            assert name == "config.toml" or not mode & 0o077, f"{folder}/{name}: {mode:o}"
    with socket.create_connection(("127.0.0.1", door.port)) as plug:
        plug.sendall(f"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1:{door.port}\r\n\r\n".encode())
        assert plug.recv(20).startswith(b"HTTP/1.1 401")
