"""The desk of the Clients page on a real store of keys and a real settings file; how clients stand
and what they asked is set by hand. And a scene of varied ones for pictures."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.clients.desk import ClientDesk, DeskParts
from llmgw_desktop.domain.access.consent import (
    ClientMade,
    ClientProof,
    ConsentTerm,
    Grant,
    OauthClient,
    Peer,
)
from llmgw_desktop.domain.access.principal import ClientFigures, Scope
from llmgw_desktop.domain.clock import Clock, SystemClock, TimedIds
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.flights.flight import SeenLabel
from llmgw_desktop.domain.policy import (
    Budget,
    ClientStanding,
    Flood,
    LimitRefusal,
    Measure,
    Period,
    RateLimit,
    RateStanding,
    Spent,
)
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.store.access.clients import ClientStore


class PlainDesk:
    """`desk` is the real use case; the rest is what it stands on."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        loaded: Callable[[], LoadedSettings],
        *,
        problem: str = "",
    ) -> None:
        """`problem`: the store of keys cannot be read."""
        self.standings: list[ClientStanding] = []
        self.figures: dict[str, ClientFigures] = {}
        self.seen_labels: dict[str, list[SeenLabel]] = {}
        self.label_spent: dict[tuple[str, str], Sequence[Spent]] = {}
        self.programs: list[OauthClient] = []
        self.grants: list[Grant] = []
        self.floods: tuple[Flood, ...] = ()
        self.trouble: StoreError | None = None
        self.store = None if problem else _store_in(folder, clock)
        keys = None
        if self.store is not None:
            self.keys = keys = ClientKeys(self.store, clock, TimedIds(clock))
        self.desk = ClientDesk(
            DeskParts(
                loaded=loaded,
                standings=lambda: tuple(self.standings),
                label_spent=lambda client, label: self.label_spent.get((client, label), ()),
                figures=self,
                clock=clock,
                keys=keys,
                programs=_Listed(lambda: self.programs),
                grants=self,
                floods=lambda: self.floods,
                url=lambda: "http://127.0.0.1:3333",
                problem=problem,
            )
        )

    def by_client(self, since_s: float) -> Mapping[str, ClientFigures]:
        if self.trouble is not None:
            raise self.trouble
        return self.figures

    def labels(self, owner: str) -> Sequence[SeenLabel]:
        return self.seen_labels.get(owner, ())

    def standing(self, now_s: float) -> Sequence[Grant]:
        return [each for each in self.grants if each.expires_at_s > now_s]

    def id_of(self, name: str) -> str:
        return next(each.id for each in self.keys.active() if each.name == name)

    def close(self) -> None:
        if self.store is not None:
            self.store.close()


def _store_in(folder: Path, clock: Clock) -> ClientStore:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gateway.db").write_bytes(_empty_database())
    return ClientStore(folder / "gateway.db", clock)


@cache
def _empty_database() -> bytes:
    """All its steps are taken once for a run of tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gateway.db"
        store = ClientStore(path, SystemClock())
        store.all()
        store.close()
        return path.read_bytes()


class _Listed:
    def __init__(self, found: Callable[[], Sequence[OauthClient]]) -> None:
        self.all = found


def spent(
    amount: float,
    used: float,
    *,
    measure: Measure = Measure.USD,
    period: Period = Period.DAY,
    reserved: float = 0.0,
    ends_at_s: float | None = None,
) -> Spent:
    budget = Budget(measure=measure, amount=amount, period=period)
    return Spent(budget=budget, used=used, reserved=reserved, begins_at_s=None, ends_at_s=ends_at_s)


def flood_of(name: str, client_id: str, now_s: float, connections: int = 256) -> Flood:
    return Flood(
        client_id=client_id,
        name=name,
        connections=connections,
        most=connections,
        since_s=now_s - 90,
        refused=40,
    )


SCENE = """
[providers.anthropic]
kind = "anthropic"
api_key_env = "A_KEY"
[providers.work-openai]
kind = "openai"
api_key_env = "O_KEY"

[clients."*"]
parallel = 16

[clients.nightly-review]
models = ["claude-*", "fast"]
providers = ["anthropic"]
budgets = [{ usd = 5, per = "day" }, { tokens = 20_000_000, per = "month" }]
rate_limits = [{ requests = 60, per = "minute" }]
parallel = 4
expires = 2027-01-31
time_zone = "Europe/Berlin"

[clients.codex]
budgets = [{ usd = 2, per = "day" }]

[clients.translator]
rate_limits = [{ requests = 10, per = "minute" }]

[clients.old-laptop]
expires = 2025-01-31

[clients.nightly-review.labels.linter]
budgets = [{ usd = 1, per = "day" }]

[clients.gone]
budgets = [{ requests = 100, per = "day" }]

