"""Sessions of the era that begins with `initialize`, as far as others than the SDK know them, and
the few words of ASGI that the SDK is spoken to with.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llmgw_desktop.engine.mcp.changes import Listener


Notify = Callable[[str, Mapping[str, Any] | None], Awaitable[None]]


class McpSession:
    """One that is open, with whoever opened it: to any other client it is not there."""

    __slots__ = ("client_id", "id", "listener", "notify", "touch", "version")

    def __init__(
        self,
        session_id: str,
        client_id: str,
        version: str,
        *,
        notify: Notify,
        touch: Callable[[], None],
    ) -> None:
        self.id = session_id
        self.client_id = client_id
        self.version = version
        """Of the protocol, as it was agreed upon."""
        self.notify = notify
        self.touch = touch
        """Say that it is in use."""
        self.listener: Listener | None = None


class McpSessions:
    """By their ids. The SDK's side enters them and takes them out."""

    def __init__(self) -> None:
        self._open: dict[str, McpSession] = {}

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[McpSession]:
        return iter(tuple(self._open.values()))

    def find(self, session_id: str, client_id: str) -> McpSession | None:
        session = self._open.get(session_id)
        return session if session is not None and session.client_id == client_id else None

    def enter(self, session: McpSession) -> None:
        self._open[session.id] = session

    def take_out(self, session_id: str) -> None:
        session = self._open.pop(session_id, None)
        if session is not None and session.listener is not None:
            session.listener.stop()


Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
