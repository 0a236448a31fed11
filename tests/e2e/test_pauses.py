"""A person pauses a client, or this computer's own key: it is refused, told, and over again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.gateway import Gateway, GatewaySetup, running_gateway
from tests.support.raw_http import openai_headers, send

pytestmark = pytest.mark.e2e

PAUSED = "[clients.nightly]\npaused = true\n[clients.local]\npaused = true\n"


def asked(gateway: Gateway, key: str) -> tuple[int, str]:
    body = json.dumps({"model": "practice/echo", "messages": [{"role": "user", "content": "hi"}]})
    url = f"{gateway.url}/v1/chat/completions"
    reply = send(url, headers=openai_headers(key), body=body.encode())
    return reply.status, reply.json().get("error", {}).get("message", "")


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_pause_is_kept_told_and_lifted(tmp_path: Path) -> None:
    setup = GatewaySetup(home=tmp_path / "home")
    setup.write_config()
    before = setup.config_file.read_text()
    nightly = setup.add_key("nightly")
    with running_gateway(setup) as gateway:
        own = gateway.access_key()
        for key in (nightly, own):
            assert asked(gateway, key)[0] == 200
        setup.config_file.write_text(before + PAUSED)
        wait_until(lambda: asked(gateway, own)[0] == 403)
        assert "This computer's own access key is paused" in asked(gateway, own)[1]
        status, words = asked(gateway, nightly)
        assert (status, "'nightly' is paused" in words) == (403, True)
        assert setup.command("status").returncode == 0
        told = setup.command("limits").stdout
        assert told.count("\tpaused\t") == 2
        assert "\trefused\t1\t" in told
        assert setup.command("key", "list").stdout.rstrip().endswith("\tpaused")
        setup.config_file.write_text(before)
        wait_until(lambda: asked(gateway, own)[0] == 200)
        assert asked(gateway, nightly)[0] == 200
        told = setup.command("limits").stdout
        assert "paused" not in told
        assert "refused" not in told
        assert setup.command("key", "list").stdout.rstrip().endswith("\tactive")
