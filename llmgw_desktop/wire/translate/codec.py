"""What each protocol offers to translation, and what it is told about the other side; and how hard
to think, in words for tokens.

A codec turns its protocol into a prompt and an answer of the pivot and back, and knows no other
protocol. All pairs come out of that: read with one codec, write with another.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Protocol

from llmgw_desktop.domain.model.answer import Answer, AnswerEvent
from llmgw_desktop.domain.model.content import Vendor
from llmgw_desktop.domain.model.prompt import Effort, Prompt, Reasoning
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.domain.values import value
from llmgw_desktop.wire.translate.carriers import IdRule, id_rule
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.tools import ToolNames


@value
class PromptTarget:
    """The upstream for which a request is written."""

    protocol: ModelProtocol
    kind: ProviderKind
    model: str

    @property
    def vendor(self) -> Vendor:
        """Whose signatures and file ids this upstream can read."""
        return _VENDORS.get(self.kind, Vendor.OTHER)

    @property
    def id_rule(self) -> IdRule:
        """What ids of calls this upstream takes."""
        return id_rule(self.protocol, self.kind, self.model)


_VENDORS = {
    ProviderKind.ANTHROPIC: Vendor.ANTHROPIC,
    ProviderKind.OPENAI: Vendor.OPENAI,
    ProviderKind.GOOGLE: Vendor.GOOGLE,
}


@value
class WrittenRequest:
    """A request as the upstream gets it."""

    body: bytes
    names: ToolNames
    """How to read the tools' names in the answer."""


@value
class RequestContext:
    """What a writer of answers must know of the request that is answered."""

    prompt: Prompt
    model: str
    """As the caller named it: answers repeat this name."""
    answer_id: str
    """A fresh id without prefix, letters and digits, for protocols that demand one of their own
    form and where the upstream gave none."""
    input_tokens: int | None = None
    """An estimate, for protocols that tell the prompt's tokens before the model has; else it is
    made where it is needed."""
    query: str = ""
    """Of the caller's address (Gemini: `alt=sse`)."""
    now_s: int = 0


MOST_OPEN_ITEMS = 1024
"""So many items of one answer may be open at once, or wait for each other. A hostile stream begins
them without end, and what is remembered of one takes many times the bytes that begin it."""


class EventReader(Protocol):
    """A stream's bytes become events, however they are split into chunks.

    What is not of the protocol raises UpstreamGarbage. A stream that just ends gives no
    AnswerEnded: the pipeline calls that cut.
    """

    grown: int
    """The item that the words of `more` belong to."""

    def feed(self, chunk: bytes) -> list[AnswerEvent]: ...

    def more(self, chunk: bytes) -> str:
        """As `feed` of a chunk that lets one item grow and does nothing else, as most do; without
        the event. Empty where that is not known to be so: then nothing was read, and it is to be
        fed."""

    def finish(self) -> list[AnswerEvent]:
        """Nothing more comes. A last frame without its blank line counts, and so does an end that
        the protocol leaves to the closing of the stream; a missing one is not invented. Half a
        frame is no garbage: the stream was cut."""


class EventWriter(Protocol):
    """Events become the bytes of a stream in the caller's protocol."""

    @property
    def content_type(self) -> str: ...

    def write(self, event: AnswerEvent) -> bytes:
        """May be empty where the protocol has to wait, or cannot say it."""

    def grow(self, index: int, more: str) -> bytes:
        """As `write` of an ItemGrew."""

    def fail(self, message: str, kind: str) -> bytes:
        """The honest end of a stream that broke; `kind` is of our errors or the vendor's."""


@value
class Codec:
    """One protocol, both ways."""

    protocol: ModelProtocol
    read_prompt: Callable[[Mapping[str, Any], str, bool, LossReport], Prompt]
    """(top-level fields, model, streaming, losses). Raises MalformedRequest with the JSON path."""
    write_prompt: Callable[[Prompt, PromptTarget, LossReport], WrittenRequest]
    """Raises MalformedRequest for what the target cannot do at all and leaving out would be
    wrong (several candidates, say)."""
    read_answer: Callable[[bytes, ToolNames], Answer]
    """Raises UpstreamGarbage."""
    write_answer: Callable[[Answer, RequestContext, LossReport], bytes]
    event_reader: Callable[[ToolNames], EventReader]
    event_writer: Callable[[RequestContext, LossReport], EventWriter]
    losses: Mapping[str, str] = field(default_factory=dict)
    """Of `losses.Feature`: what this protocol cannot carry as the target, with the reason."""


EFFORTS = {str(effort): effort for effort in Effort}
_BUDGETS = (
    (0, Effort.NONE),
    (512, Effort.MINIMAL),
    (1024, Effort.LOW),
    (8192, Effort.MEDIUM),
    (24576, Effort.HIGH),
)
_ORDER = list(Effort)


def effort_of(
    wanted: Reasoning, *, least: Effort = Effort.MINIMAL, most: Effort = Effort.XHIGH
) -> Effort | None:
    """The word for what is wanted, where a budget may have been given instead; None where the
    choice is the model's. A budget is never taken for less than `least`, but for none at all, nor
    for more than `most`."""
    budget = wanted.budget_tokens
    if wanted.effort is not None or budget is None or budget < 0:
        return wanted.effort
    effort = next((effort for limit, effort in _BUDGETS if budget <= limit), Effort.XHIGH)
    if effort is Effort.NONE:
        return effort
    return min(max(effort, least, key=_ORDER.index), most, key=_ORDER.index)
