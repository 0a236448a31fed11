"""`llmgw notify` and the doctor: whom alarms are told to, and who was not reached."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.doctor.report import FindingState
from llmgw_desktop.app.doctor.upstreams import look_at_targets
from llmgw_desktop.app.policy.notifying import alarm_text, alarm_title
from llmgw_desktop.domain.flights.alarms import Alarm, AlarmKind
from llmgw_desktop.store.settings.reader import load_settings
from tests.engine.conftest import House, house_in

TARGETS = f"""
[[notify]]
name = "good"
command = ["{sys.executable}", "-c", "pass"]
[[notify]]
name = "bad"
command = ["/nowhere/at/all"]
[[notify]]
name = "quiet"
command = ["true"]
on = false
"""


async def _said(house: House, *words: str) -> int:
    arguments = parse(["notify", *words])
    return await asyncio.to_thread(arguments.chosen.run, arguments, house.container.places, {})


async def test_each_target_tells_how_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with house_in(tmp_path / "home", TARGETS) as house:
        assert await _said(house, "test", "good") == 0
        assert await _said(house, "test", "bad") == 1
        assert await _said(house, "test", "else") == 1
        told = capsys.readouterr()
        assert told.out == "good was told.\n"
        assert "bad: /nowhere/at/all cannot be started: No such file" in told.err
        assert told.err.endswith("There is no target of that name (there are: good, bad, quiet).\n")
        assert await _said(house, "list") == 0
        rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()[1:]]
        assert [row[:4] for row in rows] == [
            ["good", "command", "1", "0"],
            ["bad", "command", "0", "1"],
            ["quiet", "command", "0", "0"],
        ]
        assert rows[0][5].startswith("reached ")
        assert rows[2][5] == "off"
        places = house.container.places
        settings = load_settings(places.config_file, {"STUB_KEY": "x"}).settings
        (section,) = await asyncio.to_thread(look_at_targets, places, {}, settings)
    states = [each.state for each in section.findings]
    assert states == [FindingState.OK, FindingState.WARN, FindingState.NOTE]
    assert "llmgw notify test bad" in section.findings[1].do
    (section,) = look_at_targets(places, {}, settings)
    assert section.findings[0].says == "not tried: the gateway does not run"


@pytest.mark.parametrize(
    ("kind", "before", "now", "title"),
    [
        (AlarmKind.PRICE, 2.0, 5.0, "a/b: gpt costs 2.5 times what it did"),
        (AlarmKind.PRICE, 2.0, 0.5, "a/b: gpt costs 25 % of what it did"),
        (AlarmKind.PRICE, 0.0, 5.0, "a/b: gpt costs something now; it was free"),
        (AlarmKind.PRICE, 5.0, 0.0, "a/b: gpt costs nothing now"),
        (AlarmKind.SPEED, 80.0, 31.0, "a/b: gpt answers slower: 31 tokens a second, and 80 before"),
        (AlarmKind.EMPTY, None, None, "a/b: 3 answers of gpt had nothing in them"),
        (AlarmKind.REFUSED, None, None, "a/b refused 3 requests in a row"),
    ],
)
def test_an_alarm_says_what_happened(
    kind: AlarmKind, before: float | None, now: float | None, title: str
) -> None:
    alarm = Alarm(
        kind=kind,
        flights=("f",),
        since_s=1,
        account="a/b",
        model="gpt",
        before=before,
        now=now,
        count=3,
    )
    assert alarm_title(alarm) == title
    assert alarm_text(alarm).endswith(".")
