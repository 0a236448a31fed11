"""What the engine needs to know of a model protocol, gathered from `wire/` into one value.

A door has one dialect; the pipeline asks it and never looks into a body by itself.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from llmgw_desktop.domain.model.prompt import ModelRequest
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.domain.values import value
from llmgw_desktop.wire.answer_facts import AnswerFacts, AnswerTold
from llmgw_desktop.wire.json_edits import Body


class StreamAccountant(AnswerTold, Protocol):
    """Reads a copy of a stream and never touches it."""

    def feed(self, chunk: bytes) -> bool:
        """Whether the chunk is of whole frames, with none begun before it, that tell nothing."""

    def finish(self) -> None:
        """Nothing more comes: a last frame without its blank line counts."""

    @property
    def error_text(self) -> str | None:
        """The provider's own words if an error came inside the stream."""

    @property
    def is_complete(self) -> bool:
        """The protocol's own last word was read."""

    @property
    def has_finish(self) -> bool:
        """The model gave its reason to stop."""

    @property
    def tail(self) -> bytes:
        """The beginning of a frame whose end has not come."""

    @property
    def next_number(self) -> int:
        """Of the event that would come next, in protocols that number them; else 0."""


class ChunkFilter(Protocol):
    """Takes out of a stream what the caller did not ask for."""

    def feed(self, chunk: bytes, *, is_plain: bool = False) -> bytes:
        """`is_plain`: as the accountant says of the chunk."""

    def flush(self) -> bytes: ...


class StreamError(Protocol):
    """Makes the frame that ends a broken stream honestly."""

    def __call__(self, message: str, kind: str, *, tail: bytes = b"", number: int = 0) -> bytes: ...


@value(kw_only=False)
class Outgoing:
    """A request's body as it leaves us, and what hides our own edits on the way back."""

    body: Body
    filter: ChunkFilter | None = None


def is_json(headers: Mapping[str, str]) -> bool:
    kind = headers.get("Content-Type", "")
    return kind.startswith("application/json") or "+json" in kind


def is_event_stream(headers: Mapping[str, str]) -> bool:
    return headers.get("Content-Type", "").startswith("text/event-stream")


@value
class Dialect:
    """One protocol's reading and writing, same protocol in and out."""

    protocol: ModelProtocol
    read_request: Callable[[bytes, str], tuple[dict[str, Any], str, bool]]
    """(Body, path) → (top-level fields, model, streaming). Raises MalformedRequest."""
    edit: Callable[[ModelRequest, Candidate], Outgoing]
    """The declared edits for this candidate; the caller's own bytes where none are due."""
    stream_reader: Callable[[], StreamAccountant]
    read_answer: Callable[[bytes], AnswerFacts]
    """Raises UpstreamGarbage."""
    stream_error: StreamError
    is_whole: Callable[[StreamAccountant], bool]
    """Whether a stream that has ended did reach its end, as strictly as its servers allow."""
    is_stream: Callable[[Mapping[str, str]], bool] = is_event_stream
    """Whether a good answer with these headers is a stream."""
