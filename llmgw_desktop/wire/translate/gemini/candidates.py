"""What an object of a Gemini answer holds: its one candidate, the parts of it, or a failure."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.answer import AnswerFailed
from llmgw_desktop.domain.content import Signature, Text, Thinking, Vendor
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.wire.gemini import status_of_kind


def first_candidate(chunk: Mapping[str, Any]) -> dict[str, Any] | None:
    candidates = chunk.get("candidates")
    if candidates is None:
        return None
    if type(candidates) is not list:
        raise UpstreamGarbage("The provider's answer has candidates that are no list.")
    for candidate in candidates:
        if type(candidate) is not dict:
            raise UpstreamGarbage("The provider's answer has a candidate that is no object.")
        if not candidate.get("index"):
            return candidate
    return None


def parts_in(candidate: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = candidate.get("content")
    if content is None:
        return []
    parts = content.get("parts") if type(content) is dict else 0
    if parts is None:
        return []
    if type(parts) is list:
        for part in parts:
            if type(part) is not dict:
                break
        else:
            return parts
    raise UpstreamGarbage("The provider's answer has parts that are no list of objects.")


def kind_of(part: Mapping[str, Any]) -> type[Text] | type[Thinking]:
    return Thinking if part.get("thought") is True else Text


def seal_in(part: Mapping[str, Any]) -> Signature | None:
    data = part.get("thoughtSignature")
    if not data or not isinstance(data, str):
        return None
    return Signature(vendor=Vendor.GOOGLE, data=data)


def failure_of(error: object) -> AnswerFailed:
    """Of the member `error`."""
    told = error if type(error) is dict else {"message": str(error)}
    word, code = told.get("status"), told.get("code")
    kind = word if isinstance(word, str) else ""
    message = told.get("message")
    return AnswerFailed(
        message=message if isinstance(message, str) and message else "no message",
        kind=kind,
        status=code if type(code) is int and 400 <= code < 600 else status_of_kind(kind),
    )
