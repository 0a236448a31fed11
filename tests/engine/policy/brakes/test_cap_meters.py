"""Which meters a request runs on, what those under way reserve of them, and when they begin anew:
without a gateway around."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.brakes import NOBODY, BrakeSettings, CapKind, HeldBack
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.events import FlightClosed
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.domain.flights.price import Price, Rates
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.policy import LimitReached
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.policy.brakes.cap_meters import MOST_METERS
from llmgw_desktop.engine.policy.brakes.caps import CapBrake
from llmgw_desktop.engine.policy.brakes.holds import HoldDesk
from llmgw_desktop.store.policy import CapStore
from tests.support.turned_clock import TurnedClock
from tests.wire.test_loops import anthropic, request_of

DAY_S = 86_400.0
WHO = Principal(client_id="cli_1", name="shop", scopes=frozenset())


SECRET = b"as from start to start"


class Scene:
    def __init__(self, store: CapStore, **caps: Any) -> None:
        self.clock, self.bus, self.store = TurnedClock(), Bus(), store
        self.desk = HoldDesk(self.clock, TimedIds(self.clock), self.bus, secret=lambda: SECRET)
        self.price: Price | None = None
        self.brake = CapBrake(self.desk, self.bus, store, price_of=lambda *_: self.price)
        self.apply(**caps)
        self.flights = 0
        self.notes: list[str] = []

    def apply(self, **caps: Any) -> None:
        self.settings = BrakeSettings(**caps)
        self.desk.apply(self.settings)
        self.brake.apply(self.settings)

    async def restarted(self) -> Scene:
        self.store.close()
        again = Scene(self.store)
        again.settings = self.settings
        again.brake.apply(self.settings)
        again.flights = self.flights
        await again.brake._meters.read()
        return again

    async def begin(self, who: Principal = WHO, words: str = "hi", **fields: Any) -> str:
        """Its flight's id, when it was let in; raises HeldBack."""
        self.flights += 1
        self.clock.pass_s(0.001)
        body = anthropic([words]) | fields
        request = request_of(body, ModelProtocol.ANTHROPIC)
        request = replace(request, principal=who, flight_id=f"flt_{self.flights}")
        flight = SimpleNamespace(
            id=request.flight_id,
            held=self.notes.append,
            is_unattended=False,
            speaker=NOBODY,
            said_by=lambda _: None,
        )
        place = SimpleNamespace(upstream=SimpleNamespace(provider="p"), model="m")
        decision = SimpleNamespace(candidates=(place,))
        exchange: Any = SimpleNamespace(
            request=request, principal=who, flight=flight, decision=decision
        )
        await self.brake.check(exchange)
        return request.flight_id

    def end(self, flight_id: str, **closed: Any) -> None:
        usage = Usage(input_tokens=7, output_tokens=3)
        summary = self.closed(**({"id": flight_id, "attempts": 1, "usage": usage} | closed))
        self.bus.publish(FlightClosed(summary=summary))

    async def ask(self, who: Principal = WHO, words: str = "hi", **closed: Any) -> None:
        """One of 10 tokens; raises HeldBack."""
        try:
            flight_id = await self.begin(who, words)
        except HeldBack:
            self.end(f"flt_{self.flights}", attempts=0)
            raise
        self.end(flight_id, **closed)

    def closed(self, **changes: Any) -> FlightSummary:
        values: dict[str, Any] = {
            "id": f"flt_{self.flights}",
            "started_at_s": self.clock.now_s(),
            "state": FlightState.OK,
            "client": "shop",
            "protocol": ModelProtocol.ANTHROPIC,
            "operation": Operation.GENERATE,
            "model_asked": "m",
        }
        return FlightSummary(**(values | changes))

    def tokens(self, kind: CapKind) -> list[int]:
        return [each.tokens for each in self.brake.standings("cli_1") if each.kind is kind]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CapStore]:
    store = CapStore(tmp_path / "gateway.db")
    yield store
    store.close()


