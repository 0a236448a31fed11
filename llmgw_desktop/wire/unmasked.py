"""A whole answer, or one event, with what its placeholders stand for."""

from collections.abc import Collection, Generator, Iterator
from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.json_strings import Edit, Text, decoded, in_steps, with_edits
from llmgw_desktop.wire.placeholders import Placeholders, escaped

_ARGUMENTS = "arguments"
_PARTS_AT_ONCE = 100


def answer_in_steps(body: bytes, placeholders: Placeholders) -> Generator[None, None, bytes]:
    """What is no JSON is passed on as it came."""
    tree = yield from tree_in_steps(body)
    edits: list[Edit] = []
    for count, edit in enumerate(edits_in(tree, placeholders)):
        edits.append(edit)
        if count % _PARTS_AT_ONCE == 0:
            yield
    return with_edits(body, edits)


def tree_in_steps(body: bytes) -> Generator[None, None, Any]:
    """None where it is no JSON."""
    try:
        return (yield from in_steps(body))
    except (MalformedRequest, IndexError, ValueError):
        return None


def edits_in(tree: Any, placeholders: Placeholders, apart: Collection[int] = ()) -> Iterator[Edit]:
    """Of all strings that hold one, but for those that begin at these places."""
    for text, is_arguments in _texts(tree):
        may_hold = text.is_escaped or text.body.find(b"[", text.start, text.end) >= 0
        if text.start in apart or not may_hold:
            continue
        said = decoded(text).text
        if placeholders.stand_in(said):
            is_json = is_arguments and _is_json(said)
            told = placeholders.put_back(said, in_json=is_json)
            yield text.start, text.end, escaped(told)


def _texts(tree: Any) -> Iterator[tuple[Text, bool]]:
    """All strings, and whether each is the arguments of a tool."""
    waiting: list[tuple[Any, str]] = [(tree, "")]
    while waiting:
        node, name = waiting.pop()
        if isinstance(node, Text):
            yield node, name == _ARGUMENTS
        elif isinstance(node, dict):
            for key, value in node.items():
                yield key.text, False
                waiting.append((value, key))
        elif isinstance(node, list):
            waiting.extend((each, "") for each in node)


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True
