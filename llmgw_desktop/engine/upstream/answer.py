"""What every upstream is asked and gives back, be it a vendor's server or the practice provider.

The pipeline relays an answer without knowing where it comes from; who speaks to whom is the
business of the files beside this one. OpenAI's family writes the version into the base URL,
Anthropic and Google do not.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from typing import Protocol
from urllib.parse import quote

from llmgw_desktop.domain.access.principal import LOCAL, Principal
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.http1.head import HeadNotes
from llmgw_desktop.wire.json_edits import Body


def _nobody_listens() -> None:
    pass


@value
class UpstreamCall:
    """A request as it leaves us, but for the credential, which the upstream's client adds."""

    candidate: Candidate
    operation: Operation
    streaming: bool
    body: Body
    headers: Mapping[str, str]
    """What may be passed on of the caller's headers."""
    came_by: Mapping[str, str] = field(default_factory=dict)
    """The caller's headers as they came, for what is told to gateways alone."""
    query: str = ""
    project: str = ""
    """Whose credentials are to be used."""
    principal: Principal = LOCAL
    """For whom."""
    flight_id: str = ""
    notes: HeadNotes | None = None
    """Of the caller's head, where `headers` and `came_by` are of it alone."""
    connected: Callable[[], None] = _nobody_listens
    """Called once when a connection is in hand and the request is about to be sent."""


class UpstreamAnswer(Protocol):
    """An answer whose head has arrived. `close` must be called, whatever happens."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Case-insensitive; only what may be passed on to the caller."""

    async def read(self) -> bytes:
        """The next piece of the body as the upstream framed it; empty at its end.

        A method and not an iterator: asyncio keeps books of every asynchronous generator, which
        costs more than the reading. Raises UpstreamCut when the body breaks off, UpstreamTimeout
        when it falls silent, UpstreamGarbage when it is garbled.
        """

    def said_all(self) -> None:
        """The protocol's last word was read: what does not come soon is not waited for."""

    async def close(self) -> None:
        """Give the connection back if the body was read to its end, else close it at once."""


def whole_at_once(answer: UpstreamAnswer) -> bytes | None:
    """The body, where it came with its head and nobody stands between; else None. Raises
    UpstreamGarbage."""
    straight = getattr(answer, "whole", None)
    body: bytes | None = None if straight is None else straight()
    return body


async def relayed(answer: UpstreamAnswer, take: Callable[[bytes], bool]) -> bool:
    """Give `take` what comes of the body, until it is at its end (True), or until `take` wants no
    more for now (False). Where nobody stands between, what came together comes in one piece, and
    at once: `take` is then called by whoever reads the socket. Raises as `read`, and what `take`
    raises."""
    straight = getattr(answer, "relay", None)
    if straight is None:
        return await piece_by_piece(answer.read, take)
    is_over: bool = await straight(take)
    return is_over


async def piece_by_piece(
    read: Callable[[], Awaitable[bytes]], take: Callable[[bytes], bool]
) -> bool:
    """As `relayed`, for an answer that has no other way."""
    while piece := await read():
        if not take(piece):
            return False
    return True


class UpstreamClient(Protocol):
    """One way of reaching upstreams."""

    async def send(self, call: UpstreamCall) -> UpstreamAnswer:
        """Raises KeyMissing, UpstreamRefused or UpstreamTimeout. A vendor's error status is
        an answer."""


_DOTS = frozenset({"", ".", ".."})
"""Parts of a path that servers take for steps to elsewhere."""
_PATHS: Mapping[tuple[ModelProtocol, Operation], str] = {
    (ModelProtocol.ANTHROPIC, Operation.GENERATE): "/v1/messages",
    (ModelProtocol.ANTHROPIC, Operation.COUNT_TOKENS): "/v1/messages/count_tokens",
    (ModelProtocol.OPENAI_CHAT, Operation.GENERATE): "/chat/completions",
    (ModelProtocol.OPENAI_CHAT, Operation.EMBED): "/embeddings",
    (ModelProtocol.OPENAI_RESPONSES, Operation.GENERATE): "/responses",
    (ModelProtocol.OPENAI_RESPONSES, Operation.COUNT_TOKENS): "/responses/input_tokens",
    (ModelProtocol.OPENAI_RESPONSES, Operation.COMPACT): "/responses/compact",
    (ModelProtocol.CODEX, Operation.GENERATE): "/responses",
    (ModelProtocol.CODEX, Operation.COMPACT): "/responses/compact",
}


def upstream_path(call: UpstreamCall) -> str:
    """Raises MalformedRequest for a model's name that would lead elsewhere."""
    upstream = call.candidate.upstream
    if upstream.protocol is not ModelProtocol.GEMINI:
        return _PATHS[upstream.protocol, call.operation]
    name = call.candidate.model
    if not name.startswith(("models/", "tunedModels/")):
        name = f"models/{name}"
    if not _DOTS.isdisjoint(name.split("/")):
        raise MalformedRequest("expected the name of a model, without '.' or '..'", path="$.model")
    return f"/v1beta/{quote(name, safe='/')}:{_action(call)}"


def _action(call: UpstreamCall) -> str:
    if call.operation is Operation.COUNT_TOKENS:
        return "countTokens"
    return "streamGenerateContent" if call.streaming else "generateContent"
