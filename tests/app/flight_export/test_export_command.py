"""`llmgw flights export`, beside a gateway that runs and without one; its programs ask again."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.flights import command
from tests.engine.conftest import House, house_in

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "sk-ant-api03-" + "Zq7" * 31 + "AA"
ASKED = {
    "model": "claude-stub",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "ping"}],
    "temperature": 0.25,
}
UNCLEANED = "[recorder]\nredact = false\n"


async def _run(house: House, *words: str) -> int:
    arguments = parse(["flights", "export", *words])
    return await asyncio.to_thread(command.run, arguments, house.container.places, {})


async def _flown(house: House, path: str = "/v1/messages", **more: Any) -> str:
    async with house.post(path, {**ASKED, **more}) as answer:
        assert answer.status == 200, await answer.text()
        flight_id = str(answer.headers["x-llmgw-flight"])
    assert await asyncio.to_thread(house.container.recording.store.flush, 5.0)
    while (kept := house.container.recording.reader.record(flight_id)) is None or (
        kept.request_body is None
    ):
        await asyncio.sleep(0.01)  # what was said follows the figures
    return flight_id


async def test_flights_are_exported_with_a_gateway_and_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    async with house_in(tmp_path / "home") as house:
        first = await _flown(house)
        second = await _flown(house, system="Be brief.")
        assert await _run(house, str(out), "model:claude*", "since:1h") == 0
        lines = [json.loads(line) for line in out.read_text().splitlines()]
        assert [each["flight"]["id"] for each in lines] == [first, second]
        assert json.loads(lines[0]["request"]["text"])["temperature"] == 0.25
        assert "2 flights exported." in capsys.readouterr().err
        assert await _run(house, str(tmp_path / "a.har"), "--id", second) == 0
        assert await _run(house, str(tmp_path / "x"), "--format", "html", "--limit", "1") == 0
        assert "<!doctype html>" in (tmp_path / "x").read_text()
    entries = json.loads((tmp_path / "a.har").read_text())["log"]["entries"]
    assert [each["_llmgw"]["id"] for each in entries] == [second]
    assert await _run(house, str(out), "--limit", "1") == 0
    assert json.loads(out.read_text())["flight"]["id"] == second
    capsys.readouterr()
    for words, said in (
        ((str(tmp_path / "out.txt"),), "Say by --format"),
        ((str(out), "cost>much"), "no figure"),
        ((str(out), "client:nobody"), "There is no such flight."),
        ((str(tmp_path / "none" / "a.har"),), "There is no folder"),
    ):
        assert await _run(house, *words) == 1
        assert said in capsys.readouterr().err


async def test_what_was_recorded_with_a_secret_goes_out_without_it(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", UNCLEANED) as house:
        flight_id = await _flown(house, system=f"The key is {SECRET}.")
        kept = house.container.recording.reader.record(flight_id)
        assert kept is not None
        assert SECRET.encode() in (kept.request_body or b"")
        for suffix in ("har", "jsonl", "sh", "py", "html"):
            out = tmp_path / f"out.{suffix}"
            assert await _run(house, str(out)) == 0
            assert SECRET not in out.read_text()
            assert flight_id in out.read_text()


@pytest.mark.parametrize("form", ["py", "sh"])
async def test_its_programs_ask_the_same_again(tmp_path: Path, form: str) -> None:
    async with house_in(tmp_path / "home") as house:
        await _flown(house, metadata={"user_id": "u$1 `x`"})
        await _flown(house, "/v1/chat/completions", model="gpt-stub", seed=7)
        out = tmp_path / f"out.{form}"
        assert await _run(house, str(out)) == 0
        key = house.headers()["Authorization"].removeprefix("Bearer ")
        before = [each.request_body for each in await _recorded(house, 2)]
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable if form == "py" else "sh", str(out)],
            env={**os.environ, "LLMGW_KEY": key, "NO_PROXY": "127.0.0.1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        again = [each.request_body for each in await _recorded(house, 4)][2:]
    assert [json.loads(each) for each in again] == [json.loads(each) for each in before]


async def _recorded(house: House, count: int) -> list[Any]:
    """All of them, in the order in which they began."""
    from llmgw_desktop.domain.flights.flight import FlightQuery

    reader = house.container.recording.reader
    while True:
        await asyncio.to_thread(house.container.recording.store.flush, 5.0)
        found = [
            reader.record(each.id) for each in reader.page(FlightQuery(), offset=0, limit=9)[::-1]
        ]
        if len(found) == count and all(each and each.request_body for each in found):
            return found
        await asyncio.sleep(0.02)
