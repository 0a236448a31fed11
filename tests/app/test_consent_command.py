"""`llmgw consent`, against a gateway that runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.command_line.running_gateway import NotRunning
from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.questions import commands
from llmgw_desktop.domain.access.consent import ConsentTerm, ConsentWay
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.store.paths import Places
from tests.engine.conftest import House, house_in
from tests.support.consent_house import until
from tests.support.consent_scene import a_request


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_in(tmp_path / "home") as house:
        yield house


async def _run(house: House, *words: str) -> int:
    arguments = parse(["consent", *words])
    return await asyncio.to_thread(commands.consent, arguments, house.container.places, {})


async def _asked(house: House, **other: Any) -> Any:
    broker = house.container.consents.broker
    broker.look()
    ticket = await broker.ask(a_request(**other))
    assert ticket.decided is None
    return ticket


async def test_nobody_waits(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    broker = house.container.consents.broker
    assert not broker.can_ask
    assert await _run(house, "list") == 0
    assert "No program waits. For the next two minutes" in capsys.readouterr().err
    assert broker.can_ask


async def test_one_is_shown_and_let_in(
    house: House,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hostile = "\x1b[31m\u202eevil\nname"
    ticket = await _asked(
        house, client_name=hostile, scopes=(Scope.MCP, Scope.JOBS_RUN), is_local=False
    )
    question = ticket.question
    assert await _run(house, "list") == 0
    told = capsys.readouterr().out
    assert question.id in told
    assert f"the browser shows: {question.words}" in told
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "run vendors' CLIs on this computer, with your sign-ins  (only with --scope)" in told
    assert await _run(house, "allow", question.id) == 0
    assert ticket.decided.answer.scopes == (Scope.MCP,)
    assert ticket.decided.answer.way is ConsentWay.COMMAND
    assert ticket.decided.answer.term is ConsentTerm.EIGHT_HOURS
    assert ticket.decided.answer.person
    assert await _run(house, "allow", question.id) == 1
    assert "waits no longer" in capsys.readouterr().err


async def test_scopes_and_term_are_chosen(
    house: House,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ticket = await _asked(house, scopes=(Scope.MCP, Scope.JOBS_RUN), is_local=False)
    question = ticket.question
    assert await _run(house, "allow", question.id, "--scope", "vault:admin") == 2
    assert "did not ask for vault:admin" in capsys.readouterr().err
    assert await _run(house, "allow", question.id, "--for", "30d") == 2
    assert "cannot be offered" in capsys.readouterr().err
    assert ticket.decided is None
    assert await _run(house, "allow", question.id, "--scope", "jobs:run") == 0
    assert ticket.decided.answer.scopes == (Scope.JOBS_RUN,)


async def test_only_risky_ones_want_a_word(
    house: House,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ticket = await _asked(house, scopes=(Scope.JOBS_RUN,), is_local=False)
    assert await _run(house, "allow", ticket.question.id) == 2
    assert "--scope jobs:run" in capsys.readouterr().err
    assert ticket.decided is None


async def test_one_is_denied(house: House) -> None:
    ticket = await _asked(house)
    assert await _run(house, "deny", ticket.question.id) == 0
    assert not ticket.decided.answer.allowed
    assert ticket.decided.answer.way is ConsentWay.COMMAND


async def test_waiting_is_being_there(
    house: House,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broker = house.container.consents.broker
    waits = asyncio.create_task(_run(house, "list", "--wait"))
    await until(lambda: broker._attendance._expecting)
    ticket = await broker.ask(a_request(is_local=False))
    assert ticket.decided is None
    assert await waits == 0
    assert ticket.question.words in capsys.readouterr().out


async def test_only_the_persons_own_key_answers(house: House) -> None:
    from llmgw_desktop.app.access.keys import ClientKeys
    from llmgw_desktop.domain.clock import SystemClock, TimedIds

    ticket = await _asked(house)
    store = house.container.access.clients
    assert store is not None
    key = ClientKeys(store, SystemClock(), TimedIds(SystemClock())).add("editor", list(Scope))
    headers = {"Authorization": f"Bearer {key}"}
    url = f"{house.url}/v1/consents"
    async with house.session.get(url, headers=headers) as reply:
        assert reply.status == 403
    body = {"allow": True, "scopes": ["mcp"]}
    answer = f"{url}/{ticket.question.id}"
    async with house.session.post(answer, json=body, headers=headers) as reply:
        assert reply.status == 403
    async with house.session.post(answer, json=body) as reply:
        assert reply.status == 401
    assert ticket.decided is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"allow": "yes"},
        {"allow": True},
        {"allow": True, "scopes": "mcp"},
        {"allow": True, "scopes": [1]},
        {"allow": True, "scopes": ["nothing"]},
        {"allow": True, "scopes": ["mcp"], "for": "ever"},
        {"allow": True, "scopes": ["mcp"], "for": []},
        {"allow": True, "scopes": ["mcp"], "person": 7},
        [],
    ],
)
async def test_an_answer_that_says_nothing_changes_nothing(house: House, body: object) -> None:
    ticket = await _asked(house, is_local=False)
    url = f"{house.url}/v1/consents/{ticket.question.id}"
    async with house.session.post(url, json=body, headers=house.headers()) as reply:
        assert reply.status == 400
    assert ticket.decided is None


def test_no_gateway_runs(own_home: Any) -> None:
    places = Places.of({"LLMGW_HOME": str(own_home)})
    with pytest.raises(NotRunning, match=r"The gateway does not run. Start it: .*llmgw"):
        commands.consent(parse(["consent", "list"]), places, {})
