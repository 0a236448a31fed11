"""Which program a client is, from what it says of itself with each request. Its own word."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum

from llmgw_desktop.app.clients.known import ClientKind, KnownClient
from llmgw_desktop.app.policy.limit_words import (
    BudgetLine,
    RefusalLine,
    budget_lines,
    day_words,
    rate_name,
    rate_words,
    refusal_lines,
)
from llmgw_desktop.app.policy.words import flood_short, flood_state
from llmgw_desktop.app.providers.usage import ago_text
from llmgw_desktop.app.questions.consent_words import program_name
from llmgw_desktop.app.words.figures import (
    UNKNOWN,
    count_text,
    marked,
    marked_money,
    short_count_text,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.access.principal import ClientFigures
from llmgw_desktop.domain.policy import (
    EVERYBODY,
    ClientPolicy,
    ClientStanding,
    Flood,
    is_paused,
    policy_for,
)
from llmgw_desktop.domain.values import value

_PRODUCT = re.compile(r"([A-Za-z][\w .+-]{0,60}?)/v?([\w.+-]{1,30})")
_VERSION = re.compile(r"\d[\d.]*\d|\d")
_NAMES = (
    ("claude-cli", "Claude Code"),
    ("claude-code", "Claude Code"),
    ("codex", "Codex"),
    ("geminicli", "Gemini CLI"),
    ("gemini-cli", "Gemini CLI"),
    ("opencode", "opencode"),
    ("cursor", "Cursor"),
    ("zed", "Zed"),
    ("githubcopilot", "GitHub Copilot"),
    ("vscode", "VS Code"),
    ("anthropic", "Anthropic SDK"),
    ("asyncanthropic", "Anthropic SDK"),
    ("asyncopenai", "OpenAI SDK"),
    ("openai", "OpenAI SDK"),
    ("google-genai-sdk", "Google GenAI SDK"),
    ("python-httpx", "Python (httpx)"),
    ("python-requests", "Python (requests)"),
    ("python-urllib", "Python"),
    ("aiohttp", "Python (aiohttp)"),
    ("go-http-client", "Go"),
    ("node", "Node.js"),
    ("undici", "Node.js"),
    ("curl", "curl"),
    ("wget", "Wget"),
    ("llmgw", "LLM Gateway"),
    ("mozilla", "a browser"),
)
"""Beginnings of what programs call themselves, and what people call them."""
_LANGUAGE = re.compile(r"^\w+/(Python|JS|Go|Java|Ruby|CSharp|PHP)\b", re.IGNORECASE)


def program_words(agent: str) -> str:
    """«Claude Code 2.1.8», «OpenAI SDK (Python) 1.2»; empty where it said nothing."""
    agent = inert_line(agent, 300)
    found = _PRODUCT.search(agent)
    if found is None:
        return inert_line(agent, 40)
    said = found.group(1).casefold()
    name = next((words for begin, words in _NAMES if said.startswith(begin)), "")
    if name == "a browser":
        return name
    language = _LANGUAGE.match(agent)
    if name and language is not None:
        name = f"{name} ({language.group(1)})"
        version = _VERSION.search(agent[language.end() :])
    else:
        version = _VERSION.search(found.group(2))
    shown = name or inert_line(found.group(1).strip(), 40)
    return f"{shown} {version.group()}" if version is not None else shown


_ONLY_SETTINGS = frozenset({ClientKind.EVERYBODY, ClientKind.NOBODY})


class ClientState(StrEnum):
    """How it stands; where several hold, what keeps it from asking comes before the others."""

    REVOKED = "revoked"
    EXPIRED = "expired"
    PAUSED = "paused"
    OUTSIDE = "not let in"
    SPENT = "budget used up"
    CROWDING = "too many connections"
    RESTING = "limited"
    RUNNING = "running"
    READY = "ready"
    SETTINGS = ""
    """Nobody: it stands in the settings alone."""


@value
class ShownClient:
    """All that list and pane show of one; `key` tells it from all others."""

    key: str
    name: str
    known: KnownClient
    state: ClientState
    state_words: str
    state_short: str
    """The same for a column."""
    seen: str
    program: str
    requests: str
    tokens: str
    cost: str
    budgets: tuple[BudgetLine, ...]
    rates: tuple[str, ...]
    refusals: tuple[RefusalLine, ...]
    policy: ClientPolicy | None
    """That holds for it, which may be that of all others."""
    running: int = 0
    last_at_s: float | None = None

    @property
    def kind(self) -> ClientKind:
        return self.known.kind

    @property
    def is_client(self) -> bool:
        """Somebody, not only a table of the settings."""
        return self.kind not in _ONLY_SETTINGS

    @property
    def is_revoked(self) -> bool:
        return self.state is ClientState.REVOKED

    @property
    def asked_words(self) -> str:
        """Of today."""
        return f"{self.requests} {'request' if self.requests == '1' else 'requests'}"

    @property
    def words(self) -> str:
        """For a screen reader, and for who looks for it."""
        budgets = "; ".join(f"{each.name}: {each.left}" for each in self.budgets)
        asked = f"{self.asked_words} today" if self.is_client else ""
        parts = (self.name, self.kind.value, self.state_words, self.program, asked, budgets)
        return ", ".join(part for part in parts if part)


@value
class RowSources:
    """What rows are made of, besides who is known."""

    standings: Mapping[str, ClientStanding]
    """By id."""
    figures: Mapping[str, ClientFigures]
    """By id."""
    policies: Mapping[str, ClientPolicy]
    """By the names of their tables."""
    now_s: float
    floods: Mapping[str, Flood] = field(default_factory=dict)
    """By id."""


_CROWDED_OUT = frozenset({ClientState.RESTING, ClientState.RUNNING, ClientState.READY})
"""What matters less than that it floods the gateway."""


def client_rows(known: Sequence[KnownClient], seen: RowSources) -> tuple[ShownClient, ...]:
    """This computer's person first, those that can ask no more and mere settings last; between
    them who asked last."""
    rows = [_row(each, seen) for each in known]
    return tuple(sorted(rows, key=_place))


def _row(known: KnownClient, seen: RowSources) -> ShownClient:
    now_s = seen.now_s
    standing, figures = seen.standings.get(known.id), seen.figures.get(known.id, ClientFigures())
    policy = _policy(known, standing, seen.policies)
    budgets = budget_lines(policy, () if standing is None else standing.budgets, now_s, figures)
    refusals = refusal_lines(() if standing is None else standing.refusals, now_s)
    flood = seen.floods.get(known.id)
    state = _state(
        known, policy, budgets=budgets, refusals=refusals, standing=standing, now_s=now_s
    )
    state_words = _state_words(
        state, known, policy, refusals=refusals, standing=standing, now_s=now_s
    )
    state_short = state_words
    if flood is not None and state in _CROWDED_OUT:
        state = ClientState.CROWDING
        state_words, state_short = flood_state(flood, now_s), flood_short(flood)
    is_client = known.kind not in _ONLY_SETTINGS
    return ShownClient(
        key=known.id,
        name=inert_line(known.name, 60),
        known=known,
        state=state,
        state_words=state_words,
        state_short=state_short,
        seen=_seen(figures, now_s) if is_client else "",
        program=_program(known, figures),
        requests=count_text(figures.flights) if is_client else "",
        tokens=_tokens(figures) if is_client else "",
        cost=_cost(figures) if is_client else "",
        budgets=budgets,
        rates=_rates(policy, standing),
        refusals=refusals,
        policy=policy,
        running=0 if standing is None else standing.running,
        last_at_s=figures.last_at_s,
    )


def _tokens(figures: ClientFigures) -> str:
    count = figures.tokens if figures.flights else 0
    return marked(short_count_text(count), figures.tokens_provenance)


def _cost(figures: ClientFigures) -> str:
    return marked_money(figures.cost_usd if figures.flights else 0.0, figures.cost_provenance)


def _rates(policy: ClientPolicy | None, standing: ClientStanding | None) -> tuple[str, ...]:
    if standing is not None and standing.rates:
        return tuple(rate_words(each) for each in standing.rates)
    return tuple(rate_name(each) for each in policy.rate_limits) if policy is not None else ()


def _policy(
    known: KnownClient, standing: ClientStanding | None, policies: Mapping[str, ClientPolicy]
) -> ClientPolicy | None:
    if known.revoked_at_s is not None:
        return None
    if known.kind in _ONLY_SETTINGS:
        return policies.get(known.table)
    own = policy_for(policies, known.table)
    if own is not None and own.client != EVERYBODY:
        return own
    return standing.policy if standing is not None else own


def _state(
    known: KnownClient,
    policy: ClientPolicy | None,
    *,
    budgets: Sequence[BudgetLine],
    refusals: Sequence[RefusalLine],
    standing: ClientStanding | None,
    now_s: float,
) -> ClientState:
    expires_at_s = None if policy is None else policy.expires_at_s
    holds = (
        (ClientState.SETTINGS, known.kind in _ONLY_SETTINGS),
        (ClientState.REVOKED, known.revoked_at_s is not None),
        (ClientState.EXPIRED, expires_at_s is not None and now_s >= expires_at_s),
        (ClientState.PAUSED, is_paused(policy, known.table)),
        (ClientState.OUTSIDE, known.kind is ClientKind.OAUTH and not known.grants),
        (ClientState.SPENT, any(each.is_spent for each in budgets)),
        (ClientState.RESTING, any(each.is_closed for each in refusals)),
        (ClientState.RUNNING, standing is not None and standing.running > 0),
    )
    return next((state for state, does in holds if does), ClientState.READY)


def _state_words(
    state: ClientState,
    known: KnownClient,
    policy: ClientPolicy | None,
    *,
    refusals: Sequence[RefusalLine],
    standing: ClientStanding | None,
    now_s: float,
) -> str:
    running = f"{standing.running:,} running" if standing is not None and standing.running else ""
    match state:
        case ClientState.RUNNING:
            return running
        case ClientState.REVOKED if known.revoked_at_s is not None:
            return f"revoked {day_words(known.revoked_at_s, now_s)}"
        case ClientState.EXPIRED if policy is not None and policy.expires_at_s is not None:
            return f"expired {day_words(policy.expires_at_s - 1, now_s)}"
        case ClientState.RESTING:
            return next(each.soon for each in refusals if each.is_closed)
        case ClientState.SETTINGS:
            return "limits alone" if known.kind is ClientKind.NOBODY else ""
        case _:
            return f"{state.value}, {running}" if running else state.value


def _seen(figures: ClientFigures, now_s: float) -> str:
    return ago_text(figures.last_at_s, now_s) or "never"


def _program(known: KnownClient, figures: ClientFigures) -> str:
    """What it says of itself; where it says nothing, the program that was let in."""
    seen = next((name for each in known.grants if (name := program_name(each.peer))), "")
    if known.kind in _ONLY_SETTINGS:
        return ""
    return program_words(figures.agent) or seen or UNKNOWN


def _place(row: ShownClient) -> tuple[int, float, str]:
    if row.is_revoked:
        rank = 3
    elif not row.is_client:
        rank = 2
    else:
        rank = 0 if row.kind is ClientKind.PERSON else 1
    return rank, -(row.last_at_s or row.known.made_at_s or 0.0), row.name
