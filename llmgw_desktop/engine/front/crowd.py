"""Who holds the connections: a bound for each client and each address, and room for the person.

A connection is a stranger's until a key was shown on it. Strangers of this computer cannot be told
apart, and one of them may be the person: there the oldest that is quiet gives way to the newest.
All else that comes too many is told so, with its request, and closed.
"""

import logging
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from llmgw_desktop.domain.access.access_errors import TooManyConnections
from llmgw_desktop.domain.access.principal import Principal, PrincipalKind
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import GatewayClosed, LlmgwError
from llmgw_desktop.domain.policy import Flood
from llmgw_desktop.domain.settings.tables import LimitSettings
from llmgw_desktop.platform.environment import most_open_files

MOST_CONNECTIONS = 512
"""One person sits behind loopback. His programs hold a few connections each, and two hundred
streams at once are what the gateway is measured with; more than this is a leak or an attack."""
ONE_IN = 16
"""So much of them is kept for the person's own commands."""
QUIET_S = 0.5
"""A stranger that says nothing for so long may have to give way."""
MOST_FLOODS = 16
LOGGED_EVERY_S = 60.0
"""One line for each in so long, and one for each of MOST_FLOODS: who comes and goes at his bound
fills no log."""
TURNED_AWAY_AT_ONCE = 64
"""So many beyond those are told why they are not served; the rest is closed without a word."""
_OWN_FILES = 64
"""Descriptors for databases, logs, the loop and listening sockets."""
_PERSON = "\0person"
_log = logging.getLogger(__name__)


