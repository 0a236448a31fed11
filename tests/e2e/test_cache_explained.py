"""What real CLIs ask, changed in one place after the other: the verdict names the place."""

from __future__ import annotations

import copy
import json
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.cli import CliName
from tests.support.answers import Answer, Spent
from tests.support.cli_house import CliHouse, open_cli_house
from tests.support.lane import Lane

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(660)]

MODEL, STUB = "claude-explained", "stub-ok"
ASKED = "Explain the caches, please."
CLOCK = " It is 2026-11-23 14:02:11."
Edit = Callable[[Any], object]


def _more(spot: dict[str, Any], name: str) -> None:
    spot[name] = f"{spot[name]}{CLOCK}"


def _described(body: Any) -> int:
    """The number of a tool with a description, in the middle of them."""
    at = len(body["tools"]) // 2
    while not isinstance(body["tools"][at].get("description"), str):
        at += 1
    return at


def _claude_edits(body: Any) -> dict[str, Edit]:
    tool = _described(body)
    last = len(body["tools"]) - 1
    block = len(body["system"]) - 1
    return {
        f"tools[{tool}].description": lambda b: _more(b["tools"][tool], "description"),
        f"tools[{last}].schema": lambda b: b["tools"][last]["input_schema"].update(title="Other"),
        "tools[1]": lambda b: b["tools"].pop(1),
        # the attribution block before the others is not counted
        f"system[{block - 1}]": lambda b: _more(b["system"][block], "text"),
        "messages[0]": lambda b: _more(b["messages"][0]["content"][0], "text"),
        "tool_choice": lambda b: b.update(tool_choice={"type": "any"}),
    }


def _codex_edits(body: Any) -> dict[str, Edit]:
    tool = _described(body)
    return {
        f"tools[{tool}].description": lambda b: _more(b["tools"][tool], "description"),
        "tools[0]": lambda b: b["tools"].pop(0),
        "system[0]": lambda b: _more(b["input"][0]["content"][0], "text"),
        "prompt_cache_key": lambda b: b.update(prompt_cache_key="another"),
    }


@pytest.mark.parametrize(
    ("cli", "model", "path", "edits_of", "talk"),
    [
        pytest.param(
            *(CliName.CLAUDE, MODEL, "/v1/messages", _claude_edits, "messages"),
            marks=pytest.mark.daily,
        ),
        (CliName.CODEX, STUB, "/v1/responses", _codex_edits, "input"),
    ],
    ids=["claude", "codex"],
)
def test_each_change_is_named(
    tmp_path: Path,
    program_of: Callable[[CliName], Path],
    cli: CliName,
    model: str,
    path: str,
    edits_of: Callable[[Any], dict[str, Edit]],
    talk: str,
) -> None:
    with open_cli_house(tmp_path, [cli], program_of, vendor_model=MODEL) as house:
        lane = house.lane(model)
        lane.always = Answer(call_tools=False)
        told = house.job(cli, ASKED, model=model)
        assert told["state"] == "completed", told
        asked = _asked_by(house, cli)
        found = {}
        for place, edit in edits_of(asked).items():
            body = copy.deepcopy(asked)
            body["stream"] = False
            body[talk] = [*body[talk], *_later(talk)]
            _ask(house, lane, path, body, Spent(cache_read=0, cache_write_5m=9000))
            body[talk] = [*body[talk], *_later(talk)]
            edit(body)
            flight = _ask(house, lane, path, body, Spent(cache_read=0, cache_write_5m=9100))
            verdict = house.call(f"/v1/flights/{flight}/cache")["cache"]
            found[place] = verdict["place"], verdict["words"]
        assert {place: named for place, (named, _) in found.items()} == {
            place: place for place in found
        }, found


def _asked_by(house: CliHouse, cli: CliName) -> Any:
    """The CLI's own request, as it was recorded."""
    for _ in range(600):
        for flight in house.call("/v1/flights?limit=50")["flights"]:
            told = house.call(f"/v1/flights/{flight['id']}/bodies")["flight"]["request"]
            if flight["protocol"] != "cli" and told["text"] and ASKED in told["text"]:
                body = json.loads(told["text"])
                if body.get("tools"):
                    return body
        time.sleep(0.1)
    pytest.fail(f"{cli} asked nothing with tools")


def _later(talk: str) -> list[Any]:
    if talk == "messages":
        return [
            {"role": "assistant", "content": "Yes."},
            {"role": "user", "content": "Go on."},
        ]
    return [
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Yes."}],
        },
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Go on."}]},
    ]


def _ask(house: CliHouse, lane: Lane, path: str, body: Any, spent: Spent) -> str:
    """The flight's id."""
    lane.always = Answer(call_tools=False, spent=spent)
    request = urllib.request.Request(
        house.url + path,
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {house.key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return str(answer.headers["x-llmgw-flight"])
