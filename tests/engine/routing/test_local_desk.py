"""The queue before a local server: whose turn it is, its loading of models, and prompts it cuts."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from llmgw_desktop.domain.access.principal import LOCAL, Principal
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import AccountsBusy
from llmgw_desktop.domain.flights.flight import PhaseName
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind, Upstream
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.engine.routing import local_desk
from llmgw_desktop.engine.routing.local_desk import LocalDesk
from tests.engine.routing.conftest import Inn
from tests.support.answers import Answer, Delivery, Raw, Spent

LONG = "word " * 8000
BATCH = replace(LOCAL, label="batch")


class _Answer:
    status = 200
    headers: ClassVar[dict[str, str]] = {}

    async def read(self) -> bytes:
        return b""

    def said_all(self) -> None:
        """Nothing is waited for."""

    async def close(self) -> None:
        """Nothing is open."""


class _Server:
    """Notes who is under way; each is answered at once and read as long as the test likes."""

    def __init__(self) -> None:
        self.order: list[str] = []

    async def send(self, call: Any) -> Any:
        self.order.append(call.flight_id)
        return _Answer()


class _Flight:
    last_end = 0.0

    def __init__(self) -> None:
        self.notes: list[str] = []

    def queued(self, note: str) -> None:
        self.notes.append(note)

    def loaded(self, note: str) -> None:
        self.notes.append(note)


class _House:
    def __init__(self, at_once: int) -> None:
        self.server = _Server()
        self.desk = LocalDesk(lambda who: who.label == "batch", SystemClock())
        self.upstream = Upstream(
            provider="ollama",
            kind=ProviderKind.OPENAI_COMPATIBLE,
            protocol=ModelProtocol.OPENAI_CHAT,
            base_url="http://127.0.0.1:11434/v1",
            at_once=at_once,
        )

    async def ask(self, name: str, model: str = "m", who: Principal = LOCAL) -> Any:
        call = SimpleNamespace(
            candidate=Candidate(upstream=self.upstream, model=model), principal=who, flight_id=name
        )
        return await self.desk.send(self.server, call, _Flight())  # type: ignore[arg-type]

    def asks(self, name: str, model: str = "m", who: Principal = LOCAL) -> asyncio.Task[Any]:
        return asyncio.ensure_future(self.ask(name, model, who))


async def _settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_people_come_before_the_background() -> None:
    house = _House(1)
    first = await house.ask("first")
    waiting = [
        house.asks("batch 1", who=BATCH),
        house.asks("batch 2", who=BATCH),
        house.asks("person 1"),
        house.asks("person 2"),
    ]
    await _settled()
    assert house.desk.words("ollama") == "answers m (1), 4 wait"
    await first.close()
    for task in (waiting[2], waiting[3], waiting[0], waiting[1]):
        await (await task).close()
    assert house.server.order == ["first", "person 1", "person 2", "batch 1", "batch 2"]
    assert house.desk.words("ollama") == ""


async def test_no_other_model_in_the_middle_of_an_answer() -> None:
    house = _House(3)
    one, two = await house.ask("a 1", "a"), await house.ask("a 2", "a")
    other, late = house.asks("b", "b"), house.asks("a 3", "a")
    await _settled()
    assert house.server.order == ["a 1", "a 2"], "who comes later does not pass by"
    await one.close()
    await _settled()
    assert not other.done()
    await two.close()
    await (await other).close()
    await (await late).close()
    assert house.server.order == ["a 1", "a 2", "b", "a 3"]


async def test_who_leaves_gives_its_place_up() -> None:
    house = _House(1)
    first = await house.ask("first", "a")
    gone, stays = house.asks("gone", "b"), house.asks("stays", "a")
    await _settled()
    gone.cancel()
    await first.close()
    await first.close()
    await (await stays).close()
    assert house.server.order == ["first", "stays"]


async def test_too_many_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_desk, "MOST_WAITING", 2)
    house = _House(1)
    first = await house.ask("first")
    waiting = [house.asks(str(number)) for number in range(2)]
    await _settled()
    with pytest.raises(AccountsBusy, match="2 requests wait"):
        await house.ask("one more")
    await first.close()
    for task in waiting:
        await (await task).close()


@pytest.mark.parametrize("seed", range(40))
async def test_whatever_happens_everybody_gets_a_turn(seed: int) -> None:
    chance = random.Random(seed)
    house, at_once = _House(3), 3
    under_way: dict[str, str] = {}
    gone = 0

    async def one(number: int) -> None:
        model, who = chance.choice("ab"), chance.choice((LOCAL, BATCH))
        answer = await house.ask(str(number), model, who)
        under_way[str(number)] = model
        assert len(under_way) <= at_once
        assert len(set(under_way.values())) == 1
        try:
            for _ in range(chance.randrange(4)):
                await asyncio.sleep(0)
        finally:
            del under_way[str(number)]
            await answer.close()

    tasks = []
    for number in range(60):
        tasks.append(asyncio.ensure_future(one(number)))
        if chance.random() < 0.2:
            await asyncio.sleep(0)
        if chance.random() < 0.1:
            gone += chance.choice(tasks).cancel()
    ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 20)
    wrong = [each for each in ended if isinstance(each, BaseException)]
    assert all(isinstance(each, asyncio.CancelledError) for each in wrong)
    assert len(wrong) <= gone
    assert house.desk.words("ollama") == "", "nobody holds a turn any more"


def _with_queue(inn: Inn, at_once: int = 1) -> None:
    config = inn.container.places.config_file
    text = config.read_text().replace(
        "[providers.chat]\n", f"[providers.chat]\nat_once = {at_once}\n"
    )
    config.write_text(text)
    inn.container.check_settings()


def _asked(words: str, *, stream: bool = False) -> dict[str, Any]:
    return {"model": "stub", "stream": stream, "messages": [{"role": "user", "content": words}]}


async def _answer(inn: Inn, words: str, *, stream: bool = False) -> tuple[int, dict[str, str]]:
    async with inn.post("/v1/chat/completions", _asked(words, stream=stream)) as answer:
        await answer.read()
        return answer.status, dict(answer.headers)


async def test_a_wait_stands_in_the_flight(inn: Inn) -> None:
    _with_queue(inn)
    inn.route.lay("chat")
    inn.lane("chat").always = Answer(delivery=Delivery(pace_s=0.05))
    answers = await asyncio.gather(*[_answer(inn, "hello", stream=True) for _ in range(3)])
    assert [status for status, _ in answers] == [200, 200, 200]
    record = await inn.record()
    queued = next(each for each in record.phases if each.name is PhaseName.QUEUED)
    assert queued.note == "1 under way, 1 waited already"
    assert queued.end_ms > queued.start_ms


async def test_a_model_that_is_loaded_is_waited_for(inn: Inn) -> None:
    _with_queue(inn)
    inn.container.local_desk.looks_s = 0.05
    inn.route.lay("chat")
    body = b'{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}'
    loading = Raw(status=503, headers={"Content-Type": "application/json"}, frames=(body,))
    inn.lane("chat").then(loading, loading)
    status, _ = await _answer(inn, "hello")
    assert status == 200
    assert inn.asked() == {"chat": 3}
    record = await inn.record()
    notes = [each.note for each in record.phases if each.name is PhaseName.LOADING]
    assert notes == ["the server said that it loads stub"] * 2
    assert inn.closed[-1].attempts == 1


async def test_who_waits_behind_a_full_queue_asks_another(
    inn: Inn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_desk, "MOST_WAITING", 0)
    _with_queue(inn)
    inn.route.lay("chat", "responses")
    inn.lane("chat").always = Answer(delivery=Delivery(pace_s=0.1))
    answers = await asyncio.gather(*[_answer(inn, "hello") for _ in range(2)])
    assert sorted(lines["x-llmgw-provider"] for _, lines in answers) == ["chat", "responses"]
    standing = inn.container.health.status("chat")
    assert standing.failures == 0, "its being busy is no fault"


async def test_a_prompt_that_the_server_cut_is_told(inn: Inn) -> None:
    inn.route.lay("chat")
    few = Spent(input_tokens=4000, cache_read=0, cache_write_5m=0, cache_write_1h=0)
    inn.lane("chat").always = Answer(spent=few)
    _, headers = await _answer(inn, LONG)
    assert headers["x-llmgw-truncated"].startswith("4000 of about 10")
    assert inn.closed[-1].losses == (f"prompt_cut:{headers['x-llmgw-truncated']}",)
    _, headers = await _answer(inn, LONG, stream=True)
    assert headers["x-llmgw-truncated"].startswith("4000 of about 10"), "as the last one showed"
    _, headers = await _answer(inn, "short")
    assert "x-llmgw-truncated" not in headers
    inn.lane("chat").always = Answer(spent=replace(few, input_tokens=9500))
    await _answer(inn, LONG, stream=True)
    assert inn.closed[-1].losses == ()
    _, headers = await _answer(inn, LONG, stream=True)
    assert "x-llmgw-truncated" not in headers


async def test_pictures_say_nothing_of_it(inn: Inn) -> None:
    inn.route.lay("chat")
    few = Spent(input_tokens=1700, cache_read=0, cache_write_5m=0, cache_write_1h=0)
    inn.lane("chat").always = Answer(spent=few)
    url = {"url": "data:image/png;base64," + "A" * 40_000}
    content = [{"type": "image_url", "image_url": url}, {"type": "text", "text": "what is it"}]
    asked = {"model": "stub", "messages": [{"role": "user", "content": content}]}
    async with inn.post("/v1/chat/completions", asked) as answer:
        assert answer.status == 200
    assert "x-llmgw-truncated" not in answer.headers
