"""Programs that share one client's key, by what each says that it is: seen, and bound."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from llmgw_desktop.app.access.keys import ClientKeys, check_name
from llmgw_desktop.app.access.oversight import UNDO_S
from llmgw_desktop.app.clients.facts import Fact, cap_facts, facts_of
from llmgw_desktop.app.clients.known import (
    KnownClient,
    known_keys,
    known_others,
    known_programs,
    only_named,
)
from llmgw_desktop.app.clients.rows import RowSources, ShownClient, client_rows
from llmgw_desktop.app.policy.limit_words import budget_lines, rate_name
from llmgw_desktop.app.policy.limits_form import Limits
from llmgw_desktop.app.providers.usage import ago_text
from llmgw_desktop.app.words.figures import counted, local_time
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.access.principal import ClientFigures, Scope
from llmgw_desktop.domain.brakes import CapStanding
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError, StoreUnavailable
from llmgw_desktop.domain.flights.flight import SeenLabel
from llmgw_desktop.domain.policy import ClientPolicy, ClientStanding, Flood, Spent
from llmgw_desktop.domain.settings.whole import LoadedSettings, Settings
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.access.grants import GrantStore
from llmgw_desktop.store.access.oauth_clients import OauthClientStore
from llmgw_desktop.store.flights.flight_reader import FlightReader

LabelSpent = Mapping[str, Sequence[Spent]]
"""How a label's own budgets stand, by the label."""


@value
class CallerLine:
    """One of them. Its name is its own word: it proves nothing."""

    label: str
    name: str
    words: str


def caller_lines(
    seen: Sequence[SeenLabel], policies: Sequence[ClientPolicy], spent: LabelSpent, now_s: float
) -> tuple[CallerLine, ...]:
    """Who asked last first; then those that only the settings name."""
    known = {each.label: each for each in seen}
    bounds = {each.client: each for each in policies}
    labels = [*known, *(label for label in bounds if label not in known)]
    return tuple(
        CallerLine(
            label=label,
            name=inert_line(label, 60),
            words=_words(known.get(label), bounds.get(label), spent.get(label, ()), now_s),
        )
        for label in labels
    )


def _words(
    seen: SeenLabel | None, policy: ClientPolicy | None, spent: Sequence[Spent], now_s: float
) -> str:
    asked = "has not asked yet"
    if seen is not None:
        asked = f"{counted(seen.flights, 'flight')}, last {ago_text(seen.last_at_s, now_s)}"
    lines = budget_lines(policy, spent, now_s)
    budgets = [f"{each.name}: {each.left}" if spent else each.name for each in lines]
    rates = [rate_name(each) for each in policy.rate_limits] if policy is not None else []
    return " · ".join([asked, *budgets, *rates])


_T = TypeVar("_T")
GRACES: tuple[tuple[float, str], ...] = (
    (0.0, "Ends at once"),
    (3600.0, "1 hour"),
    (86_400.0, "1 day"),
    (7 * 86_400.0, "7 days"),
)
"""How long a key that was rotated still opens."""


@value
class DeskParts:
    """`keys` is None where they cannot be read; `problem` then says why."""

    loaded: Callable[[], LoadedSettings]
    standings: Callable[[], Sequence[ClientStanding]]
    label_spent: Callable[[str, str], Sequence[Spent]]
    """(Client's id, label) → how the label's own budgets stand."""
    figures: FlightReader
    clock: Clock
    keys: ClientKeys | None
    programs: OauthClientStore | None = None
    grants: GrantStore | None = None
    floods: Callable[[], Sequence[Flood]] = tuple
    """Who holds too many connections now."""
    caps: Callable[[str], Sequence[CapStanding]] = lambda _: ()
    """How a client's conversations, agents, runs and labels stand that are counted; by its id."""
    url: Callable[[], str] = lambda: ""
    """Of the gateway, where it is open."""
    problem: str = ""


@value
class ClientsLook:
    """The list as it was read, and what of it could not be."""

    rows: tuple[ShownClient, ...]
    problem: str = ""


@value
class RevokedKey:
    """What was taken back just now."""

    id: str
    name: str
    at_s: float


