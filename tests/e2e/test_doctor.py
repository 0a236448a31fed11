"""`llmgw doctor` as a person runs it: in a bare HOME, and beside a gateway that runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.dialects import ANTHROPIC
from tests.support.flight_log import wait_flight
from tests.support.gateway import GatewaySetup, running_gateway
from tests.support.raw_http import anthropic_headers, send

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


def test_no_secret_lies_on_disk_after_requests_that_had_some(own_home: Path) -> None:
    setup = GatewaySetup(home=own_home)
    key, other = "ghp_" + "aB3d" * 9, "hunter22-and-more"
    with running_gateway(setup) as gateway:
        messages = [{"role": "user", "content": f"use {key} and postgres://joe:{other}@db/x"}]
        for stream in (True, False):
            body = ANTHROPIC.body("practice/echo", stream=stream, messages=messages)
            headers = anthropic_headers(gateway.access_key())
            reply = send(gateway.url + ANTHROPIC.path, headers=headers, body=body)
            assert reply.status == 200
            wait_flight(own_home, reply.flight_id)
        done = setup.command("doctor", "--secrets", timeout_s=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("No secret was found.\n")
    config = setup.config_file
    config.write_text(f'{config.read_text()}\n# password = "{other}"\n')
    done = setup.command("doctor", "--secrets", "--json", timeout_s=60)
    assert done.returncode == 1
    (place,) = json.loads(done.stdout)["places"]
    assert place["kinds"] == {"assigned to a name": 1}
    assert other not in done.stdout


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
