"""What an entry in a program's settings says: whether it is ours, where it leads, with what key."""

import re
from collections.abc import Mapping
from typing import Any

from llmgw_desktop.app.keys import KEY_PREFIX

_URLS = ("url", "httpUrl", "serverUrl")
_HEADERS = ("headers", "http_headers")
_KEY = re.compile(rf"{KEY_PREFIX}[A-Za-z0-9_-]{{20,}}")

_KEY_HERE = f"{KEY_PREFIX}<key>"


def key_in(value: Any) -> str:
    """The client key, wherever it stands; empty where there is none."""
    if isinstance(value, str):
        found = _KEY.search(value)
        return found.group() if found else ""
    inner = value.values() if isinstance(value, Mapping) else ()
    return next((key for each in inner if (key := key_in(each))), "")


def address_in(value: Any) -> str:
    """Of our tools; empty for an entry that starts a program."""
    if not isinstance(value, Mapping):
        return ""
    return str(next((value[name] for name in _URLS if isinstance(value.get(name), str)), ""))


def is_ours(value: Any) -> bool:
    """Whether we may have written it: it has a client key, or starts `llmgw mcp`."""
    if key_in(value):
        return True
    if not isinstance(value, Mapping):
        return False
    command, args = value.get("command"), value.get("args")
    words = [*(command if isinstance(command, list) else [command])]
    words += args if isinstance(args, list) else []
    named = any("llmgw" in str(word) for word in words)
    return named and bool(words) and words[-1] == "mcp"


def masked(text: str) -> str:
    """A text in which no client key can be read."""
    return _KEY.sub(f"{KEY_PREFIX}••••••••", text)


def keyless(text: str) -> str:
    """For our records: a key is kept nowhere but in the program's own file."""
    return _KEY.sub(_KEY_HERE, text)


def with_key(text: str, key: str) -> str:
    """What `keyless` was made of."""
    return text.replace(_KEY_HERE, key)
