"""`llmgw doctor` as a person runs it: in a bare HOME, and beside a gateway that runs."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.safekeeping.backups import make_backup
from tests.support.dialects import ANTHROPIC
from tests.support.flight_log import wait_flight
from tests.support.gateway import Gateway, GatewaySetup, running_gateway
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
    assert sum(place["kinds"].values()) == 1
    assert other not in done.stdout


def _said(setup: GatewaySetup, *words: str) -> str:
    """Whatever it ended with, as one line."""
    done = setup.command(*words, timeout_s=60)
    return " ".join((done.stdout + done.stderr).split())


def _ask(gateway: Gateway) -> None:
    body = ANTHROPIC.body("practice/echo")
    reply = send(
        gateway.url + ANTHROPIC.path, headers=anthropic_headers(gateway.access_key()), body=body
    )
    assert reply.status == 200
    wait_flight(gateway.setup.home, reply.flight_id)


def test_doctor_and_status_say_the_same_of_the_vaults_key(own_home: Path) -> None:
    setup = GatewaySetup(home=own_home)
    in_memory = "The vault's key is only in memory: its file vault-"
    with running_gateway(setup) as gateway:
        _ask(gateway)
        assert "degraded" not in _said(setup, "status")
        while not (found := list((own_home / "data").glob("vault-*.key"))):
            time.sleep(0.05)  # it is made with the first text that is written down
        (key_file,) = found
        key_file.rename(own_home / "away")
        ends = time.monotonic() + 60
        while in_memory not in (said := _said(setup, "status")):
            assert time.monotonic() < ends, said
        assert ": degraded" in said
        assert f"warn Entries {in_memory}" in _said(setup, "doctor")
        assert "under a new master key" in _said(setup, "vault", "rotate")
        assert in_memory not in _said(setup, "doctor")
        while "degraded" in (said := _said(setup, "status")):
            assert time.monotonic() < ends, said
    (key_file,) = (own_home / "data").glob("vault-*.key")
    key_file.unlink()
    locked = f"lay in the file {key_file.name} beside gateway.db, and is not there any more"
    assert locked in _said(setup, "doctor")
    with running_gateway(setup):
        ends = time.monotonic() + 60  # it looks for the key beside its start
        while locked not in (said := _said(setup, "status")):
            assert time.monotonic() < ends, said
        assert locked in _said(setup, "doctor")


def test_flights_whose_key_is_gone_are_told_of_everywhere(own_home: Path) -> None:
    setup = GatewaySetup(home=own_home)
    setup.write_config()
    setup.add_key("some")
    places = Places.of(setup.child_environment())
    assert make_backup(places.gateway_db, places.backups_folder, time.time()) is not None
    with running_gateway(setup) as gateway:
        for _ in range(2):
            _ask(gateway)
        assert "cannot be read" not in _said(setup, "status") + _said(setup, "doctor")
    lost = "What was said in 2 recorded flights cannot be read any more: the data key"
    (places.backups_folder / "keys.json").unlink()
    places.gateway_db.unlink()
    assert lost in _said(setup, "restore", "--at", "newest", "--yes")
    assert lost in _said(setup, "doctor")
    with running_gateway(setup) as gateway:
        ends = time.monotonic() + 60
        while lost not in (said := _said(setup, "status")):
            assert time.monotonic() < ends, said
        assert lost in _said(setup, "doctor")


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


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_gateway_whose_disk_took_no_run_file_is_found(own_home: Path) -> None:
    """Where it listens stands nowhere, for its port is any free one."""
    setup = GatewaySetup(home=own_home)
    with running_gateway(setup) as gateway:
        Places.of({"LLMGW_HOME": str(own_home)}).run_file.unlink()
        status = setup.command("status")
        assert status.returncode == 0, status.stderr
        assert f"at {gateway.url}: " in status.stdout
        told = json.loads(setup.command("doctor", "--json", timeout_s=60).stdout)
        (process,) = [each for each in told["sections"]["gateway"] if each["name"] == "process"]
        assert (process["state"], process["url"]) == ("ok", gateway.url)
    assert setup.command("status").returncode == 1
