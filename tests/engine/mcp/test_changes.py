"""Who hears that something has changed, and that nobody hears of another's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from llmgw_desktop.domain.access.principal import LOCAL, Principal, Scope
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.events import JobChanged, SettingsChanged
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.mcp import changes
from llmgw_desktop.engine.mcp.changes import MOST_ADDRESSES, RESOURCES, TOOLS, Change, OfferChanges
from llmgw_desktop.engine.mcp.offer import McpOffer, Resource, Visitor
from llmgw_desktop.engine.mcp.tool import McpTool, McpToolCall, ToolAnswer
from llmgw_desktop.engine.mcp.toolbox import Toolbox


def a_job(owner: str) -> Job:
    return Job(id="job_1", owner=owner, client=owner, cli=CliName.CLAUDE, asked_at_s=0)


OTHER = Principal(client_id="cli_2", name="other", scopes=frozenset({Scope.MCP}))
"""May connect and nothing else."""
SETTINGS = SettingsChanged(settings=Settings())


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "GATHERED_S", 0)


async def _read(principal: Principal, places: Mapping[str, str]) -> str:
    return ""


async def _call(call: McpToolCall) -> ToolAnswer:
    return ToolAnswer(structured={"success": True})


def _offer(bus: Bus, tools: tuple[McpTool, ...] = ()) -> McpOffer:
    jobs = Resource(
        uri="jobs://{id}",
        name="job",
        description="A job.",
        read=_read,
        scope=Scope.MCP,
        changes_with=frozenset({JobChanged}),
    )
    settings = replace(jobs, uri="about://you", changes_with=frozenset({SettingsChanged}))
    secret = replace(settings, uri="about://vault", scope=Scope.VAULT_ADMIN)
    return McpOffer(toolbox=Toolbox(tools), resources=(jobs, settings, secret), bus=bus)


class Heard(list[Change]):
    def __call__(self, news: tuple[Change, ...]) -> None:
        self.extend(news)


async def test_a_change_is_heard_by_its_owner_alone_and_many_are_one() -> None:
    bus, mine, others = Bus(), Heard(), Heard()
    changing = OfferChanges(_offer(bus), bus)
    changing.listen(Visitor(principal=LOCAL), mine, ["jobs://a", "about://you"])
    changing.listen(Visitor(principal=OTHER), others, ["jobs://a", "about://you"])
    for _ in range(5):
        bus.publish(JobChanged(job=a_job(owner=LOCAL.client_id)))
    await asyncio.sleep(0.01)
    assert mine == [Change(RESOURCES, "jobs://a")]
    assert others == []
    bus.publish(SETTINGS)
    await asyncio.sleep(0.01)
    assert mine[1:] == [Change(RESOURCES, "about://you")] == others


async def test_what_one_may_not_read_one_does_not_hear_of() -> None:
    bus, heard = Bus(), Heard()
    changing = OfferChanges(_offer(bus), bus)
    listener = changing.listen(Visitor(principal=OTHER), heard)
    assert not changing.follow(listener, "about://vault")
    assert not changing.follow(listener, "about://nothing")
    bus.publish(SETTINGS)
    await asyncio.sleep(0.01)
    assert heard == []


async def test_a_listener_has_a_bounded_number_of_addresses() -> None:
    bus = Bus()
    changing = OfferChanges(_offer(bus), bus)
    listener = changing.listen(
        Visitor(principal=LOCAL), Heard(), (f"jobs://{number}" for number in range(999))
    )
    assert len(listener.addresses) == MOST_ADDRESSES


async def test_a_list_that_changes_with_the_settings_is_told_once() -> None:
    bus, heard = Bus(), Heard()
    is_on = True
    tool = McpTool(
        name="ask",
        title="Ask",
        description="Asks.",
        call=_call,
        scope=Scope.MCP,
        is_on=lambda: is_on,
    )
    offer = _offer(bus, (tool,))
    OfferChanges(offer, bus).listen(Visitor(principal=LOCAL), heard)
    bus.publish(SETTINGS)
    await asyncio.sleep(0.01)
    assert heard == []
    is_on = False
    bus.publish(SETTINGS)
    bus.publish(SETTINGS)
    await asyncio.sleep(0.01)
    assert heard == [Change(TOOLS)]


async def test_who_has_stopped_hears_nothing_and_the_bus_is_left() -> None:
    bus, heard = Bus(), Heard()
    changing = OfferChanges(_offer(bus), bus)
    listener = changing.listen(Visitor(principal=LOCAL), heard, ["about://you"])
    bus.publish(SETTINGS)
    listener.stop()
    await asyncio.sleep(0.01)
    assert heard == []
    assert len(changing) == 0
    assert bus._listeners == ()