async def test_a_run_has_its_own_whatever_it_talks_of(store: CapStore) -> None:
    scene = Scene(store, run_tokens=20)
    run = replace(WHO, job="job_1")
    await scene.ask(run, "one")
    await scene.ask(run, "two")
    with pytest.raises(HeldBack, match="Run job_1 has used 20 tokens of the 20 tokens"):
        await scene.ask(run, "three")
    await scene.ask(replace(WHO, job="job_2"), "one")
    assert scene.tokens(CapKind.RUN) == [10, 20]


async def test_a_labels_count_begins_anew_with_the_day(store: CapStore) -> None:
    scene = Scene(store, label_tokens=10)
    labelled = replace(WHO, label="nightly")
    await scene.ask(labelled)
    with pytest.raises(HeldBack, match="Label nightly has used 10 tokens"):
        await scene.ask(labelled)
    await scene.ask(replace(labelled, client_id="cli_2"))
    scene.clock.pass_s(DAY_S)
    await scene.ask(labelled)
    assert scene.tokens(CapKind.LABEL) == [10]


@pytest.mark.parametrize("wrong_by_s", [400 * DAY_S, 3650 * DAY_S])
async def test_a_clock_that_was_wrong_for_a_while_caps_nobody_for_years(
    store: CapStore, wrong_by_s: float
) -> None:
    scene = Scene(store, label_tokens=10)
    labelled = replace(WHO, label="nightly")
    scene.clock.pass_s(wrong_by_s)
    await scene.ask(labelled)
    scene.clock.pass_s(-wrong_by_s)
    await scene.ask(labelled)
    with pytest.raises(HeldBack):
        await scene.ask(labelled)
    scene.clock.pass_s(-3600)
    with pytest.raises(HeldBack):
        await scene.ask(labelled)


async def test_dollars_are_counted_where_they_are_known(store: CapStore) -> None:
    scene = Scene(store, conversation_usd=0.25)
    await scene.ask(cost_usd=0.2)
    await scene.ask()
    await scene.ask(cost_usd=0.1)
    with pytest.raises(HeldBack, match=r"has used 0\.3 US dollars of the 0\.25 US dollars"):
        await scene.ask()
    (found,) = (it for it in scene.brake.standings("cli_1") if it.kind is CapKind.CONVERSATION)
    assert (found.requests, found.unpriced) == (3, 1)


async def test_what_others_count_or_nobody_was_asked_for_counts_nothing(store: CapStore) -> None:
    scene = Scene(store, conversation_tokens=1000)
    await scene.ask(is_counted=False)
    await scene.ask(attempts=0)
    assert scene.tokens(CapKind.CONVERSATION) == [0]
    await scene.ask()
    assert scene.tokens(CapKind.CONVERSATION) == [10]


