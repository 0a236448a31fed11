"""A home that a later version wrote, or that lay on another system: a sentence, nothing lost."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from llmgw_desktop.store.safekeeping.backups import make_backup
from tests.e2e.test_backup import llmgw
from tests.e2e.test_recording import ask, health_detail
from tests.support.gateway import GatewaySetup, running_gateway

pytestmark = pytest.mark.e2e

LATER = "was written by a later version of this program"


def _begun(home: Path) -> GatewaySetup:
    """With a key and a flight in it."""
    setup = GatewaySetup(home=home)
    setup.write_config()
    setup.add_key("nightly")
    with running_gateway(setup) as gateway:
        assert ask(gateway).status == 200
    return setup


def _made_later(file: Path) -> bytes:
    """Its bytes from then on."""
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 9999")
    connection.close()
    return file.read_bytes()


def test_what_a_later_version_wrote_is_told_and_left_as_it_is(own_home: Path) -> None:
    setup, data = _begun(own_home), own_home / "data"
    assert make_backup(data / "gateway.db", data / "backups", 1e9) is not None
    before = _made_later(data / "gateway.db")
    for words in (("key", "list"), ("vault", "list")):
        code, said = llmgw(setup, *words)
        assert code == 1, words
        assert f"gateway.db {LATER}" in said
        assert said.count("\n") <= 2, said
    told = json.loads(llmgw(setup, "doctor", "--json")[1])
    (found,) = (each for each in told["sections"]["vault"] if each["name"] == "store")
    assert found["state"] == "fault"
    assert LATER in found["says"]
    assert "later version" in found["do"]
    with running_gateway(setup) as gateway:
        assert ask(gateway).status == 200, "the person's own key lies in a file"
        assert LATER in json.dumps(health_detail(gateway))
    assert gateway.said.count(LATER) == 1, gateway.said
    assert "what it holds is not used" in gateway.said
    assert (own_home / "log/llmgw.log").read_text().count(LATER) > 2, "whoever looks finds where"
    assert (data / "gateway.db").read_bytes() == before
    assert llmgw(setup, "restore", "--at", "newest", "--yes")[0] == 0
    assert "nightly" in llmgw(setup, "key", "list")[1], "what it was before the later version"
    (kept,) = data.glob("set-aside/*/gateway.db")
    assert kept.read_bytes() == before


def test_flights_of_a_later_version_are_left_as_they_are(own_home: Path) -> None:
    setup, file = _begun(own_home), own_home / "data/flights.db"
    before = _made_later(file)
    code, said = llmgw(setup, "flights", "list")
    assert (code, f"flights.db {LATER}" in said) == (1, True)
    with running_gateway(setup) as gateway:
        assert ask(gateway).status == 200
        assert LATER in json.dumps(health_detail(gateway))
    assert gateway.said.count(LATER) == 1, gateway.said
    assert file.read_bytes() == before


SETTINGS_OF_LATER = """
[http]
holograms = true

[quantum]
on = true
"""
REPO_OF_WINDOWS = r"""
[[workspaces.repos]]
alias = "work"
path = "C:\\Users\\Anna Müller\\work"

[clis.claude]
command = "C:\\Users\\anna\\AppData\\Roaming\\npm\\claude.cmd"
"""
CERTIFICATE_OF_WINDOWS = r"""
[http]
tls_certificate = "C:\\certs\\gw.pem"
tls_key = "C:\\certs\\gw.key"
"""


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (SETTINGS_OF_LATER, "quantum: unknown table, ignored"),
        (SETTINGS_OF_LATER, "http.holograms: unknown setting, ignored"),
        (REPO_OF_WINDOWS, "workspaces.repos[0].path: expected an absolute path"),
    ],
)
def test_settings_of_later_versions_and_other_systems_are_told_by_line(
    own_home: Path, settings: str, told: str
) -> None:
    """All else holds, and the file is left as it is."""
    setup = GatewaySetup(home=own_home, toml=settings)
    setup.write_config()
    before = setup.config_file.read_bytes()
    with running_gateway(setup) as gateway:
        assert ask(gateway).status == 200
        lines = [line for line in gateway.said.splitlines() if told in line]
        assert len(lines) == 1
        assert ", line " in lines[0]
    assert setup.config_file.read_bytes() == before


def test_what_would_open_the_door_otherwise_stops_a_start(own_home: Path) -> None:
    setup = GatewaySetup(home=own_home, toml=CERTIFICATE_OF_WINDOWS)
    setup.write_config()
    code, said = llmgw(setup, "serve", "--port", "0")
    assert code == 2
    assert said.strip().count("\n") == 0
    assert ", line 3: http.tls_certificate: expected an absolute path" in said
