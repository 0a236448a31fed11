"""Tells MCP clients that what they read or listed may be otherwise now, and nobody of another's.

Several changes at once are one piece of news: whoever hears it reads anew anyway.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from llmgw_desktop.domain.events import (
    ApprovalDecided,
    Event,
    JobChanged,
    ServerResourceChanged,
    SettingsChanged,
    ToolServersChanged,
    WorktreesChanged,
)
from llmgw_desktop.domain.mcp_server import ADDRESS
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.mcp import listing
from llmgw_desktop.engine.mcp.behind.callers import Party
from llmgw_desktop.engine.mcp.behind.pins import digest_of
from llmgw_desktop.engine.mcp.behind.tool_servers import ToolServers
from llmgw_desktop.engine.mcp.offer import McpOffer, Visitor, found
from llmgw_desktop.engine.mcp.tool import NotFound

GATHERED_S = 0.1
_OF_SERVER: frozenset[type] = frozenset({ServerResourceChanged})
MOST_ADDRESSES = 200
"""That one listener may name."""

TOOLS, PROMPTS, RESOURCES = "tools", "prompts", "resources"


class Change(NamedTuple):
    """Of one list, or of what stands at one address."""

    what: str
    uri: str = ""


Hear = Callable[[tuple[Change, ...]], None]


class Listener:
    """Who hears of what; `stop` ends it."""

    def __init__(
        self, visitor: Visitor, hear: Hear, stop: Callable[["Listener"], None], session: str = ""
    ) -> None:
        self.visitor = visitor
        self.party = Party.of(visitor.principal, session)
        self.hear = hear
        self.addresses: dict[str, frozenset[type]] = {}
        """With the events after which each may read otherwise."""
        self.lists: dict[str, int] = {}
        """A digest of each as it stood when he last heard of it."""
        self.pending: dict[Change, None] = {}
        self.timer: asyncio.TimerHandle | None = None
        self._stop = stop

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        self._stop(self)

    def tell(self) -> None:
        self.timer = None
        changes, self.pending = tuple(self.pending), {}
        self.hear(changes)


class OfferChanges:
    """Listens to the bus while anybody listens to it."""

    def __init__(self, offer: McpOffer, bus: Bus) -> None:
        self._offer = offer
        self.bus = bus
        self._listeners: dict[Listener, None] = {}
        self._unsubscribe: Callable[[], None] | None = None

    def __len__(self) -> int:
        return len(self._listeners)

    @property
    def behind(self) -> ToolServers | None:
        """Other servers, as far as any is offered."""
        return self._offer.toolbox.behind

    def listen(
        self, visitor: Visitor, hear: Hear, addresses: Iterable[str] = (), *, session: str = ""
    ) -> Listener:
        """`hear` is quick and never raises."""
        listener = Listener(visitor, hear, self._forget, session)
        listener.lists = self._lists(visitor)
        for uri in addresses:
            self.follow(listener, uri)
        self._listeners[listener] = None
        if self._unsubscribe is None:
            self._unsubscribe = self.bus.subscribe(self._happened)
        return listener

    def follow(self, listener: Listener, uri: str) -> bool:
        """Whether there is anything at the address for him; what is not never changes."""
        if uri in listener.addresses:
            return True
        if len(listener.addresses) >= MOST_ADDRESSES:
            return False
        if uri.startswith(ADDRESS):
            return self._follow_behind(listener, uri)
        try:
            resource, _ = found(self._offer, listener.visitor, uri)
        except NotFound:
            return False
        listener.addresses[uri] = resource.changes_with
        return True

    def leave(self, listener: Listener, uri: str) -> None:
        """He wants to hear of it no longer."""
        is_behind = listener.addresses.pop(uri, None) == _OF_SERVER
        if is_behind and (behind := self.behind) is not None:
            visitor = listener.visitor
            whose = visitor.principal, visitor.profile
            behind.shelf.follow(*whose, uri, listener.party, by=-1)

    def _follow_behind(self, listener: Listener, uri: str) -> bool:
        behind, visitor = self.behind, listener.visitor
        whose = visitor.principal, visitor.profile
        if behind is None or not behind.shelf.follow(*whose, uri, listener.party):
            return False
        listener.addresses[uri] = _OF_SERVER
        return True

    def _forget(self, listener: Listener) -> None:
        for uri in tuple(listener.addresses):
            self.leave(listener, uri)
        self._listeners.pop(listener, None)
        if not self._listeners and self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def _happened(self, event: Event) -> None:
        kind, owner = type(event), _owner(event)
        for listener in tuple(self._listeners):
            if owner is None or owner == listener.visitor.principal.client_id:
                changes = [
                    Change(RESOURCES, uri)
                    for uri, changes_with in listener.addresses.items()
                    if kind in changes_with
                    and (
                        not isinstance(event, ServerResourceChanged)
                        or (event.address == uri and event.caller in (None, listener.party.key))
                    )
                ]
                if kind is SettingsChanged or kind is ToolServersChanged:
                    changes += self._changed_lists(listener)
                self._note(listener, changes)

    def _changed_lists(self, listener: Listener) -> list[Change]:
        before, listener.lists = listener.lists, self._lists(listener.visitor)
        return [Change(what) for what, names in listener.lists.items() if before[what] != names]

    def _lists(self, visitor: Visitor) -> dict[str, int]:
        offer = self._offer
        resources = listing.resources_allowed(offer, visitor)
        tools = offer.toolbox.shown(visitor.principal, visitor.profile)
        servers = offer.toolbox.behind
        behind = () if servers is None else _behind(servers, visitor)
        whose = visitor.principal, visitor.profile
        more = {} if servers is None else servers.shelf.named(*whose)
        found = {
            TOOLS: (*(tool.name for tool in tools), *behind),
            PROMPTS: (
                *(prompt.name for prompt in listing.prompts_allowed(offer, visitor)),
                *more.get(PROMPTS, ()),
            ),
            RESOURCES: (*(resource.uri for resource in resources), *more.get(RESOURCES, ())),
        }
        return {what: hash(names) for what, names in found.items()}

    @staticmethod
    def _note(listener: Listener, changes: Iterable[Change]) -> None:
        listener.pending.update(dict.fromkeys(changes))
        if listener.pending and listener.timer is None:
            loop = asyncio.get_running_loop()
            listener.timer = loop.call_later(GATHERED_S, listener.tell)


def _behind(servers: ToolServers, visitor: Visitor) -> Iterator[str]:
    """What a client's list says of their tools; another text where a tool is another."""
    for each in servers.shown(visitor.principal, visitor.profile):
        yield f"{each.name} {digest_of(each.shown())}"


def _owner(event: Event) -> str | None:
    """Whose it is alone; None is everybody's."""
    match event:
        case JobChanged(job=job):
            return job.owner
        case ApprovalDecided(approval=approval):
            return approval.owner
        case WorktreesChanged(owner=owner):
            return owner
    return None
