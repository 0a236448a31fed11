"""What is told to callers who may sit anywhere: CLIs' own names of sessions are left out. With one
of them a session of this computer's person could be gone on with elsewhere."""

from collections.abc import Mapping
from typing import Any

_KEYS = frozenset({"providerSessionId", "codexSessionId"})
_LONG_ENOUGH = 8
"""Shorter ones would be found everywhere."""
HIDDEN = "[session]"


def without_native_ids(told: Mapping[str, Any]) -> dict[str, Any]:
    """Null where they stood, and gone from the texts beside them."""
    found: set[str] = set()
    _gather(told, found)
    return {name: _cleaned(name, each, found) for name, each in told.items()}


def _gather(told: Any, found: set[str]) -> None:
    if isinstance(told, Mapping):
        for name, each in told.items():
            if name in _KEYS and isinstance(each, str) and len(each) >= _LONG_ENOUGH:
                found.add(each)
            else:
                _gather(each, found)
    elif isinstance(told, list | tuple):
        for each in told:
            _gather(each, found)


def _cleaned(name: str, told: Any, found: set[str]) -> Any:
    if name in _KEYS:
        return None
    if isinstance(told, Mapping):
        return {key: _cleaned(key, each, found) for key, each in told.items()}
    if isinstance(told, list | tuple):
        return [_cleaned("", each, found) for each in told]
    if isinstance(told, str):
        return cleaned_text(told, found)
    return told


def cleaned_text(text: str, native_ids: set[str]) -> str:
    for each in native_ids:
        text = text.replace(each, HIDDEN)
    return text


def native_ids_in(told: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    _gather(told, found)
    return found
