"""What jobs are asked and say, in every file of a whole program's home."""

from __future__ import annotations

import json
import urllib.error
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_job_faults import House, ask, call, ended, house, until
from tests.support.gateway import Gateway, running_gateway

__all__ = ["house"]

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
ASKED, SAID = "the-words-that-were-asked", "the-words-that-were-said"
PROMPT = f"echo {SAID} >&2; answer {SAID} # {ASKED}"
KEY, OTHER = "ab" * 32, "cd" * 32


def lies_open(home: Path) -> set[str]:
    """Files of all its folders in which any of the words stands."""
    return {path.name for path in home.rglob("*") if path.is_file() and _holds_words(path)}


def _holds_words(path: Path) -> bool:
    try:
        data = path.read_bytes()
    except FileNotFoundError:  # another has just taken its place
        return False
    return ASKED.encode() in data or SAID.encode() in data


def with_key(house: House, key: str) -> House:
    return House(replace(house.setup, environment={"LLM_GATEWAY_MASTER_KEY": key}))


def refused(gateway: Gateway, path: str) -> tuple[int, Any]:
    with pytest.raises(urllib.error.HTTPError) as error:
        call(gateway, path)
    return error.value.code, json.loads(error.value.read())["error"]


def test_no_file_holds_them_once_it_has_ended_however_the_program_ends(house: House) -> None:
    ours = with_key(house, KEY)
    ours.setup.write_config()
    gateway = Gateway(ours.setup)
    try:
        gateway.wait_ready()
        first = ended(gateway, ask(gateway, PROMPT))
        assert (first["state"], first["text"]) == ("completed", SAID)
        until(lambda: not lies_open(gateway.home))
        second = ended(gateway, ask(gateway, f"{PROMPT} 2"))["id"]
    finally:
        gateway.kill()
    with running_gateway(ours.setup) as gateway:
        until(lambda: not lies_open(gateway.home))
        assert call(gateway, f"/v1/jobs/{second}/result")["text"] == SAID
        assert call(gateway, f"/v1/jobs/{first['id']}/result") == first
    with running_gateway(with_key(house, OTHER).setup) as gateway:
        for path in ("result", "events"):
            status, error = refused(gateway, f"/v1/jobs/{second}/{path}")
            assert (status, error["code"]) == (423, "vault_locked"), error
            assert "LLM_GATEWAY_MASTER_KEY" in error["message"]
        assert call(gateway, f"/v1/jobs/{second}")["state"] == "completed"
        said = ended(gateway, ask(gateway, f"{PROMPT} 3"))
        assert said["text"] == SAID
        told = gateway.setup.command("doctor", "--json")
        (jobs,) = [
            each
            for each in json.loads(told.stdout)["sections"]["recorder"]
            if each["name"] == "jobs"
        ]
        assert jobs["says"] == "What 1 ended job was asked and said lies in plain."
    with running_gateway(ours.setup) as gateway:
        until(lambda: not lies_open(gateway.home))
        assert call(gateway, f"/v1/jobs/{said['id']}/result")["text"] == SAID