[[routes]]
name = "cheap nights"
match = { client = "nightly-*", model = "claude-haiku-*" }
to = ["work-openai:gpt-5-mini"]
"""


def set_scene(plain: PlainDesk, now_s: float) -> None:
    """Twelve varied clients; the settings are SCENE."""
    for name in ("claude-code", "codex", "cursor", "nightly-review", "translator", "old-laptop"):
        plain.keys.add(name, (Scope.MCP, Scope.MODELS_USE, Scope.MODELS_LIST, Scope.JOBS_RUN))
    plain.keys.add("büro-rechner mit einem sehr langen Namen, der nicht passt", (), strict=True)
    plain.keys.add("leaked")
    plain.keys.revoke("leaked")
    ids = {name: plain.id_of(name) for name in ("claude-code", "codex", "nightly-review")}
    ids |= {name: plain.id_of(name) for name in ("cursor", "translator", "old-laptop")}
    plain.programs = [_program("inspector", "MCP Inspector"), _program("x", "Idle")]
    plain.grants = [_grant("inspector", "MCP Inspector", now_s)]
    plain.figures = _figures(ids, now_s)
    plain.standings = _standings(ids, now_s)
    night = ids["nightly-review"]
    plain.seen_labels[night] = [
        SeenLabel(label="summarizer", flights=340, last_at_s=now_s - 9),
        SeenLabel(label="linter", flights=48, last_at_s=now_s - 600),
    ]
    plain.label_spent[night, "linter"] = (spent(1, 0.4, ends_at_s=now_s + 9 * 3600),)


def _figures(ids: Mapping[str, str], now_s: float) -> dict[str, ClientFigures]:
    def asked(ago_s: float, agent: str, flights: int, tokens: int | None, cost: float | None):  # type: ignore[no-untyped-def]
        return ClientFigures(
            flights=flights, tokens=tokens, cost_usd=cost, last_at_s=now_s - ago_s, agent=agent
        )

    return {
        "local": asked(400, "node", 12, 48_200, 0.042),
        ids["claude-code"]: asked(4, "claude-cli/2.1.8 (external, cli)", 1204, 48_200_000, 31.2),
        ids["codex"]: asked(65, "codex_cli_rs/0.147.0 (Debian 12; x86_64)", 212, 3_100_000, 2.01),
        ids["nightly-review"]: asked(9, "OpenAI/Python 1.99.9", 388, 9_020_000, 3.1),
        ids["translator"]: asked(3, "python-httpx/0.28.1", 40, 91_000, None),
        ids["old-laptop"]: asked(86_400 * 40, "curl/8.5.0", 0, None, None),
        "oauth:inspector": asked(7200, "", 3, 900, 0.0004),
        "gateway-bearer": asked(3600, "Go-http-client/2.0", 9, 4_100, 0.01),
        "proxied:ada@example.com": asked(120, "Mozilla/5.0 (X11)", 31, 120_400, 0.3),
    }


def _standings(ids: Mapping[str, str], now_s: float) -> list[ClientStanding]:
    def standing(name: str, running: int = 0, **more: object) -> ClientStanding:
        client_id = ids.get(name, name)
        plain = ClientStanding(client_id=client_id, name=name, running=running, policy=None)
        return replace(plain, **more)  # type: ignore[arg-type]

    night_s = now_s + 3600 * 9
    month = spent(
        20e6, 9.02e6, measure=Measure.TOKENS, period=Period.MONTH, ends_at_s=now_s + 86_400 * 9
    )
    minute = RateStanding(limit=RateLimit(measure=Measure.REQUESTS, amount=60), used=12)
    spent_words = "'codex' has used up its budget of 2 US dollars a day"
    fast_words = "'translator' may use 10 requests in 60 s. This one has room in 12 s"
    return [
        standing("claude-code", running=2),
        standing(
            "nightly-review",
            running=1,
            budgets=(spent(5, 3.1, reserved=0.45, ends_at_s=night_s), month),
            rates=(minute,),
        ),
        standing(
            "codex",
            budgets=(spent(2, 2.01, ends_at_s=night_s),),
            refusals=(
                LimitRefusal(
                    kind="budget_spent",
                    words=spent_words,
                    count=3,
                    last_at_s=now_s - 60,
                    opens_at_s=night_s,
                ),
            ),
        ),
        standing(
            "translator",
            refusals=(
                LimitRefusal(
                    kind="limit_reached",
                    words=fast_words,
                    count=1,
                    last_at_s=now_s - 3,
                    opens_at_s=now_s + 12,
                ),
            ),
        ),
    ]


def _program(client_id: str, name: str) -> OauthClient:
    return OauthClient(
        id=client_id,
        name=name,
        made=ClientMade.REGISTERED,
        redirect_uris=("http://127.0.0.1:7777/back",),
        scopes=frozenset({Scope.MCP}),
        proof=ClientProof.NONE,
        secret_hash="",
        made_at_s=1.0,
        revoked_at_s=None,
    )


def _grant(client_id: str, name: str, now_s: float) -> Grant:
    return Grant(
        id="grt_1",
        client_id=client_id,
        client_name=name,
        scopes=frozenset({Scope.MCP, Scope.MODELS_LIST}),
        resource="http://127.0.0.1:3333/mcp",
        redirect_uri="http://127.0.0.1:7777/back",
        term=ConsentTerm.EIGHT_HOURS,
        person="ada",
        granted_at_s=now_s - 7200,
        expires_at_s=now_s + 21_600,
        peer=Peer(pid=4182, program="/usr/local/bin/mcp-inspector", user="ada"),
    )
