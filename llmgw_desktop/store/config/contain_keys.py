"""How far runs are contained: the keys that a CLI's table and a workspace's have alike."""

from pathlib import PurePath
from typing import Any

from llmgw_desktop.domain.containment import Contain, ContainSettings, Network
from llmgw_desktop.store.config.values import Texts, Value, Word


def _is_place(text: str) -> bool:
    is_plain = "\0" not in text and ".." not in PurePath(text).parts
    return is_plain and (text == "~" or text.startswith(("/", "~/"))) and text != "/"


_PLACES = Texts(each='a path that begins with / or ~/, without ".."', is_fit=_is_place)

CONTAIN_KEYS: dict[str, tuple[Value, str]] = {
    "contain": (
        Word(words=Contain),
        "Whether its runs are shut in: where this computer can, always (or nothing is started),"
        " or never; `auto` if left out. [jobs.md](jobs.md) says what a run then sees.",
    ),
    "network": (
        Word(words=Network),
        "What its runs reach; `on` if left out. Anything else is for contained runs alone.",
    ),
    "readable": (_PLACES, "Further folders and files that its contained runs may read."),
    "writable": (_PLACES, "Further ones that they may change."),
}
"""Key, kind of value, meaning."""


def contain_settings(values: dict[str, Any]) -> ContainSettings:
    """Takes them out of the table's values."""
    return ContainSettings(**{key: values.pop(key) for key in CONTAIN_KEYS if key in values})
