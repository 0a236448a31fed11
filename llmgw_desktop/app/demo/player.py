"""The play: scenes as a day with the gateway has them, asked by real requests through its own door.

Each tells in a sentence what happened, out of what the gateway recorded and not out of the script.
What a person could answer is left to them; after a while the demo denies it.
"""

import asyncio
import base64
import contextlib
import hashlib
import secrets
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
import orjson

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.demo import script
from llmgw_desktop.app.demo.home import AGENT_COMMAND, AGENT_PROMPT, DemoHome
from llmgw_desktop.app.demo.vendors import PracticeVendors
from llmgw_desktop.app.jobs.starting import NewJob
from llmgw_desktop.app.validation.wish import PanelWish
from llmgw_desktop.domain.access.consent import ConsentAnswer, ConsentWay
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.events import Event
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightSummary
from llmgw_desktop.domain.jobs.approval import (
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionQuestion,
)
from llmgw_desktop.domain.validation import Intent
from llmgw_desktop.engine.loop.tasks import Tasks

if TYPE_CHECKING:
    from llmgw_desktop.app.composition.container import Container

Tell = Callable[[str], None]
_WRITTEN_S = 10.0
_LONGEST_S = 120.0
"""A scene that takes longer is given up."""
_PAUSE_S = 20.0
"""Between two rounds, in which single requests go on."""
_BUSY_S = 5.0
_FOREVER_S = 3600.0
_ATTENDANT = "demo"