def connections_allowed() -> int:
    """Each caller may need one more connection, to a provider; what the system gives is shared."""
    files = most_open_files()
    if files is None:
        return MOST_CONNECTIONS
    return max(min(MOST_CONNECTIONS, (files - _OWN_FILES) // 2), 16)


class Held(Protocol):
    """One connection."""

    @property
    def is_idle(self) -> bool:
        """No request is under way on it."""

    def give_way(self) -> None:
        """Be closed."""


class _Seat:
    __slots__ = ("address", "came_at", "group", "is_late", "is_near")

    def __init__(self, address: str, came_at: float, *, is_near: bool) -> None:
        self.address, self.came_at, self.is_near = address, came_at, is_near
        self.is_late = False
        """More of its address were here than may be."""
        self.group = f"@{address}"
        """A client's id; `@` and an address while no key was shown."""


class _Begun:
    __slots__ = ("most", "name", "over_at", "refused", "since_s")

    def __init__(self, name: str, since_s: float, most: int, held: int) -> None:
        self.name, self.since_s, self.most = name, since_s, most
        self.over_at = min(held, most) * 3 // 4
        self.refused = 0


class Crowd:
    """All connections of one door. On the loop."""

    def __init__(
        self,
        clock: Clock,
        tell: Callable[[tuple[Flood, ...]], None] = lambda _: None,
        most: int = MOST_CONNECTIONS,
        quiet_s: float = QUIET_S,
    ) -> None:
        """`tell` hears when a flood begins and when it is over."""
        self._clock = clock
        self._tell = tell
        self.most = most
        self.quiet_s = quiet_s
        self._limits = LimitSettings()
        self._seats: dict[Held, _Seat] = {}
        self._strangers: dict[Held, _Seat] = {}
        """In the order in which they came."""
        self._counts: Counter[str] = Counter()
        """Connections by group."""
        self._names: dict[str, str] = {}
        """Of the clients that hold some."""
        self._remote: Counter[str] = Counter()
        """Those of other computers by address, with a key or without."""
        self._known = 0
        """Connections of clients."""
        self._floods: dict[str, _Begun] = {}
        self._logged: dict[str, float] = {}
        """When a line was written of a group."""

    def apply(self, limits: LimitSettings) -> None:
        self._limits = limits

    @property
    def held(self) -> int:
        """All connections."""
        return len(self._seats)

    @property
    def is_flooded(self) -> bool:
        """More than can be told why they are not served."""
        return len(self._seats) >= self.most + TURNED_AWAY_AT_ONCE

    @property
    def floods(self) -> tuple[Flood, ...]:
        """Those that go on."""
        return tuple(
            Flood(
                client_id="" if group.startswith("@") else group,
                name=begun.name,
                connections=self._held_by(group),
                most=begun.most,
                since_s=begun.since_s,
                refused=begun.refused,
            )
            for group, begun in self._floods.items()
        )

    def comes(self, held: Held, address: str, *, is_near: bool) -> LlmgwError | None:
        """One more connection; why no request on it is to be served but the person's own."""
        surplus = self._surplus(address, is_near=is_near)
        seat = _Seat(address, self._clock.monotonic_s(), is_near=is_near)
        seat.is_late = self._counts[seat.group] >= self._most_strangers
        self._seats[held] = self._strangers[held] = seat
        self._counts[seat.group] += 1
        if not is_near:
            self._remote[address] += 1
        return surplus

    def goes(self, held: Held) -> None:
        """Once more does no harm."""
        seat = self._seats.pop(held, None)
        if seat is None:
            return
        if not seat.is_near:
            self._take_one(self._remote, seat.address)
        self._leave(held, seat)

    def known(self, held: Held, principal: Principal, *, is_own: bool) -> None:
        """A key was shown on it. `is_own`: with it the person asks the gateway about itself.

        Raises TooManyConnections, GatewayClosed: it is to be closed then.
        """
        seat = self._seats.get(held)
        if seat is None:
            return
        is_own = is_own and principal.kind is PrincipalKind.LOCAL
        group = _PERSON if is_own else principal.client_id
        if group == seat.group:
            return
        if not is_own:
            self._check_room(group, principal, is_new=held in self._strangers)
        self._leave(held, seat)
        seat.group = group
        self._counts[group] += 1
        self._names[group] = principal.name
        self._known += 0 if is_own else 1

    def check_stranger(self, held: Held) -> None:
        """No key was shown, or a wrong one. Raises TooManyConnections."""
        seat = self._seats.get(held)
        if seat is None or not seat.is_late or held not in self._strangers:
            return
        if self._counts[seat.group] > self._most_strangers:
            raise self._refused_address(seat.address)

    def _surplus(self, address: str, *, is_near: bool) -> LlmgwError | None:
        most = self._most_strangers
        if not is_near and self._remote[address] >= most:
            return self._refused_address(address)
        if is_near:
            self._hold_to(most, address)
        if len(self._seats) < self.most:
            return None
        error = self._refused_all()
        while len(self._seats) >= self.most:
            if not self.make_room():
                return error
        return None

    def _hold_to(self, most: int, address: str) -> None:
        """Those of this computer that came too fast to be told from the person."""
        group = f"@{address}"
        while self._counts[group] >= most and self.make_room(address):
            self._note(group, most)

    def make_room(self, address: str = "") -> bool:
        """The oldest stranger gives way on whose connection nothing is under way, where there is
        one that has had its time to ask."""
        latest = self._clock.monotonic_s() - self.quiet_s
        for held, seat in self._strangers.items():
            if seat.came_at > latest:
                return False
            if held.is_idle and address in ("", seat.address):
                self.goes(held)
                held.give_way()
                return True
        return False

    def _check_room(self, group: str, principal: Principal, *, is_new: bool) -> None:
        most = self._most_of(self._limits.max_connections_per_client)
        if self._counts[group] >= most:
            self._note(group, most)
            raise TooManyConnections(
                f"'{principal.name}' holds {most} connections, which is all that one client may "
                f"(limits.max_connections_per_client)."
            )
        if is_new and self._known >= self.most - self.most // ONE_IN:
            raise self._refused_all()

    def _refused_address(self, address: str) -> TooManyConnections:
        most = self._most_strangers
        self._note(f"@{address}", most)
        return TooManyConnections(
            f"{address} holds {most} connections, which is all that one address may "
            f"(limits.max_connections_per_address)."
        )

    def _refused_all(self) -> GatewayClosed:
        """Whoever holds most of them is told of."""
        others = [each for each in self._counts if each != _PERSON]
        if others:
            most = max(others, key=self._counts.__getitem__)
            self._note(most, self._bound_of(most))
        return GatewayClosed(
            f"{self.most} connections are open, which is all that this gateway serves at once. "
            f"A program on this computer leaves too many of them open."
        )

    def _leave(self, held: Held, seat: _Seat) -> None:
        """Its group."""
        was_stranger = self._strangers.pop(held, None) is not None
        if not was_stranger and seat.group != _PERSON:
            self._known -= 1
        self._take_one(self._counts, seat.group)
        if seat.group not in self._counts:
            self._names.pop(seat.group, None)
        begun = self._floods.get(seat.group)
        if begun is not None and self._held_by(seat.group) <= begun.over_at:
            del self._floods[seat.group]
            self._tell(self.floods)

    def _note(self, group: str, most: int) -> None:
        """One more was refused, or made another give way."""
        begun = self._floods.get(group)
        if begun is not None:
            begun.refused += 1
        elif len(self._floods) < MOST_FLOODS:
            name = self._names.get(group) or group.removeprefix("@")
            held = self._held_by(group)
            begun = self._floods[group] = _Begun(name, self._clock.now_s(), most, held)
            begun.refused = 1
            self._log(group, name, held)
            self._tell(self.floods)

    def _log(self, group: str, name: str, held: int) -> None:
        now_s = self._clock.monotonic_s()
        lately = {of: at for of, at in self._logged.items() if now_s - at < LOGGED_EVERY_S}
        if group not in lately and len(lately) < MOST_FLOODS:
            lately[group] = now_s
            who = f"somebody at {name}" if group.startswith("@") else f"'{name}' ({group})"
            words = "%s holds %d connections; beyond %d they are closed (limits.max_connections_%s)"
            whose = "per_address" if group.startswith("@") else "per_client"
            _log.warning(words, who, held, self._bound_of(group), whose)
        self._logged = lately

    def _held_by(self, group: str) -> int:
        return max(self._counts[group], self._remote[group[1:]] if group[:1] == "@" else 0)

    def _bound_of(self, group: str) -> int:
        if group.startswith("@"):
            return self._most_strangers
        return self._most_of(self._limits.max_connections_per_client)

    @property
    def _most_strangers(self) -> int:
        return self._most_of(self._limits.max_connections_per_address)

    def _most_of(self, limit: int) -> int:
        """Where the system gives less than is usual, less."""
        return max(min(limit, limit * self.most // MOST_CONNECTIONS), 1)

    @staticmethod
    def _take_one(counts: Counter[str], name: str) -> None:
        counts[name] -= 1
        if counts[name] <= 0:
            del counts[name]
