"""Sessions of the era that begins with `initialize`, as far as others than the SDK know them, and
the few words of ASGI that the SDK is spoken to with.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llmgw_desktop.engine.mcp.changes import Listener


Notify = Callable[[str, Mapping[str, Any] | None], Coroutine[Any, Any, None]]

_OWN_IDS = "llmgw-asks-"
_NOTHING: Mapping[str, Any] = {}


class McpSession:
    """One that is open, with whoever opened it: to any other client it is not there."""

    __slots__ = (
        "_asked",
        "_count",
        "capabilities",
        "client_id",
        "id",
        "listener",
        "log_level",
        "notify",
        "touch",
        "version",
    )

    def __init__(
        self,
        session_id: str,
        client_id: str,
        version: str,
        *,
        notify: Notify,
        touch: Callable[[], None],
        capabilities: Mapping[str, Any] | None = None,
    ) -> None:
        self.id = session_id
        self.client_id = client_id
        self.version = version
        """Of the protocol, as it was agreed upon."""
        self.notify = notify
        self.touch = touch
        """Say that it is in use."""
        self.listener: Listener | None = None
        self.capabilities: Mapping[str, Any] = capabilities or _NOTHING
        """What the client says that it can be asked."""
        self.log_level = "info"
        """Of the messages that it wants to hear, the least."""
        self._asked: dict[str, asyncio.Future[Mapping[str, Any]]] | None = None
        self._count = 0

    def question(self) -> tuple[str, asyncio.Future[Mapping[str, Any]]]:
        """The id of another one, and where the client's whole answer will be."""
        self._count += 1
        number = f"{_OWN_IDS}{self._count}"
        answer: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        if self._asked is None:
            self._asked = {}
        self._asked[number] = answer
        return number, answer

    def forget(self, number: str) -> None:
        if self._asked is not None:
            self._asked.pop(number, None)

    def take(self, message: Mapping[str, Any]) -> bool:
        """Whether it is the answer to a question that `question` made."""
        number = message.get("id")
        if "method" in message or not isinstance(number, str) or self._asked is None:
            return False
        answer = self._asked.pop(number, None)
        if answer is not None and not answer.done():
            answer.set_result(message)
        return answer is not None


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
