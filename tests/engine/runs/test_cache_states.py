"""What vendors' caches have done: sums in the database, each owner's own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from llmgw_desktop.domain.access.principal import LOCAL, Principal, Scope
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.flights.cache_state import CacheUse, together
from llmgw_desktop.domain.flights.price import Price, Rates
from llmgw_desktop.domain.jobs.job import Job, JobFigures, JobState
from llmgw_desktop.domain.settings.tables import CacheSettings
from llmgw_desktop.domain.usage import Figure, PromptFacts, Usage
from llmgw_desktop.engine.flights.pricing import Pricing
from llmgw_desktop.engine.mcp.resources.cache_state import cache_state_resources, session_cache
from llmgw_desktop.engine.mcp.tool import NotFound
from llmgw_desktop.engine.mcp.tools.job_words import iso
from llmgw_desktop.engine.runs.cache_states import CacheStates
from llmgw_desktop.engine.runs.sessions import Sessions
from llmgw_desktop.store.flights.cache_sums import CacheSums
from llmgw_desktop.store.jobs.job_store import JobStore
from llmgw_desktop.store.jobs.session_store import SessionStore

NOW_S = 1_800_000_000.0
OTHER = Principal(client_id="cli_2", name="other", scopes=frozenset(Scope))
RATES = Rates(input=10.0, output=1.0, cache_read=1.0, cache_write_5m=12.5, cache_write_1h=20.0)
P1, P2 = "a" * 64, "b" * 64


class _Clock:
    def __init__(self) -> None:
        self.time_s = NOW_S

    def now_s(self) -> float:
        return self.time_s

    def monotonic_s(self) -> float:
        return self.time_s


class _Ids:
    def new(self, prefix: str) -> str:
        return f"{prefix}_new"


class Scene:
    """A store with some jobs, and what is told of them."""

    def __init__(self, path: Path) -> None:
        self.clock = _Clock()
        self.jobs = JobStore(path)
        self._sums = CacheSums(path)
        self._sessions = SessionStore(path)
        self.sessions = Sessions(self._sessions, clock=self.clock, ids=_Ids(), ttl_s=10**6)
        self.caches = CacheStates(
            self._sums,
            clock=self.clock,
            price_of=lambda cli, model: Price(rates=RATES) if model == "known" else None,
            settings=CacheSettings(warn_on_ttl_expiry=True),
        )
        self._count = 0

    def add(self, ago_s: float = 60.0, **more: Any) -> None:
        self._count += 1
        fields: dict[str, Any] = {
            "owner": LOCAL.client_id,
            "client": "c",
            "cli": CliName.CLAUDE,
            "state": JobState.COMPLETED,
            "ended_at_s": NOW_S - ago_s,
            "asked_at_s": NOW_S - ago_s,
        }
        self.jobs.add(Job(id=f"job_{self._count}", **{**fields, **more}))

    async def read(self, place: str, principal: Principal = LOCAL) -> dict[str, Any]:
        resources = cache_state_resources(self.caches, self.sessions)
        kind, _, named = place.partition("/")
        (found,) = [each for each in resources if each.uri.startswith(f"cache-state://{kind}")]
        text = await found.read(principal, {"sessionId": named, "hash": named})
        told: dict[str, Any] = orjson.loads(text)
        return told

    def warned(self, prefix: str = "", session: str = "", owner: str = "local") -> list[str]:
        told = self.caches.warnings(CliName.CLAUDE, owner, prefix_hash=prefix, session_id=session)
        return [each.code for each in told]

    def close(self) -> None:
        for store in (self.jobs, self._sums, self._sessions):
            store.close()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path / "gateway.db")
    yield made
    made.close()


def _used(read: int | None, written: int | None = None, model: str = "known") -> JobFigures:
    usage = Usage(input_tokens=1000, cache_read_tokens=read, cache_write_tokens=written)
    return JobFigures(usage=usage, model=model)


def _prefix(digest: str, blocks: int = 0) -> PromptFacts:
    return PromptFacts(
        stable_prefix_hash=digest,
        stable_prefix_tokens=9,
        cache_control_blocks=blocks,
        cache_control_ttl_s=3600 if blocks else 0,
    )


async def test_nothing_was_asked_yet(scene: Scene) -> None:
    told = await scene.read("global")
    assert (told["totalRequests"], told["totalHits"], told["windowHours"]) == (0, 0, 24)
    assert (told["hitRate"], told["estimatedSavingsUsd"], told["perCli"]) == (None, None, [])
    assert told["avgCacheCreationAfterFirstCall"] is None


async def test_the_last_day_by_cli(scene: Scene) -> None:
    scene.add(figures=_used(0, 800), prompt_facts=_prefix(P1, 1), ago_s=300)
    scene.add(figures=_used(800, 100), prompt_facts=_prefix(P1, 1))
    scene.add(figures=_used(300), cli=CliName.CODEX)
    scene.add(figures=_used(900), ago_s=90_000)  # of the day before
    told = await scene.read("global")
    assert (told["totalRequests"], told["totalHits"]) == (3, 2)
    assert told["hitRate"] == 1100 / 3000
    assert (told["totalCacheReadTokens"], told["totalCacheCreationTokens"]) == (1100, 900)
    # 1,100 read for 9 dollars a million less, 900 written for 2.5 more.
    assert math.isclose(told["estimatedSavingsUsd"], (1100 * 9 - 900 * 2.5) / 1e6)
    by_cli = {each["cli"]: each for each in told["perCli"]}
    assert (by_cli["claude"]["requestCount"], by_cli["claude"]["hitCount"]) == (2, 1)
    assert by_cli["codex"]["hitRate"] == 0.3
    assert (told["explicitCacheControlRows"], told["explicitCacheControlHits"]) == (2, 1)
    assert told["explicitCacheControlHitRate"] == 0.4
    assert told["stablePrefixReuseCount"] == 1
    assert told["avgCacheCreationAfterFirstCall"] == 100


async def test_a_price_that_is_not_known_is_null_and_never_zero(scene: Scene) -> None:
    scene.add(figures=_used(500))
    scene.add(figures=_used(500, model="odd"))
    assert (await scene.read("global"))["estimatedSavingsUsd"] is None
    scene.add(figures=_used(None), cli=CliName.GROK)
    by_cli = {each["cli"]: each for each in (await scene.read("global"))["perCli"]}
    assert by_cli["grok"]["hitRate"] is None
    assert by_cli["grok"]["totalCacheReadTokens"] is None
    assert by_cli["grok"]["estimatedSavingsUsd"] is None


async def test_a_model_that_has_nothing_to_do_with_a_cache_spoils_no_saving(scene: Scene) -> None:
    scene.add(figures=_used(1000))
    scene.add(figures=_used(0, 0, model="odd"))
    assert math.isclose((await scene.read("global"))["estimatedSavingsUsd"], 0.009)


async def test_everybody_sees_his_own(scene: Scene) -> None:
    scene.add(figures=_used(500), prompt_facts=_prefix(P1))
    scene.add(figures=_used(500), prompt_facts=_prefix(P1), owner="")
    scene.add(figures=_used(500), prompt_facts=_prefix(P2), owner=OTHER.client_id)
    assert (await scene.read("global"))["totalRequests"] == 2
    assert (await scene.read("global", OTHER))["totalRequests"] == 1
    assert (await scene.read(f"prefix/{P1}"))["requestCount"] == 2
    for prefix, who in ((P1, OTHER), (P2, LOCAL), ("", LOCAL), ("c" * 64, LOCAL)):
        with pytest.raises(NotFound):
            await scene.read(f"prefix/{prefix}", who)


async def test_a_prefix(scene: Scene) -> None:
    scene.add(figures=_used(0, 500), prompt_facts=_prefix(P1), ago_s=500)
    scene.add(figures=_used(500), prompt_facts=_prefix(P1), ago_s=100)
    scene.add(figures=_used(None, model="m2"), cli=CliName.CODEX, prompt_facts=_prefix(P1))
    told = await scene.read(f"prefix/{P1.upper()}")
    assert (told["stablePrefixHash"], told["requestCount"], told["hitCount"]) == (P1, 3, 1)
    assert told["hitRate"] == 0.25
    assert (told["firstSeenAt"], told["lastSeenAt"]) == (iso(NOW_S - 500), iso(NOW_S - 60))
    assert told["cliBreakdown"] == [
        {"cli": "claude", "model": "known", "count": 2},
        {"cli": "codex", "model": "m2", "count": 1},
    ]


async def test_a_session(scene: Scene) -> None:
    mine = await scene.sessions.create(CliName.CLAUDE, LOCAL)
    empty = await scene.read(f"session/{mine.id}")
    assert (empty["requestCount"], empty["lastRequestAt"], empty["ttlRemainingMs"]) == (
        0,
        None,
        None,
    )
    scene.add(figures=_used(0, 500), session_id=mine.id, prompt_facts=_prefix(P1, 2), ago_s=500)
    scene.add(figures=_used(500), session_id=mine.id, prompt_facts=_prefix(P2), ago_s=100)
    told = await scene.read(f"session/{mine.id}")
    assert (told["sessionId"], told["cli"], told["requestCount"]) == (mine.id, "claude", 2)
    assert (told["distinctPrefixCount"], told["hitRate"]) == (2, 0.25)
    assert (told["lastRequestAt"], told["ttlRemainingMs"]) == (iso(NOW_S - 100), 200_000)
    assert (told["latestCacheControlBlocks"], told["latestCacheControlTtlSeconds"]) == (0, None)
    assert await session_cache(scene.caches, scene.sessions)(mine.id, LOCAL) == told
    for named, who in ((mine.id, OTHER), ("gws_none", LOCAL)):
        with pytest.raises(NotFound):
            await scene.read(f"session/{named}", who)


async def test_of_other_clis_nobody_knows_how_long_a_cache_lives(scene: Scene) -> None:
    mine = await scene.sessions.create(CliName.CODEX, LOCAL)
    scene.add(cli=CliName.CODEX, figures=_used(5), session_id=mine.id)
    assert (await scene.read(f"session/{mine.id}"))["ttlRemainingMs"] is None


@pytest.mark.parametrize(
    ("blocks", "ago_s", "is_told"),
    [
        (0, 269, False),
        (0, 271, True),
        (0, 299, True),
        (0, 300, False),
        (1, 299, False),
        (1, 3580, True),
        (1, 9999, False),
    ],
)
def test_a_cache_that_is_about_to_forget_is_told(
    scene: Scene, blocks: int, ago_s: float, is_told: bool
) -> None:
    scene.add(ago_s=ago_s, prompt_facts=_prefix(P1, blocks), session_id="gws_1")
    expected = ["cache_ttl_expiring_soon"] if is_told else []
    assert scene.warned(prefix=P1) == expected
    assert scene.warned(session="gws_1") == expected
    assert scene.warned(prefix=P1, owner="cli_2") == []
    assert scene.warned() == []
    scene.caches.apply(CacheSettings())
    assert scene.warned(prefix=P1) == []


def test_a_run_that_goes_on_keeps_what_it_uses(scene: Scene) -> None:
    scene.add(ago_s=290, ended_at_s=None, state=JobState.RUNNING, prompt_facts=_prefix(P1))
    assert scene.warned(prefix=P1) == []


def test_sums_of_nothing() -> None:
    assert together([]) == CacheUse()


def test_what_writing_for_an_hour_costs_more_is_taken_off() -> None:
    usage = Usage(cache_write_tokens=1000, cache_write_1h_tokens=400, cache_read_tokens=10)
    saved = Price(rates=RATES).cache_saving_usd(usage)
    assert saved is not None
    assert math.isclose(saved, (10 * 9 - 600 * 2.5 - 400 * 10) / 1e6)
    partly = Price(rates=Rates(input=1.0, output=1.0))
    assert partly.cache_saving_usd(usage) is None
    assert partly.cache_saving_usd(Usage(cache_read_tokens=0)) == 0.0


def test_runs_are_priced_as_their_vendors_sell_tokens() -> None:
    pricing = Pricing()
    pricing.apply((), ())
    vendor = pricing.table.price_of("anthropic", "claude-sonnet-4-5")
    assert vendor is not None
    assert pricing.price_of_run(CliName.CLAUDE, "claude-sonnet-4-5") == vendor
    assert pricing.price_of_run(CliName.OPENCODE, "claude-sonnet-4-5") is None
    assert pricing.price_of_run(CliName.CLAUDE, "nobody-knows") is None


async def test_sums_of_which_a_part_is_not_known_say_so(scene: Scene) -> None:
    def figures(read: int | None, **marks: int) -> JobFigures:
        usage = Usage(input_tokens=10, cache_read_tokens=read, cache_write_tokens=2, **marks)
        return JobFigures(usage=usage)

    scene.add(figures=figures(4))
    scene.add(figures=JobFigures(), state=JobState.FAILED)  # nobody billed it
    assert "provenance" not in await scene.read("global")
    scene.add(figures=figures(None, estimated=int(Figure.CACHE_WRITE)))
    told = await scene.read("global")
    assert told["totalCacheReadTokens"] == 4
    assert told["provenance"] == {
        "totalCacheReadTokens": "partial",
        "totalCacheCreationTokens": "estimated",
    }
