"""The door under a certificate: its address, its callers, and this person's own programs."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmgw_desktop.store.run_file import own_context, read_run_file
from tests.support.certificates import Pair, make_pair
from tests.support.gateway import Gateway, GatewaySetup, running_gateway

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("pair"))


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, pair: Pair) -> Iterator[Gateway]:
    home = tmp_path_factory.mktemp("tls") / "home"
    setup = GatewaySetup(home=home, toml=f"[http]\n{pair.toml()}")
    with running_gateway(setup) as running:
        yield running


def _health(gateway: Gateway, context: ssl.SSLContext) -> bytes:
    with urllib.request.urlopen(f"{gateway.url}/health", timeout=30, context=context) as told:
        return bytes(told.read())


def test_its_address_is_shown_as_it_is(gateway: Gateway, pair: Pair) -> None:
    assert gateway.url.startswith("https://127.0.0.1:")
    assert gateway.ready["mcp"].startswith("https://127.0.0.1:")
    told = read_run_file(gateway.home / "run" / "gateway.json")
    assert told is not None
    assert (told.url, told.certificate) == (gateway.url, str(pair.certificate))


def test_who_trusts_it_is_served_and_nobody_else_speaks_to_it(
    gateway: Gateway, pair: Pair, tmp_path: Path
) -> None:
    assert b"ok" in _health(gateway, own_context(str(pair.certificate)))
    named = ssl.create_default_context(cafile=str(pair.certificate))
    assert b"ok" in _health(gateway, named)
    other = make_pair(tmp_path)
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        _health(gateway, own_context(str(other.certificate)))


def test_nothing_is_said_unencrypted(gateway: Gateway) -> None:
    request = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{gateway.port}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gateway.port), 30) as plug:
        plug.sendall(request.encode())
        said = b""
        try:
            while piece := plug.recv(4096):
                said += piece
        except ConnectionResetError:
            pass
    assert b"HTTP" not in said


def test_doctor_sees_that_it_answers(gateway: Gateway) -> None:
    done = gateway.setup.command("doctor", "--json", timeout_s=120)
    found = json.loads(done.stdout)["sections"]["gateway"]
    process = next(each for each in found if each["name"] == "process")
    assert process["state"] == "ok", process
    assert gateway.url in process["says"]


def test_an_editor_joins_it(gateway: Gateway) -> None:
    """Over stdio, with the key file and the pinned certificate."""
    params = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    }
    asked = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}},
    ]
    editor = subprocess.Popen(
        [sys.executable, "-m", "llmgw_desktop", "mcp"],
        env=gateway.setup.child_environment(),
        cwd=gateway.home.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert editor.stdin is not None
    assert editor.stdout is not None
    try:
        editor.stdin.write(b"".join(json.dumps(each).encode() + b"\n" for each in asked))
        editor.stdin.flush()
        told: dict[str, object] = {}
        while told.get("id") != 2:
            told = json.loads(editor.stdout.readline())
        assert "session_list" in json.dumps(told), told
    finally:
        editor.stdin.close()
        editor.wait(60)
        editor.stdout.close()
