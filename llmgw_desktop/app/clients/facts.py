"""All that is known of one client, as lines of a label and words."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum

from llmgw_desktop.app.clients.known import ClientKind, KnownClient
from llmgw_desktop.app.clients.rows import ClientState, ShownClient
from llmgw_desktop.app.policy.limit_words import end_words, moment_words
from llmgw_desktop.app.questions.consent_words import peer_words, scope_summary
from llmgw_desktop.app.routing.routes import match_words, target_text
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.brakes import CapKind, CapStanding
from llmgw_desktop.domain.plain_text import Glob
from llmgw_desktop.domain.policy import EVERYBODY, ClientPolicy
from llmgw_desktop.domain.routing.route import RouteRule

Fact = tuple[str, str]
_SHOWN_NAMES = 12
_SHOWN_CAPS = 5
_CAPPED = {
    CapKind.CONVERSATION: "Conversations",
    CapKind.RUN: "Runs",
    CapKind.LABEL: "Labels today",
}
_ALL = "all"


def facts_of(row: ShownClient, routes: Sequence[RouteRule], now_s: float) -> tuple[Fact, ...]:
    """In the order in which a person asks: what may it, what is it bound to, who is it."""
    known = row.known
    lines = [*_may(known), *_bounds(row, now_s), *_routes(known, routes), *_origin(known, now_s)]
    return tuple((label, words) for label, words in lines if words)


def cap_facts(caps: Sequence[CapStanding]) -> tuple[Fact, ...]:
    """The latest of each kind that is counted; agents stand with their conversation."""
    agents = Counter(each.conversation for each in caps if each.kind is CapKind.AGENT)
    facts = []
    for kind, label in _CAPPED.items():
        found = [each for each in caps if each.kind is kind]
        lines = [_cap_words(each, agents[each.id]) for each in found[:_SHOWN_CAPS]]
        if len(found) > _SHOWN_CAPS:
            lines.append(f"and {len(found) - _SHOWN_CAPS:,} more")
        if lines:
            facts.append((label, "\n".join(lines)))
    return tuple(facts)


def _cap_words(cap: CapStanding, agents: int) -> str:
    """«c5832cc13d: 2,326 of 4,000,000 tokens, 0.12 US dollars, 3 requests, 2 agents»."""
    tokens = f"{cap.tokens:,}"
    if cap.most_tokens is not None:
        tokens += f" of {cap.most_tokens:,}"
    usd = f"{cap.usd:,.2f}" if cap.most_usd is None else f"{cap.usd:,.2f} of {cap.most_usd:,.2f}"
    parts = [f"{tokens} tokens", f"{usd} US dollars", counted(cap.requests, "request")]
    if cap.unpriced:
        parts.append(f"the price of {cap.unpriced:,} not known")
    if agents > 1:
        parts.append(f"{agents:,} agents")
    if cap.running:
        parts.append(_under_way(cap))
    if cap.is_stopped:
        parts.append("stopped")
    return f"{inert_line(cap.id, 40)}: {', '.join(parts)}"


def _under_way(cap: CapStanding) -> str:
    """«2 under way with up to 8,200 tokens»: what is reserved is told where there is a cap."""
    most = [f"{cap.reserved_tokens:,} tokens"] * (cap.most_tokens is not None)
    most += [f"{cap.reserved_usd:,.2f} US dollars"] * (cap.most_usd is not None)
    if not most:
        return f"{cap.running:,} under way"
    return f"{cap.running:,} under way with up to {' and '.join(most)}"


def limits_words(row: ShownClient) -> str:
    """Whose limits hold for it."""
    if row.is_revoked:
        return ""
    if row.policy is None:
        return "It has no limits."
    if row.policy.client == row.known.table:
        return ""
    return "It has none of its own: those of everyone else hold for it, for itself alone."


def _may(known: KnownClient) -> Iterator[Fact]:
    if known.kind is ClientKind.EVERYBODY:
        yield "Whom", "Each client without limits of its own, each for itself."
    elif known.kind is ClientKind.NOBODY:
        yield "Whom", f"Nobody has the name {known.name}. A key of this name would be bound by it."
    elif known.revoked_at_s is None:
        words = scope_summary(known.scopes)
        yield "May", words if known.scopes else "nothing: nobody has let it in, or it ran out"
    if known.is_strict:
        yield "Translation", "all or nothing: refused where something would be left out"


def _bounds(row: ShownClient, now_s: float) -> Iterator[Fact]:
    if row.is_revoked:
        return
    policy = row.policy or ClientPolicy(client=row.known.table)
    yield "Models", _names(policy.models)
    yield "Providers", _names(policy.providers)
    most = policy.parallel
    yield "At once", "any number" if most is None else f"{counted(most, 'request')} at most"
    yield "Rates", "\n".join(row.rates)
    if policy.expires_at_s is not None:
        yield "Expires", end_words(policy.expires_at_s, now_s)
    yield "Time zone", policy.time_zone


def _routes(known: KnownClient, routes: Sequence[RouteRule]) -> Iterator[Fact]:
    """Those that name it; what goes for all is not its own."""
    if known.kind is ClientKind.EVERYBODY:
        return
    own = [rule for rule in routes if _names_it(rule, known.table)]
    yield "Routes", "\n".join(_route_words(rule) for rule in own)


def _names_it(rule: RouteRule, table: str) -> bool:
    patterns = [each for each in rule.match.whose if each != EVERYBODY]
    return any(Glob(each).fits(table) for each in patterns)


def _route_words(rule: RouteRule) -> str:
    targets = ", then ".join(inert_line(target_text(each), 60) for each in rule.to)
    off = "" if rule.enabled else " (off)"
    return f"{inert_line(rule.name, 40)}{off}: {match_words(rule.match)} → {targets}"


def _origin(known: KnownClient, now_s: float) -> Iterator[Fact]:
    if known.key is not None:
        yield "Key", f"{inert_line(known.key.key_hint, 20)}…"
        ends_at_s = known.key.old_key_ends_at_s
        if ends_at_s is not None and ends_at_s > now_s:
            yield "Old key", f"opens until {moment_words(ends_at_s, now_s)}"
    for grant in known.grants:
        until = moment_words(grant.expires_at_s, now_s)
        yield "Let in", f"until {until} · {peer_words(grant.peer)}"
    if known.made_at_s is not None:
        yield "Made", moment_words(known.made_at_s, now_s)
    if known.id != known.name and known.kind is not ClientKind.EVERYBODY:
        yield "Id", inert_line(known.id, 200)


def _names(names: Sequence[str]) -> str:
    if not names:
        return _ALL
    shown = ", ".join(inert_line(each, 80) for each in names[:_SHOWN_NAMES])
    more = len(names) - _SHOWN_NAMES
    return f"{shown} and {more:,} more" if more > 0 else shown


class WhichClients(StrEnum):
    """A choice of rows."""

    CURRENT = "current"
    BUSY = "busy"
    BOUND = "bound"
    REVOKED = "revoked"
    ALL = "all"


WHICH = (
    (WhichClients.CURRENT.value, "All that can ask"),
    (WhichClients.BUSY.value, "Running now"),
    (WhichClients.BOUND.value, "Held back by a limit"),
    (WhichClients.REVOKED.value, "Revoked"),
    (WhichClients.ALL.value, "All, revoked too"),
)


def shown_rows(
    rows: Sequence[ShownClient], which: WhichClients, text: str
) -> tuple[ShownClient, ...]:
    """Of that kind, with every word somewhere in what is said of it."""
    words = text.casefold().split()
    return tuple(
        row
        for row in rows
        if _IS_SHOWN[which](row) and all(word in row.words.casefold() for word in words)
    )


_HELD_BACK = frozenset(
    {
        ClientState.EXPIRED,
        ClientState.PAUSED,
        ClientState.SPENT,
        ClientState.CROWDING,
        ClientState.RESTING,
    }
)
_IS_SHOWN: Mapping[WhichClients, Callable[[ShownClient], bool]] = {
    WhichClients.CURRENT: lambda row: not row.is_revoked,
    WhichClients.BUSY: lambda row: row.running > 0,
    WhichClients.BOUND: lambda row: row.state in _HELD_BACK,
    WhichClients.REVOKED: lambda row: row.is_revoked,
    WhichClients.ALL: lambda row: True,
}