class Player:
    """Of one gateway that has started. On its loop."""

    def __init__(
        self,
        container: "Container",
        home: DemoHome,
        tell: Tell,
        *,
        is_watched: bool,
        pace: float = 1.0,
        patience_s: float = 45.0,
    ) -> None:
        """`is_watched`: a window shows questions, so they are left to the person for `patience_s`.
        `pace`: 1 as real vendors are, 0 at once."""
        self._container = container
        self._home = home
        self._tell = tell
        self._is_watched = is_watched
        self._pace = pace
        self._patience_s = patience_s
        self._vendors = PracticeVendors(pace)
        self._keys: Mapping[str, str] = {}
        self._session: aiohttp.ClientSession | None = None
        self._has_spent = False
        self._news = asyncio.Event()
        self._tasks = Tasks()
        self.failures: list[str] = []
        """Of scenes that did not come to their end, one sentence each."""

    async def play(self, *, once: bool) -> None:
        """All scenes, again and again; with `once` one round."""
        await self._vendors.start(self._home.vendor)
        self._vendors.lines.update(script.LINES)
        self._keys = await asyncio.to_thread(self._make_keys)
        leave: list[Callable[[], object]] = [self._container.bus.subscribe(self._hear)]
        if not self._is_watched:
            leave += self._attend()
        try:
            async with aiohttp.ClientSession() as self._session:
                while True:
                    await self._round()
                    if once:
                        return
                    await self._go_on(_PAUSE_S)
        finally:
            for each in leave:
                each()
            await self._vendors.stop()

    async def _round(self) -> None:
        scenes: Sequence[tuple[str, Callable[[], Coroutine[Any, Any, str]]]] = (
            ("Streams", self._streams),
            ("Failover", self._failover),
            ("Cache", self._cache),
            ("Three reviewers", self._reviewers),
            ("Permission", self._permission),
            ("Consent", self._consent),
            ("Budget", self._budget),
        )
        for title, scene in scenes:
            try:
                async with asyncio.timeout(_LONGEST_S):
                    told = await scene()
            except (LlmgwError, OSError, TimeoutError, aiohttp.ClientError) as error:
                told = f"did not come to its end: {str(error) or 'it took too long'}"
                self.failures.append(f"{title} {told}")
            self._tell(f"{title}: {told}")
            await asyncio.sleep(2 * self._pace)

    async def _go_on(self, for_s: float) -> None:
        ends_s = asyncio.get_running_loop().time() + for_s
        while asyncio.get_running_loop().time() < ends_s:
            await self._ask(*script.STREAMS[0])
            await asyncio.sleep(_BUSY_S)

    async def _streams(self) -> str:
        """Of three programs at the same time, twice."""
        for _ in range(2):
            await asyncio.gather(*(self._ask(*each) for each in script.STREAMS))
        flights = await self._written(len(script.STREAMS))
        return "; ".join(
            f"{each.client} asked {each.model_served}, {each.usage.output_tokens} tokens"
            for each in flights
        )

    async def _failover(self) -> str:
        await self._ask(*script.FAILOVER)
        (flight,) = await self._written(1)
        record = await asyncio.to_thread(self._container.flights.record, flight.id)
        tried = [] if record is None else record.attempt_log
        asked = ", then ".join(f"{each.account} ({each.outcome or 'answered'})" for each in tried)
        return f"{flight.attempts} attempts: {asked}"

    async def _cache(self) -> str:
        """A conversation whose tool holds a clock: the vendor writes all of its prompt again."""
        for request in script.conversation():
            await self._ask(*request)
        (flight,) = await self._written(1)
        sheet = await asyncio.to_thread(self._container.flights.cache_sheet, flight.id)
        return sheet.headline

    async def _reviewers(self) -> str:
        wish = PanelWish(
            question=script.PLAN, intent=Intent.VALIDATE, seats=tuple(script.REVIEWERS)
        )
        compare = self._container.compare
        panel = await compare.ask(wish)
        await self._container.validations.wait(panel, "local", _LONGEST_S)
        async for progress in compare.follow(panel):
            shown = await compare.show(progress)
            if shown.has_ended:
                return f"{len(shown.answers)} answers. {shown.outcome.title}"
        return "it ended without an outcome"

    async def _permission(self) -> str:
        """An agent that wants to publish something."""
        if not self._home.has_agent:
            return "left out: the agent of the demo is a script of a shell, which Windows lacks"
        desk = self._container.runs.permissions
        job = await self._container.job_starter.start(
            NewJob(cli=script.AGENT_NAME, prompt=AGENT_PROMPT, asks=True)
        )

        def question() -> PermissionQuestion | None:
            return next((each for each in desk.waiting if each.job_id == job.id), None)

        asked = await self._until(question)
        denied = PermissionAnswer(
            decision=Decision.DENY,
            way=DecisionWay.COMMAND,
            at_s=self._container.clock.now_s(),
            note="Denied by the demo.",
        )
        by_demo = await self._left_to_person(
            lambda: desk.find(asked.id) is None, lambda: desk.answer(asked.id, denied)
        )
        await self._until(lambda: self._container.live_job(job.id) is None or None)
        who = "the demo denied it" if by_demo else "you answered"
        return f"an agent asked whether it may run `{AGENT_COMMAND}`; {who}"

    async def _consent(self) -> str:
        """A program that wants to be let in."""
        broker = self._container.consents.broker
        waits = self._tasks.start(self._browse(), name="browser of the demo")
        try:
            asked = await self._until(lambda: next(iter(broker.waiting), None))
            refused = ConsentAnswer(
                allowed=False, way=ConsentWay.COMMAND, at_s=self._container.clock.now_s()
            )
            by_demo = await self._left_to_person(
                lambda: broker.find(asked.id) is None, lambda: broker.answer(asked.id, refused)
            )
            await asyncio.wait((waits,), timeout=_WRITTEN_S)
        finally:
            await self._tasks.stop()
        who = "the demo refused it" if by_demo else "you answered"
        return f"“{asked.client_name}” asked to be let in; {who}"

    async def _budget(self) -> str:
        """Once: what is spent stays spent until tomorrow."""
        if not self._has_spent:
            self._has_spent = True
            await self._ask(*script.BUDGET)
            await self._written(1)
        client = script.BUDGET[0]
        headers = {"Authorization": f"Bearer {self._keys[client]}"}
        async with self._open.get(f"{self._url}/v1/limits", headers=headers) as answer:
            standing = orjson.loads(await answer.read())
        budget = standing["limits"][0]["budgets"][0]
        share = float(budget["used"]) / float(budget["amount"])
        return f"{client} has used {share:.0%} of its budget of this day"

    async def _browse(self) -> None:
        """As the browser does that the program opens; it waits for the answer."""
        redirect = f"http://127.0.0.1:{self._home.vendor.getsockname()[1]}/callback"
        made = {
            "client_name": script.PROGRAM_NAME,
            "redirect_uris": [redirect],
            "token_endpoint_auth_method": "none",
        }
        async with self._open.post(f"{self._url}/oauth/register", json=made) as answer:
            known = orjson.loads(await answer.read())
        proof = base64.urlsafe_b64encode(hashlib.sha256(secrets.token_bytes(32)).digest())
        asked = urlencode(
            {
                "client_id": known["client_id"],
                "redirect_uri": redirect,
                "response_type": "code",
                "code_challenge": proof.decode().rstrip("="),
                "code_challenge_method": "S256",
                "scope": "models:list models:use",
                "resource": self._url,
                "state": "demo",
            }
        )
        address = f"{self._url}/oauth/authorize?{asked}"
        async with self._open.get(address, allow_redirects=False) as answer:
            page = await answer.text()
            cookies = [each.split(";")[0] for each in answer.headers.getall("set-cookie", [])]
        at = page.partition('content="0; url=')[2].partition('"')[0]
        headers = {"Cookie": "; ".join(cookies)}
        waiting = aiohttp.ClientTimeout(total=_FOREVER_S)
        async with self._open.get(
            f"{self._url}{at}", headers=headers, allow_redirects=False, timeout=waiting
        ) as answer:
            await answer.read()

    async def _left_to_person(
        self, is_answered: Callable[[], bool], deny: Callable[[], object]
    ) -> bool:
        """Whether the demo answered in the person's place."""
        if self._is_watched:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience_s):
                    await self._until(lambda: is_answered() or None)
                    return False
        else:
            await asyncio.sleep(self._pace)
        deny()
        return True

    async def _until(self, found: "Callable[[], Any]") -> Any:
        """Asked anew with whatever happens in the gateway."""
        while (it := found()) is None:
            self._news.clear()
            await self._news.wait()
        return it

    async def _written(self, count: int) -> list[FlightSummary]:
        """The last so many, newest first, once they are on the disk."""
        recording = self._container.recording
        await asyncio.to_thread(recording.store.flush, _WRITTEN_S)
        return await asyncio.to_thread(self._container.flights.page, FlightQuery(), 0, count)

    async def _ask(self, client: str, path: str, body: Mapping[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {self._keys[client]}"}
        async with self._open.post(self._url + path, json=dict(body), headers=headers) as answer:
            await answer.read()

    @property
    def _open(self) -> aiohttp.ClientSession:
        assert self._session is not None
        return self._session

    @property
    def _url(self) -> str:
        return self._container.gateway.status.url

    def _make_keys(self) -> dict[str, str]:
        clock = self._container.clock
        keys = ClientKeys(self._container.access.clients, clock, TimedIds(clock))
        return {name: keys.add(name) for name in script.CLIENTS}

    def _hear(self, _: Event) -> None:
        self._news.set()

    def _attend(self) -> list[Callable[[], object]]:
        """Somebody is there to be asked: without a window it is the demo itself."""
        broker = self._container.consents.broker
        broker.attend(here=True, who=_ATTENDANT)
        leave = self._container.runs.permissions.attend()
        return [leave, lambda: broker.attend(here=False, who=_ATTENDANT)]
