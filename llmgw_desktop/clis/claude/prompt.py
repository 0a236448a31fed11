"""A prompt as a message of blocks, where that says more than a plain text: what is to be cached."""

from typing import Any

import orjson

from llmgw_desktop.clis.checks import as_utf8
from llmgw_desktop.domain.run_errors import InvalidRun

_ORDER = ("system", "tools", "context", "task")
_MAY_BE_MARKED = frozenset(_ORDER[:-1])
_MARK = {"type": "ephemeral", "ttl": "1h"}
"""An hour, as Claude Code's own marks have it: a shorter one may not stand before a longer one."""


def as_message(blocks: list[dict[str, Any]]) -> bytes:
    message = {"type": "user", "message": {"role": "user", "content": blocks}}
    return orjson.dumps(message) + b"\n"


def plain(prompt: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": prompt}]


def marked_blocks(parts: object, prompt: str) -> list[dict[str, Any]]:
    """The parts of a prompt, some of them marked; none where no mark is asked for. Joined they are
    the prompt, byte for byte: what stands between two parts begins the second."""
    texts, marks = _checked(parts)
    given = [(name, texts[name]) for name in _ORDER if texts.get(name)]
    if "\n\n".join(text for _, text in given) != prompt:
        raise InvalidRun("its parts are not those of the prompt", field="promptParts")
    if not any(name in marks for name, _ in given):
        return []
    blocks: list[dict[str, Any]] = []
    for name, text in given:
        block: dict[str, Any] = {"type": "text", "text": f"\n\n{text}" if blocks else text}
        blocks.append(block | {"cache_control": _MARK} if name in marks else block)
    return blocks


def _checked(parts: object) -> tuple[dict[str, str], frozenset[str]]:
    members = dict(parts) if isinstance(parts, dict) else {}
    control = members.pop("cacheControl", None) or {}
    if not members.keys() <= set(_ORDER):
        raise InvalidRun(f"it has {', '.join(_ORDER)} and cacheControl", field="promptParts")
    for name, text in members.items():
        if not isinstance(text, str):
            raise InvalidRun(f"{name} must be a text", field="promptParts")
        as_utf8(text, "promptParts")
    if not isinstance(control, dict) or not control.keys() <= _MAY_BE_MARKED:
        raise InvalidRun(
            "cacheControl marks system, tools and context, and nothing else", field="promptParts"
        )
    return members, frozenset(name for name, is_marked in control.items() if is_marked is True)
