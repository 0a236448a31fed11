"""Who has come since the start: what of each is under way, and what its limits refused.

Every client has one, with limits or without. An idle one gives way when there are too many.
"""

from collections.abc import Iterator
from dataclasses import replace

from llmgw_desktop.domain.policy import LimitReached, LimitRefusal, PolicyError
from llmgw_desktop.domain.principal import Principal
from llmgw_desktop.domain.turned_back import TooManyConnections, TurnedBack

MOST_VISITS = 1000


class Visit:
    """Of one client. `running`: its requests and runs, counted where they begin and end."""

    __slots__ = ("client_id", "known", "name", "refusals", "running")

    def __init__(self, principal: Principal) -> None:
        self.client_id, self.name = principal.client_id, principal.name
        self.known = principal.known_as
        self.running = 0
        self.refusals: dict[str, LimitRefusal] = {}
        """By their kind, of which there are few."""

    def refused(self, error: PolicyError | TurnedBack, now_s: float) -> None:
        last = self.refusals.get(error.kind)
        waits_s: float | None = None
        if isinstance(error, LimitReached | TooManyConnections):
            waits_s = error.retry_after_s
        self.refusals[error.kind] = LimitRefusal(
            kind=error.kind,
            words=str(error),
            count=1 if last is None else last.count + 1,
            last_at_s=now_s,
            opens_at_s=None if waits_s is None else now_s + waits_s,
        )

    def limits_changed(self, now_s: float) -> None:
        """When it would have opened nobody knows any more: the next one that comes finds out."""
        for kind, last in self.refusals.items():
            if last.opens_at_s is not None and last.opens_at_s > now_s:
                self.refusals[kind] = replace(last, opens_at_s=now_s)


class Visits:
    """Of all clients. On the loop."""

    def __init__(self) -> None:
        self._visits: dict[str, Visit] = {}

    def __iter__(self) -> Iterator[Visit]:
        return iter(tuple(self._visits.values()))

    def of(self, principal: Principal) -> Visit:
        visit = self._visits.get(principal.client_id)
        if visit is None:
            if len(self._visits) >= MOST_VISITS:
                self._make_room()
            visit = self._visits[principal.client_id] = Visit(principal)
        return visit

    def seen(self, principal: Principal) -> Visit:
        """Only looked at: who has not come is not remembered for it."""
        return self._visits.get(principal.client_id) or Visit(principal)

    def _make_room(self) -> None:
        """Who came first and has nothing under way is forgotten."""
        idle = next((each for each in self._visits.values() if not each.running), None)
        if idle is not None:
            del self._visits[idle.client_id]
