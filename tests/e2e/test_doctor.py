"""`llmgw doctor` as a person runs it: in a bare HOME, and beside a gateway that runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.gateway import GatewaySetup, running_gateway

pytestmark = pytest.mark.e2e


def test_in_a_bare_home_it_can_serve_and_leaves_nothing_behind(own_home: Path) -> None:
    setup = GatewaySetup(home=own_home, environment={"LLM_GATEWAY_HTTP_PORT": "0"})
    done = setup.command("doctor", timeout_s=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert headings == [
        "This computer",
        "Settings",
        "Vault",
        "Gateway",
        "Providers",
        "Vendors' CLIs",
        "Recorder",
        headings[-1],
    ]
    assert headings[-1].startswith("The gateway can serve.")
    assert not own_home.exists()


def test_as_json_beside_a_gateway_that_runs(own_home: Path) -> None:
    setup = GatewaySetup(home=own_home)
    with running_gateway(setup) as gateway:
        done = setup.command("doctor", "--json", timeout_s=60)
        told = json.loads(done.stdout)
        process, key = told["sections"]["gateway"]
        assert (process["name"], process["state"]) == ("process", "ok")
        assert (process["url"], process["pid"]) == (gateway.url, gateway.process.pid)
        assert (key["name"], key["state"]) == ("access_key", "ok")
        assert gateway.access_key() not in done.stdout
    assert done.returncode == 0
    assert done.stderr == ""
    assert told["can_serve"] is True
