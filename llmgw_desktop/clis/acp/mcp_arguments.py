"""Arguments of a tool that an agent tells as a text."""

from typing import Any

import orjson

from llmgw_desktop.clis.told import object_of


def arguments_in(words: str) -> dict[str, Any]:
    """The JSON object that stands there; else the words themselves."""
    begin, end = words.find("{"), words.rfind("}")
    try:
        found = object_of(orjson.loads(words[begin : end + 1])) if 0 <= begin < end else {}
    except orjson.JSONDecodeError:
        found = {}
    return dict(found) or ({"arguments": words} if words else {})