class ClientDesk:
    """`standings`, `floods`, `label_spent`, `facts` and `limits` are quick and for the loop; all
    else waits for the disk, is for a thread, and raises StoreError."""

    def __init__(self, parts: DeskParts) -> None:
        self._parts = parts
        self.limits = Limits(parts.loaded)

    def standings(self) -> tuple[Sequence[ClientStanding], str]:
        """With what kept them from being read: they are kept beside the keys."""
        try:
            return self._parts.standings(), ""
        except StoreError as error:
            return (), str(error)

    def floods(self) -> Sequence[Flood]:
        """Who holds too many connections now."""
        return self._parts.floods()

    def look(
        self, standings: Sequence[ClientStanding], floods: Sequence[Flood] = ()
    ) -> ClientsLook:
        """What cannot be read is left out, and said."""
        settings, now_s = self._parts.loaded().settings, self._parts.clock.now_s()
        problems: list[str] = [self._parts.problem] if self._parts.problem else []
        figures: Mapping[str, ClientFigures] = _read(
            lambda: self._parts.figures.by_client(_midnight(now_s)), {}, problems
        )
        standing = {each.client_id: each for each in standings}
        known = self._known(settings, {*figures, *standing}, now_s, problems)
        seen = RowSources(
            standings=standing,
            figures=figures,
            policies={each.client: each for each in settings.clients},
            now_s=now_s,
            floods={each.client_id: each for each in floods if each.client_id},
        )
        return ClientsLook(rows=client_rows(known, seen), problem=" ".join(dict.fromkeys(problems)))

    def facts(self, row: ShownClient) -> tuple[Fact, ...]:
        parts = self._parts
        lines = facts_of(row, parts.loaded().settings.routes, parts.clock.now_s())
        return (*lines, *cap_facts(parts.caps(row.key)))

    def label_spent(self, row: ShownClient) -> LabelSpent:
        """Of what the settings say of its callers."""
        bounds = self._label_policies(row)
        return {each.client: self._parts.label_spent(row.key, each.client) for each in bounds}

    def callers(self, row: ShownClient, spent: LabelSpent) -> tuple[CallerLine, ...]:
        """Those that share its key, as far as flights are kept."""
        seen = self._parts.figures.labels(row.key) if row.is_client else ()
        return caller_lines(seen, self._label_policies(row), spent, self._parts.clock.now_s())

    def _label_policies(self, row: ShownClient) -> tuple[ClientPolicy, ...]:
        tables = self._parts.loaded().settings.clients
        return next((each.labels for each in tables if each.client == row.known.table), ())

    @property
    def has_keys(self) -> bool:
        """Whether keys can be made and taken back."""
        return self._parts.keys is not None

    def key_note(self) -> str:
        """Where a program is to ask with its key."""
        url = self._parts.url()
        return f"Base URL: {url}/v1, of Anthropic's programs {url}" if url else ""

    def name_problem(self, name: str) -> str:
        """Why no client can be named so; whether the name is free is seen when its key is made."""
        try:
            check_name(name.strip())
        except ValueError as error:
            return str(error)
        return ""

    def make_key(self, name: str, scopes: Sequence[Scope], *, is_strict: bool) -> str:
        """The key, for its only showing. Raises ValueError for a name that is taken."""
        return self._keys.add(name, scopes, strict=is_strict)

    def rotate_key(self, client_id: str, grace_s: float) -> str:
        """Another key for the same client. Raises ValueError for one that is gone."""
        done = self._keys.rotate(client_id, grace_s)
        if done is None:
            raise ValueError("It has no key any more: it was revoked meanwhile.")
        return done[0]

    def revoke(self, client_id: str) -> RevokedKey | None:
        """None where it was revoked already."""
        client = self._keys.revoke(client_id)
        if client is None or client.revoked_at_s is None:
            return None
        return RevokedKey(id=client.id, name=client.name, at_s=client.revoked_at_s)

    def undo_revoke(self, revoked: RevokedKey) -> str:
        """What came of it, in a sentence."""
        if self._parts.clock.now_s() - revoked.at_s > UNDO_S:
            return "Ten seconds are over: it stays revoked."
        if not self._keys.restore(revoked.id, revoked.at_s):
            return "It cannot be brought back: another key has its name now, or it is gone."
        return f"{revoked.name} has access again."

    @property
    def _keys(self) -> ClientKeys:
        if self._parts.keys is None:
            raise StoreUnavailable(self._parts.problem)
        return self._parts.keys

    def _known(
        self, settings: Settings, ids: set[str], now_s: float, problems: list[str]
    ) -> list[KnownClient]:
        parts = self._parts
        known: list[KnownClient] = []
        if parts.keys is not None:
            known += known_keys(_read(parts.keys.all, (), problems))
        if parts.programs is not None and parts.grants is not None:
            grants = parts.grants
            known += known_programs(
                _read(parts.programs.all, (), problems),
                _read(lambda: grants.standing(now_s), (), problems),
            )
        tables = [each.client for each in settings.clients]
        asked = sorted({*ids, *tables})
        known += known_others(asked, has_bearer=bool(settings.access.bearer))
        known += only_named(tables, known)
        return known


def _midnight(now_s: float) -> float:
    """Of this computer's day."""
    now = local_time(now_s)
    return datetime(now.year, now.month, now.day).timestamp()  # noqa: DTZ001 - of this computer


def _read(work: Callable[[], _T], nothing: _T, problems: list[str]) -> _T:
    try:
        return work()
    except StoreError as error:
        problems.append(str(error))
        return nothing
