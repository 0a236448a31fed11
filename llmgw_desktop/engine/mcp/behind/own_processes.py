"""One process of a server for each of its callers, where it keeps something of a caller."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace

from llmgw_desktop.domain.mcp_server import McpServer
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.mcp.behind.callers import Party
from llmgw_desktop.engine.mcp.behind.peer import ServerFailed
from llmgw_desktop.engine.mcp.behind.server import BehindServer, ServerStanding

MOST_OWN = 32
"""Of one server. For the next one that rests, or is idle for longest, ends."""


class OwnProcesses:
    """On the loop. `make` gives one that does not run yet."""

    def __init__(self, make: Callable[[McpServer, Party], BehindServer]) -> None:
        self._make = make
        self._own: OrderedDict[tuple[str, tuple[str, str, str]], BehindServer] = OrderedDict()
        """By server and caller; the one that was used last comes last."""
        self._followed: dict[tuple[str, tuple[str, str, str]], Counter[str]] = {}
        """Of each caller the addresses there of which he wants to hear."""
        self._tasks = Tasks()

    def of(self, shared: BehindServer, party: Party | None) -> BehindServer:
        """The one that works for him. Raises ServerFailed where all others are at work."""
        is_shared = shared.server.share and (shared.side is None or not shared.side.is_mixed)
        if party is None or is_shared:
            return shared
        key = shared.name, party.key
        found = self._own.get(key)
        if found is None:
            self._make_room(shared.name)
            found = self._own[key] = self._make(shared.server, party)
            found.log_level = shared.log_level
            for uri, many in self._followed.get(key, {}).items():
                found.follow(uri, many)
        elif found.side is not None:
            found.side.owner = party  # whose way back is that of this call
        self._own.move_to_end(key)
        return found

    def follow(self, shared: BehindServer, uri: str, party: Party, by: int = 1) -> None:
        """He hears what his own process tells of it, now and later; where all share one, also what
        that one tells. Raises ServerFailed."""
        key = shared.name, party.key
        if shared.server.share:
            shared.follow(uri, by)
        elif by > 0:
            self.of(shared, party)
        followed = self._followed.setdefault(key, Counter())
        followed[uri] += by
        if followed[uri] <= 0:
            del followed[uri]
        if not followed:
            del self._followed[key]
        if (own := self._own.get(key)) is not None:
            own.follow(uri, by)

    def of_server(self, name: str) -> Iterator[BehindServer]:
        for (server, _), each in tuple(self._own.items()):
            if server == name:
                yield each

    def session_ended(self, client_id: str, session: str) -> None:
        """Nobody can use its processes any more."""
        for key in tuple(self._own):
            whose, _, which = key[1]
            if (whose, which) == (client_id, session):
                self._end(key)

    def end(self, name: str) -> None:
        """All of a server that is not offered so any more."""
        for key in tuple(self._own):
            if key[0] == name:
                self._end(key)

    async def close(self) -> None:
        own, self._own = self._own, OrderedDict()
        await asyncio.gather(*(each.close() for each in own.values()))
        await self._tasks.finish(3.0)

    def _end(self, key: tuple[str, tuple[str, str, str]]) -> None:
        self._tasks.start(self._own.pop(key).close(), name=f"end {key[0]} of a caller")

    def _make_room(self, name: str) -> None:
        """Raises ServerFailed."""
        own = [(key, each) for key, each in self._own.items() if key[0] == name]
        if len(own) < MOST_OWN:
            return
        idle = [key for key, each in own if not each.is_in_use]
        if not idle:
            raise ServerFailed(
                f"{name} works for {MOST_OWN} callers at once, and each has a process of its own:"
                " wait until one is done."
            )
        self._end(min(idle, key=lambda key: self._own[key].is_wanted))


def standing_of_all(shared: BehindServer, own: Iterator[BehindServer]) -> ServerStanding:
    """Of a server with all of its processes."""
    all_of_it = [shared.standing(), *(each.standing() for each in own)]
    told = [each for each in all_of_it if each.last_error_at_s is not None]
    last = max(told, key=lambda each: each.last_error_at_s or 0.0, default=all_of_it[0])
    used = [each for each in all_of_it if each.latency_ms is not None]
    return replace(
        all_of_it[0],
        is_running=any(each.is_running for each in all_of_it),
        pid=next((each.pid for each in all_of_it if each.pid), 0),
        pids=tuple(each.pid for each in all_of_it if each.pid),
        title=next((each.title for each in all_of_it if each.title), ""),
        calls=sum(each.calls for each in all_of_it),
        failures=sum(each.failures for each in all_of_it),
        latency_ms=used[-1].latency_ms if used else None,
        starts=sum(each.starts for each in all_of_it),
        last_error=last.last_error,
        last_error_at_s=last.last_error_at_s,
        log=next((each.log for each in reversed(all_of_it) if each.log), ()),
    )