async def test_it_is_bounded_and_forgets_who_was_quiet_for_longest(store: CapStore) -> None:
    scene = Scene(store, conversation_tokens=1000)
    for number in range(MOST_METERS // 2 + 5):
        await scene.ask(words=f"number {number}")
    assert len(scene.brake.standings("cli_1")) == MOST_METERS
    scene.brake.end()
    assert scene.brake.standings("cli_1") == ()


async def soon(scene: Scene) -> None:
    await scene.brake._meters.read()
    for _ in range(5):
        await asyncio.sleep(0)


async def test_of_ten_at_once_one_goes_over(store: CapStore) -> None:
    """Each may come to 1,064 tokens and a few more, and comes to 1,000."""
    scene = Scene(store, conversation_tokens=2500)
    asking = [asyncio.create_task(scene.begin(max_tokens=1000)) for _ in range(10)]
    await soon(scene)
    let_in = [each for each in asking if each.done()]
    assert 2 <= len(let_in) <= 3
    used = Usage(input_tokens=100, output_tokens=900)
    for _ in range(10):
        for each in [task for task in asking if task.done() and not task.exception()]:
            asking.remove(each)
            scene.end(each.result(), usage=used)
            await soon(scene)
    assert len(asking) == 7, "2,500 are used with the third"
    for each in asking:
        with pytest.raises(HeldBack, match="has used 3,000 tokens of the 2,500 tokens"):
            await each
    assert scene.tokens(CapKind.CONVERSATION) == [3000]


async def test_whatever_they_come_to_at_most_one_goes_over(tmp_path: Path) -> None:
    """Sums below what each may come to, by chance; all at once, and again as some end."""
    dice = random.Random(5)
    for number in range(30):
        # What one forgets is written behind: the next one would read it in the same file.
        store = CapStore(tmp_path / f"{number}.db")
        scene = Scene(store, conversation_tokens=dice.randrange(500, 20_000))
        most = scene.settings.conversation_tokens
        sizes = [dice.randrange(50, 3000) for _ in range(20)]
        asking = {asyncio.create_task(scene.begin(max_tokens=size)): size for size in sizes}
        while asking:
            await soon(scene)
            done = [each for each in asking if each.done()]
            assert done, "somebody is let in, or all are refused"
            each = dice.choice(done)
            size = asking.pop(each)
            if not each.exception():
                told = Usage(input_tokens=50, output_tokens=dice.randrange(size))
                scene.end(each.result(), usage=told)
        (used,) = scene.tokens(CapKind.CONVERSATION)
        assert used <= most + max(sizes) + 50
        scene.brake.end()
        store.close()


async def test_who_waits_for_others_is_asked_about_in_the_end(store: CapStore) -> None:
    scene = Scene(store, conversation_tokens=100, max_wait_s=0.05)
    first = await scene.begin(max_tokens=1000)
    with pytest.raises(LimitReached, match=r"under way may use the rest\. One has to end first"):
        await scene.begin()
    leave = scene.desk.attend()
    asking = asyncio.create_task(scene.begin())
    async with asyncio.timeout(20):
        while not scene.desk.waiting:
            await asyncio.sleep(0.005)
    assert "is about to use its cap" in scene.desk.waiting[0].title
    asking.cancel()
    leave()
    scene.end(first)
    scene.end(await scene.begin())
    assert scene.tokens(CapKind.CONVERSATION) == [20]


async def test_with_no_time_to_wait_it_is_refused_at_once(store: CapStore) -> None:
    scene = Scene(store, conversation_tokens=100, max_wait_s=0)
    await scene.begin(max_tokens=1000)
    with pytest.raises(LimitReached):
        await scene.begin()


async def test_one_that_waited_says_so_and_who_leaves_takes_nothing(store: CapStore) -> None:
    scene = Scene(store, conversation_tokens=100)
    first = await scene.begin(max_tokens=1000)
    gone, second = (asyncio.create_task(scene.begin()) for _ in range(2))
    await soon(scene)
    gone.cancel()
    await soon(scene)
    scene.end(first)
    scene.end(await second)
    assert [note.partition(":")[0] for note in scene.notes] == ["cap"]
    assert scene.tokens(CapKind.CONVERSATION) == [20]


async def test_dollars_are_reserved_by_the_known_price(store: CapStore) -> None:
    scene = Scene(store, conversation_usd=0.01)
    scene.price = Price(rates=Rates(input=1.0, output=10.0))
    first = await scene.begin(max_tokens=1000)
    waits = asyncio.create_task(scene.begin())
    await soon(scene)
    assert not waits.done()
    scene.end(first, cost_usd=0.001)
    scene.end(await waits)


async def test_what_is_under_way_is_told_beside_what_was_used(store: CapStore) -> None:
    scene = Scene(store, conversation_tokens=100_000, conversation_usd=1.0, agent_tokens=100_000)
    scene.price = Price(rates=Rates(input=1.0, output=10.0))
    begun = [await scene.begin(max_tokens=500) for _ in range(2)]
    told = {each.kind: each for each in scene.brake.standings("cli_1")}
    found, agent = told[CapKind.CONVERSATION], told[CapKind.AGENT]
    assert (found.requests, found.tokens, found.running, agent.running) == (0, 0, 2, 2)
    assert 1000 < found.reserved_tokens < 1500, "what may be written, and the bytes of two prompts"
    assert 0.01 <= found.reserved_usd < 0.011
    assert agent.reserved_usd == 0, "of dollars it has no cap"
    for each in begun:
        scene.end(each, cost_usd=0.001)
    ended = next(e for e in scene.brake.standings("cli_1") if e.kind is CapKind.CONVERSATION)
    assert (ended.tokens, ended.running, ended.reserved_tokens, ended.reserved_usd) == (20, 0, 0, 0)


async def test_the_sum_of_what_is_under_way_is_that_of_its_parts(store: CapStore) -> None:
    """It is kept from request to request, whoever comes, ends or hands over, in any order."""
    scene, dice = Scene(store, label_tokens=10**9, label_usd=1e6), random.Random(9)
    scene.price = Price(rates=Rates(input=1e6, output=1e6))
    running: dict[str, float] = {}
    await scene.begin()  # of another label
    for _ in range(300):
        if running and dice.random() < 0.4:
            gone = dice.choice(list(running))
            if dice.random() < 0.3:
                scene.brake.hand_over(gone)
                running[gone] = 0.0
            else:
                scene.end(gone)
                del running[gone]
        else:
            size = dice.randrange(1, 1000)
            before = sum(running.values())
            flight_id = await scene.begin(replace(WHO, label="nightly"), max_tokens=size)
            (now,) = [each for each in scene.brake.standings("cli_1") if each.id == "nightly"]
            running[flight_id] = now.reserved_tokens - before
            assert size < running[flight_id] < size + 1000
        (now,) = [each for each in scene.brake.standings("cli_1") if each.id == "nightly"]
        assert (now.running, now.reserved_tokens) == (len(running), sum(running.values()))
        assert now.reserved_usd == pytest.approx(now.reserved_tokens)


async def test_a_run_hands_over_to_its_own_requests(store: CapStore) -> None:
    """Else they would wait for the one that waits for them."""
    scene = Scene(store, label_tokens=100)
    labelled = replace(WHO, label="nightly")
    run = await scene.begin(labelled, max_tokens=1000)
    own = asyncio.create_task(scene.begin(replace(labelled, job="job_1")))
    await soon(scene)
    assert not own.done()
    scene.brake.hand_over(run)
    scene.brake.hand_over(run)
    scene.end(await own)
    scene.end(run, is_counted=False)
    assert scene.tokens(CapKind.LABEL) == [10]


async def test_a_cap_that_is_taken_away_lets_all_on(store: CapStore) -> None:
    scene = Scene(store, conversation_tokens=100)
    first = await scene.begin(max_tokens=1000)
    waits = asyncio.create_task(scene.begin())
    await soon(scene)
    scene.brake.end()
    await waits
    scene.end(first)
    assert (await scene.restarted()).tokens(CapKind.CONVERSATION) == []


async def test_a_restart_goes_on_from_what_was_counted(store: CapStore) -> None:
    scene = Scene(store, conversation_tokens=30)
    for _ in range(2):
        await scene.ask(words="one", cost_usd=0.5)
    await scene.ask(replace(WHO, label="nightly"), words="two")
    before = scene.brake.standings("cli_1")
    scene = await scene.restarted()
    assert scene.brake.standings("cli_1") == before
    await scene.ask(words="one")
    with pytest.raises(HeldBack, match="has used 30 tokens of the 30 tokens"):
        await scene.ask(words="one")
    later = await scene.restarted()
    with pytest.raises(HeldBack):
        await later.ask(words="one")
    assert later.brake.standings("cli_1")[0].usd == 1.0


async def test_what_is_kept_tells_nothing_of_what_was_said(store: CapStore, tmp_path: Path) -> None:
    scene = Scene(store, conversation_tokens=30)
    await scene.ask(words="the-word-of-words")
    store.close()
    for file in tmp_path.iterdir():
        assert b"the-word-of-words" not in file.read_bytes()


async def test_what_is_forgotten_is_forgotten_for_good(store: CapStore) -> None:
    scene = Scene(store, conversation_tokens=1000)
    for number in range(MOST_METERS // 2 + 5):
        await scene.ask(words=f"number {number}")
    before = scene.brake.standings("cli_1")
    assert (await scene.restarted()).brake.standings("cli_1") == before
    scene.brake.end()
    assert (await scene.restarted()).brake.standings("cli_1") == ()
