"""A model's answer, free of any vendor's protocol: whole, or as the events in which it comes.

The events of one answer are: AnswerBegun once, first; then for each item ItemBegun, ItemGrew …,
ItemEnded (items may overlap, each has its index, indices are contiguous from 0 in the order in
which items begin); UsageTold at any time, with all that is known by then: the last one holds; then
exactly one of AnswerEnded and AnswerFailed, after which a UsageTold may come, but nothing else.
Whoever ends without one of them was cut.
"""

from enum import StrEnum

from llmgw_desktop.domain.model.content import Citation, Item, Signature
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.domain.values import value


class StopKind(StrEnum):
    """Why a model stopped."""

    END = "end"
    TOOLS = "tools"
    """It waits for the results of its calls."""
    LENGTH = "length"
    """The tokens that were allowed are used up."""
    CONTEXT = "context"
    """The model's window is full."""
    STOP_SEQUENCE = "stop_sequence"
    REFUSAL = "refusal"
    """It refused, or a filter did."""
    PAUSE = "pause"
    """A long turn of the vendor's own tools; the caller may go on."""


@value
class Stop:
    kind: StopKind
    sequence: str | None = None
    """The stop sequence that was met, where the vendor tells."""
    vendor_word: str | None = None
    """The vendor's own word, for records."""


@value
class Answer:
    """A whole one."""

    id: str
    model: str
    items: tuple[Item, ...]
    stop: Stop
    usage: Usage = UNKNOWN_USAGE
    created_s: int | None = None
    cost_usd: float | None = None
    """Where whoever answered told it; most leave it to be computed."""


@value
class AnswerBegun:
    id: str
    model: str
    created_s: int | None = None


@value
class ItemBegun:
    """`item` with what is known at its beginning, the growing part (text, arguments) empty.

    An item that does not grow (an image, redacted thinking, a hosted item) is given whole here.
    """

    index: int
    item: Item


@value
class ItemGrew:
    """More of a Text's, Thinking's or Refusal's text, or of a ToolCall's arguments."""

    index: int
    more: str


@value
class ItemCited:
    index: int
    citation: Citation


@value
class ItemEnded:
    index: int
    signature: Signature | None = None
    """Of a Thinking, a Text or a ToolCall, where it came after the beginning."""


@value
class UsageTold:
    usage: Usage
    cost_usd: float | None = None
    """In US dollars, where whoever answers tells it."""


@value
class AnswerEnded:
    stop: Stop


@value
class AnswerFailed:
    """The vendor said inside the stream that it failed."""

    message: str
    kind: str = ""
    """The vendor's own type or code."""
    status: int | None = None
    """The HTTP status that this would have been, where that is known."""


AnswerEvent = (
    AnswerBegun
    | ItemBegun
    | ItemGrew
    | ItemCited
    | ItemEnded
    | UsageTold
    | AnswerEnded
    | AnswerFailed
)
