"""What a run says reaches who waits for it while it says it; who leaves loses nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from llmgw_desktop.domain.cli import CliEvent, Retrying, RunEnded, TextGrew, ThinkingGrew, ToolBegan
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.engine.mcp.tools import job_words
from llmgw_desktop.engine.mcp.tools.job_words import Teller
from tests.engine.mcp.run_tools.test_requests import OK, WAITS, until
from tests.engine.runs.conftest import RunHouse
from tests.support.run_toolbox import RunBox

SLOW = 'begin; say one; while [ ! -e "$HOME/go" ]; do sleep 0.02; done; say two; answer three'


async def test_text_comes_while_the_run_goes_on(box: RunBox, house: RunHouse) -> None:
    call = asyncio.ensure_future(box.call("claude_request", {"prompt": SLOW}, hears=True))
    while not box.told:
        await asyncio.sleep(0.01)
    assert box.told == ["one"]
    assert not call.done()
    (house.home / "go").touch()
    assert (await call).text == "three"
    assert "".join(box.told).split() == ["one", "two", "three"]


async def test_who_does_not_ask_hears_nothing(box: RunBox) -> None:
    assert (await box.call("claude_request", {"prompt": OK})).text == "hello"
    assert box.told == []


async def test_who_leaves_finds_it_again_by_asking_the_same(box: RunBox, house: RunHouse) -> None:
    call = asyncio.ensure_future(box.call("claude_request", {"prompt": SLOW}, hears=True))
    while not box.told:
        await asyncio.sleep(0.01)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    box.told.clear()
    again = asyncio.ensure_future(box.call("claude_request", {"prompt": SLOW}, hears=True))
    while not box.told:  # it hears the run from its beginning
        await asyncio.sleep(0.01)
    (job,) = house.container.runs.supervisor.live
    (house.home / "go").touch()
    told = (await again).structured
    assert (told["response"], told["jobId"], told["deduped"]) == ("three", job.id, True)
    assert len(house.asked) == 1


async def test_who_leaves_finds_it_again_by_its_id(box: RunBox, house: RunHouse) -> None:
    call = asyncio.ensure_future(box.call("claude_request", {"prompt": WAITS}))
    while not house.asked:
        await asyncio.sleep(0.01)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    (job,) = house.container.runs.supervisor.live
    (house.home / "go").touch()
    await until(box, job.id)
    assert (await box.call("llm_job_result", {"jobId": job.id})).text == "late"


@pytest.mark.parametrize("kind", ["request", "request_async"])
async def test_who_leaves_while_a_job_is_written_leaves_no_half_of_it(
    box: RunBox, house: RunHouse, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    store = house.container.runs.job_store
    is_written, may_go_on = asyncio.Event(), threading.Event()
    loop, add = asyncio.get_running_loop(), store.add

    def slowly(job: Job) -> None:
        loop.call_soon_threadsafe(is_written.set)
        may_go_on.wait(30)
        add(job)

    monkeypatch.setattr(store, "add", slowly)
    call = asyncio.ensure_future(box.call(f"claude_{kind}", {"prompt": WAITS}))
    await is_written.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    may_go_on.set()
    (house.home / "go").touch()
    supervisor = house.container.runs.supervisor
    while not supervisor.list() or supervisor.live:
        await asyncio.sleep(0.01)
    (job,) = supervisor.list()
    assert job.state == "completed"
    answer = await box.call("llm_job_result", {"jobId": job.id})
    assert answer.text == "late"


class Ear:
    """What it was told; raises from then on that it is deaf."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, float | None, str]] = []
        self.is_deaf = False
        self.came = asyncio.Event()

    async def __call__(self, done: float, total: float | None, message: str) -> None:
        if self.is_deaf:
            raise ConnectionResetError
        self.heard.append((done, total, message))
        self.came.set()


async def waits_for_nobody() -> AsyncIterator[Job]:
    for job in ():
        yield job


async def test_what_is_said_at_once_is_told_at_once() -> None:
    async def events() -> AsyncIterator[CliEvent]:
        for number in range(200):
            yield TextGrew(text=f"{number} ")
        yield ThinkingGrew(text="hm")
        yield ToolBegan(call_id="1", name="Bash", summary="ls\n-la " + "x" * 500)
        yield Retrying(reason="busy", attempt=1)
        yield TextGrew(text="end")
        yield RunEnded(ok=True, text="all")

    ear = Ear()
    teller = Teller(ear)
    teller.follow(events(), waits_for_nobody(), "a run")
    await teller.stop(is_over=True)
    text = "".join(message for _, _, message in ear.heard)
    assert text.startswith("0 1 2 ")
    assert "\n[Bash ls -la xxx" in text
    assert "…]\n" in text
    assert "[once more: busy]\nend" in text
    assert "hm" not in text
    assert len(ear.heard) <= 3
    numbers = [done for done, _, _ in ear.heard]
    assert numbers == sorted(numbers)
    assert max(map(len, text.splitlines()[1:])) <= 202


async def test_a_pause_gathers_what_is_said_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_words, "PAUSE_S", 3600.0)
    more: asyncio.Queue[CliEvent | None] = asyncio.Queue()

    async def events() -> AsyncIterator[CliEvent]:
        while (event := await more.get()) is not None:
            yield event

    ear = Ear()
    teller = Teller(ear)
    teller.follow(events(), waits_for_nobody(), "a run")
    more.put_nowait(TextGrew(text="a"))
    await ear.came.wait()
    for letter in "bcd":
        more.put_nowait(TextGrew(text=letter))
    more.put_nowait(None)
    await teller.stop(is_over=True)
    assert [message for _, _, message in ear.heard] == ["a", "bcd"]


async def test_who_does_not_listen_any_more_stops_nothing(box: RunBox) -> None:
    async def deaf(done: float, total: float | None, message: str) -> None:
        raise ConnectionResetError(message)

    from llmgw_desktop.domain.access.principal import LOCAL

    prompt = "begin; say one; sleep 0.2; say two; answer three"
    answer = await box.box.call("claude_request", {"prompt": prompt}, LOCAL, progress=deaf)
    assert answer.text == "three"
