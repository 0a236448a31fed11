"""Whether a request's history goes round in a circle: the same calls with the same results, or two
that say the same words to each other.

Only its end is looked at, at most HISTORY_BYTES of it, so a large body costs no more than a
middling one. What cannot be read is no loop. Nothing here knows what a tool does: `git status` may
well say the same four times in a day's work. So a call counts as repeated only where nothing new
came in between: of the calls since the first of the four at most a tenth stand there once.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from llmgw_desktop.domain.model.prompt import ModelRequest
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value
from llmgw_desktop.wire.json_edits import LargeObject

HISTORY_BYTES = 256 * 1024
TIMES = 4
"""So often the same call with the same result is a loop."""
_MOST_CALLS = 200
"""The newest of them."""
_NEW_ONE_IN = 10
_MOST_TRIES = 64
_SHOWN_CHARS = 1500
_HISTORY: Mapping[ModelProtocol, tuple[str, re.Pattern[bytes]]] = {
    **dict.fromkeys(
        (ModelProtocol.ANTHROPIC, ModelProtocol.OPENAI_CHAT),
        ("messages", re.compile(rb'\{\s*"(?:role|content|tool_call_id|tool_calls|name)"\s*:')),
    ),
    **dict.fromkeys(
        (ModelProtocol.OPENAI_RESPONSES, ModelProtocol.CODEX),
        (
            "input",
            re.compile(
                rb'\{\s*"(?:type|role|id|call_id|name|arguments|output|content|status)"\s*:'
            ),
        ),
    ),
    ModelProtocol.GEMINI: ("contents", re.compile(rb'\{\s*"(?:role|parts)"\s*:')),
}
"""Where each protocol has what was said, and how an entry of it may begin."""
_NOT_WORDS = re.compile(r"[\W\d_]+")


@value
class Repetition:
    """What goes round. `shown`: the repeated part, as it stands there, cut."""

    key: tuple[str, ...]
    """Says which; the same while it goes on."""
    words: str
    """A sentence."""
    shown: str


@value(kw_only=False)
class _Call:
    name: str
    asked: str
    result: str


@value(kw_only=False)
class _Said:
    """A text between two speakers."""

    is_models: bool
    text: str


_Step = _Call | _Said


def repetition_in(request: ModelRequest) -> Repetition | None:
    """None where it goes on as conversations do."""
    entries = history_end(request)
    if len(entries) < TIMES:
        return None
    steps = list(_steps(entries, request.protocol))
    if not steps:
        return None
    last = steps[-1]
    return _calls(steps, last) if isinstance(last, _Call) else _words(steps)


def history_end(request: ModelRequest) -> Sequence[Any]:
    """The newest entries of what was said, oldest first; empty where nothing can be read."""
    place = _HISTORY.get(request.protocol)
    if place is None:
        return ()
    name, beginning = place
    fields = request.fields
    if type(fields) is dict or not isinstance(fields, LargeObject):
        found = fields.get(name)
        return found if isinstance(found, list) else ()
    if name not in fields:
        return ()
    start, end = fields.place(name)
    if end - start <= HISTORY_BYTES:
        return _list(memoryview(request.body)[start:end])
    window = request.body[end - HISTORY_BYTES : end]
    for tries, found_at in enumerate(beginning.finditer(window)):
        if tries == _MOST_TRIES:
            break
        # one that stands deeper ends in a bracket too many, soon after it begins
        if entries := _list(b"[" + window[found_at.start() :]):
            return entries
    return ()


def _list(raw: bytes | memoryview) -> Sequence[Any]:
    try:
        found = orjson.loads(raw)
    except ValueError:
        return ()
    return found if isinstance(found, list) else ()


def _calls(steps: Sequence[_Step], last: _Call) -> Repetition | None:
    calls = [each for each in steps if isinstance(each, _Call)][-_MOST_CALLS:]
    places = [at for at, each in enumerate(calls) if each == last]
    if len(places) < TIMES:
        return None
    since = calls[places[-TIMES] :]
    often = Counter((each.name, each.asked, each.result) for each in since)
    if sum(times == 1 for times in often.values()) * _NEW_ONE_IN > len(since):
        return None
    return Repetition(
        key=("call", last.name, last.asked, last.result),
        words=f"The same call of {last.name[:80]} brought the same result {len(places)} times.",
        shown=f"{last.name}: {last.asked}"[:_SHOWN_CHARS] + f"\n→ {last.result}"[:_SHOWN_CHARS],
    )


def _words(steps: Sequence[_Step]) -> Repetition | None:
    """Four times the same to the model, with the same answers between them."""
    talk: list[_Said] = []
    for each in reversed(steps):
        if not isinstance(each, _Said) or len(talk) == 2 * TIMES - 1:
            break
        if talk and talk[-1].is_models is each.is_models:
            return None
        talk.append(each)
    if len(talk) < 2 * TIMES - 1 or talk[0].is_models:
        return None
    asked = {_plain(each.text) for each in talk if not each.is_models}
    answered = {_plain(each.text) for each in talk if each.is_models}
    if len(asked) > 1 or len(answered) > 1 or not any(asked | answered):
        return None
    newest, answer = talk[0].text, talk[1].text
    return Repetition(
        key=("words", *asked, *answered),
        words=f"Two say the same words to each other for the {TIMES}th time, without progress.",
        shown=f"{newest[:_SHOWN_CHARS]}\n→ {answer[:_SHOWN_CHARS]}",
    )


def _plain(text: str) -> str:
    return _NOT_WORDS.sub(" ", text).casefold().strip()


def _steps(entries: Sequence[Any], protocol: ModelProtocol) -> Iterator[_Step]:
    """In order; a call stands where its result does."""
    asked: dict[str, tuple[str, str]] = {}
    read = _READ.get(protocol, _of_item)
    for each in entries:
        if isinstance(each, dict):
            yield from read(each, asked)


_Asked = dict[str, tuple[str, str]]


def _of_blocks(message: Mapping[str, Any], asked: _Asked) -> Iterator[_Step]:
    content = message.get("content")
    blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
    texts = []
    is_result = False
    for block in blocks:
        if not isinstance(block, dict):
            continue
        kind = block.get("type")
        if kind == "tool_use":
            asked[str(block.get("id"))] = _call(block.get("name"), block.get("input"))
            is_result = True  # what is said beside a call is no talk
        elif kind == "tool_result":
            is_result = True
            yield from _result(asked, block.get("tool_use_id"), block.get("content"))
        elif kind == "text":
            texts.append(str(block.get("text") or ""))
    if texts and not is_result:
        yield _Said(message.get("role") == "assistant", "\n".join(texts))


def _of_chat(message: Mapping[str, Any], asked: _Asked) -> Iterator[_Step]:
    calls = message.get("tool_calls")
    if isinstance(calls, list) and calls:
        for call in calls:
            made = call.get("function") if isinstance(call, dict) else None
            if isinstance(made, dict):
                asked[str(call.get("id"))] = _call(made.get("name"), made.get("arguments"))
        return
    role = message.get("role")
    if role == "tool":
        yield from _result(asked, message.get("tool_call_id"), message.get("content"))
    elif role in ("user", "assistant"):
        yield _Said(role == "assistant", _text(message.get("content")))


def _of_item(item: Mapping[str, Any], asked: _Asked) -> Iterator[_Step]:
    kind = str(item.get("type") or "message")
    if kind.endswith("_call"):
        said = item.get("arguments", item.get("input", item.get("action")))
        asked[str(item.get("call_id"))] = _call(item.get("name", kind), said)
    elif kind.endswith("_call_output"):
        yield from _result(asked, item.get("call_id"), item.get("output"))
    elif kind == "message" and item.get("role") in ("user", "assistant"):
        yield _Said(item.get("role") == "assistant", _text(item.get("content")))


def _of_parts(content: Mapping[str, Any], asked: _Asked) -> Iterator[_Step]:
    """Calls without an id are answered in their order, by their names."""
    parts = content.get("parts")
    texts, is_result = [], False
    for part in parts if isinstance(parts, list) else ():
        if not isinstance(part, dict):
            continue
        call, answer = part.get("functionCall"), part.get("functionResponse")
        if isinstance(call, dict):
            is_result = True
            asked[str(call.get("id") or call.get("name"))] = _call(
                call.get("name"), call.get("args")
            )
        elif isinstance(answer, dict):
            is_result = True
            which = answer.get("id") or answer.get("name")
            yield from _result(asked, which, answer.get("response"))
        elif isinstance(part.get("text"), str) and not part.get("thought"):
            texts.append(part["text"])
    if texts and not is_result:
        yield _Said(content.get("role") == "model", "\n".join(texts))


def _call(name: object, arguments: object) -> tuple[str, str]:
    return str(name), arguments if isinstance(arguments, str) else _dumped(arguments)


def _result(asked: _Asked, call_id: object, result: object) -> Iterator[_Step]:
    call = asked.get(str(call_id))
    if call is not None:
        yield _Call(*call, _text(result))


def _text(content: object) -> str:
    """Of a content as protocols have it: a text, or blocks, whose marks of caches are no words."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(
            each["text"]
            if isinstance(each, dict) and isinstance(each.get("text"), str)
            else _dumped(each)
            for each in content
        )
    return "" if content is None else _dumped(content)


def _dumped(told: object) -> str:
    try:
        return orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # numbers beyond 64 bits
        return repr(told)


_READ = {
    ModelProtocol.ANTHROPIC: _of_blocks,
    ModelProtocol.OPENAI_CHAT: _of_chat,
    ModelProtocol.GEMINI: _of_parts,
}
