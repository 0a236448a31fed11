"""What a conversation is made of: messages of somebody, in parts.

Also how to read JSON of unknown shape without ever failing on it. Which dialect puts what where
is left to the readers beside this file.
"""

import json
from collections.abc import Mapping
from enum import StrEnum

import orjson

from llmgw_desktop.app.flights.recorded_body import json_value
from llmgw_desktop.app.words.figures import size_text
from llmgw_desktop.domain.values import value

BROKE_OFF = "broke off"
"""The note of an answer whose end never came."""
_TYPE_ENDINGS = ("_call_output", "_output", "_call")


class SpeakerRole(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    TOOLS = "tools"
    """The tools on offer; not a speaker, shown in a message of its own."""
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    """A tool's result."""
    ERROR = "error"
    OTHER = "other"


class SpokenPart(StrEnum):
    """What a part of a message is."""

    TEXT = "text"
    THINKING = "thinking"
    TOOL_CALL = "tool_call"
    TOOL_RESULT = "tool_result"
    TOOL_OFFER = "tool_offer"
    HOSTED = "hosted"
    """A tool that the provider itself ran."""
    IMAGE = "image"
    FILE = "file"
    OTHER = "other"


@value
class Part:
    """`title` names it (a tool, a file); `text` is as recorded, not yet harmless to show."""

    kind: SpokenPart
    text: str = ""
    title: str = ""
    call_id: str = ""
    """Joins a tool's result to its call."""
    is_failure: bool = False


@value
class SpokenMessage:
    """`note` says what is particular: a stop reason, that it broke off."""

    role: SpeakerRole
    parts: tuple[Part, ...]
    name: str = ""
    """The role in the dialect's own word, where ours is OTHER, or a speaker's name."""
    note: str = ""


def answer_text(messages: tuple[SpokenMessage, ...]) -> str:
    """What the assistant said, without its thinking and tool calls."""
    return "\n\n".join(
        part.text
        for message in messages
        if message.role is SpeakerRole.ASSISTANT
        for part in message.parts
        if part.kind is SpokenPart.TEXT and part.text
    )


def object_of(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def text_of(value: object) -> str:
    """A string as it is, nothing for null, anything else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json_text(value)


def json_text(value: object) -> str:
    """Laid out in lines, for tool arguments and what we have no name for."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    except TypeError:  # halves of surrogate pairs, integers over 64 bits, very deep nesting
        pass
    try:
        return json.dumps(value, ensure_ascii=False, indent=2)
    except (TypeError, ValueError, RecursionError):
        return "(nested too deeply to show)"


def error_message(error: object) -> SpokenMessage:
    """Every dialect puts an object with a message here, some servers only a string."""
    fields = object_of(error)
    text = text_of(fields.get("message")) if fields else text_of(error)
    part = Part(kind=SpokenPart.TEXT, text=text or text_of(error))
    kind = fields.get("type") or fields.get("status") or fields.get("code")
    return SpokenMessage(role=SpeakerRole.ERROR, parts=(part,), note=text_of(kind))


def call_part(name: str, arguments: str, call_id: str) -> Part:
    """Arguments that are JSON in a text are laid out, others shown as they are."""
    value = json_value(arguments) if arguments else {}
    shown = arguments if value is None else json_text(value)
    return Part(kind=SpokenPart.TOOL_CALL, title=name, text=shown, call_id=call_id)


def offer_part(name: str, description: str, schema: object) -> Part:
    told = (description, "" if schema is None else json_text(schema))
    text = "\n\n".join(each for each in told if each)
    return Part(kind=SpokenPart.TOOL_OFFER, title=name, text=text)


def call_messages(body: bytes) -> tuple[SpokenMessage, ...]:
    """Of a call of a tool of another MCP server."""
    asked = object_of(json_value(body))
    part = call_part(text_of(asked.get("name")), json_text(asked.get("arguments") or {}), "")
    return (SpokenMessage(role=SpeakerRole.ASSISTANT, parts=(part,)),) if asked else ()


def result_messages(body: bytes) -> tuple[SpokenMessage, ...]:
    """What came of it; what is too long to be recorded whole is not read."""
    told = object_of(json_value(body))
    is_failure = told.get("isError") is True
    parts = [_result_part(object_of(each), is_failure) for each in list_of(told.get("content"))]
    structured = told.get("structuredContent")
    if structured is not None and not parts:
        text = json_text(structured)
        parts = [Part(kind=SpokenPart.TOOL_RESULT, text=text, is_failure=is_failure)]
    return (SpokenMessage(role=SpeakerRole.TOOL, parts=tuple(parts)),) if parts else ()


def _result_part(block: Mapping[str, object], is_failure: bool) -> Part:
    kind = text_of(block.get("type"))
    if kind == "text":
        text = text_of(block.get("text"))
        return Part(kind=SpokenPart.TOOL_RESULT, text=text, is_failure=is_failure)
    title = text_of(block.get("mimeType")) or kind
    if kind in ("image", "audio"):
        size = size_text(len(text_of(block.get("data"))) * 3 // 4)
        part = SpokenPart.IMAGE if kind == "image" else SpokenPart.FILE
        return Part(kind=part, title=title, text=size)
    return Part(kind=SpokenPart.OTHER, title=title, text=json_text(block))


def words_of_type(kind: str) -> str:
    """`web_search_call` is «web search»."""
    for ending in _TYPE_ENDINGS:
        kind = kind.removesuffix(ending)
    return kind.replace("_", " ")


def image_part(media_type: str, encoded: str, where: str = "") -> Part:
    """A placeholder with the size: pictures that programs sent are not decoded here."""
    if where:
        return Part(kind=SpokenPart.IMAGE, title=f"image at {where}")
    return Part(kind=SpokenPart.IMAGE, title=f"{media_type or 'image'}, {encoded_size(encoded)}")


def file_part(name: str, encoded: str, text: str = "") -> Part:
    size = encoded_size(encoded) if encoded else size_text(len(text.encode("utf-8", "replace")))
    return Part(kind=SpokenPart.FILE, title=f"{name or 'file'}, {size}", text=text)


def encoded_size(encoded: str) -> str:
    """Of base64 text, what it holds."""
    return size_text(len(encoded) * 3 // 4 - encoded[-2:].count("="))


def split_data_url(url: str) -> tuple[str, str]:
    """Media type and base64 text of a data URL; empty for any other URL."""
    if not url.startswith("data:"):
        return "", ""
    head, _, encoded = url[5:].partition(",")
    return head.partition(";")[0], encoded
