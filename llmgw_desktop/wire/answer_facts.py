"""What an accountant takes from a vendor's answer, the same for every protocol.

Where the figures stand in an answer is known to the protocols' files; here is only what they
share: which values are believed, and how much of them is kept.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.domain.values import value
from llmgw_desktop.wire.json_scan import parse_object
from llmgw_desktop.wire.json_values import parse_json

_MOST_TOKENS = 10**12
_LONGEST_WORD = 200
_LONGEST_ERROR = 2000
_LARGEST_ERROR_BYTES = 1 << 20
"""More than this tells of no error; parsed, it could take many times its size in memory."""


@value
class AnswerFacts:
    """Read from a whole answer; None where the vendor was silent."""

    usage: Usage = UNKNOWN_USAGE
    stop_reason: str | None = None
    model: str | None = None
    error_text: str | None = None
    answer_id: str | None = None
    """Where a later request may go on from it by this id."""


def parse_answer(body: bytes) -> dict[str, Any]:
    """UpstreamGarbage on anything but one JSON object."""
    try:
        return parse_object(body)
    except ValueError as error:
        raise UpstreamGarbage(f"The provider's answer is {error}.") from None


def object_in(parent: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A member that is an object; empty when it is missing or anything else."""
    value = parent.get(name)
    return value if type(value) is dict else {}


def count_in(parent: Mapping[str, Any], *names: str) -> int | None:
    """The first of these members that is a believable count; null and nonsense are no counts."""
    for name in names:
        value = parent.get(name)
        if type(value) is int and 0 <= value <= _MOST_TOKENS:
            return value
    return None


def word_in(parent: Mapping[str, Any], name: str) -> str | None:
    """A member that is a non-empty string, cut to a sane length."""
    value = parent.get(name)
    return value[:_LONGEST_WORD] if isinstance(value, str) and value else None


def error_in(payload: Mapping[str, Any]) -> str | None:
    """`type: message` of an error member, in the shapes that vendors use; None when there is none.

    A false or empty member is no error: some servers send `"error": null` with every chunk. Older
    vLLM servers send the error as the object itself.
    """
    error = payload if payload.get("object") == "error" else payload.get("error")
    if not error:
        return None
    if type(error) is not dict:
        return str(error)[:_LONGEST_ERROR]
    message = error.get("message")
    text = message if isinstance(message, str) and message else "no message"
    kind = error.get("type") or error.get("code")
    return (f"{kind}: {text}" if isinstance(kind, str | int) else text)[:_LONGEST_ERROR]


def told_error(body: bytes) -> str | None:
    """`type: message` of an error answer of any protocol; None for what tells of none."""
    if len(body) > _LARGEST_ERROR_BYTES:
        return None
    try:
        payload = parse_json(body)
    except ValueError:
        return None
    if type(payload) is list and payload:  # Gemini's streams without server-sent events
        payload = payload[0]
    return error_in(payload) if type(payload) is dict else None
